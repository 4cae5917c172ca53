"""Where certificates lie: known without loading what works with them."""

from pathlib import Path

TLS = Path("/var/lib/balie-tls")
"""What the box makes of certificates and of its front door."""
TLS_GIVEN = Path("/etc/balie/tls")
"""What head office gave in their place."""
