"""The push services of the browsers: hosts outside the house that a notification goes over.

A browser names its own; whoever posts an address must not make Balie call any other host.
"""

import re
from collections.abc import Collection
from urllib.parse import urlsplit

KNOWN = (
    "fcm.googleapis.com",  # Chrome, Edge on Android, and others that are made from it
    "push.services.mozilla.com",  # Firefox
    "notify.windows.com",  # Edge on Windows
    "push.apple.com",  # Safari
)
_LONGEST = 2048
_HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
"""Two readers of an address may differ over any other character, so none is taken."""


def is_push_service(endpoint: str, more: Collection[str] = ()) -> bool:
    """`more` are hosts that the house has named besides."""
    if len(endpoint) > _LONGEST or not endpoint.isprintable():
        return False
    try:
        found = urlsplit(endpoint)
        host = (found.hostname or "").lower()
        port = found.port
    except ValueError:
        return False
    if found.scheme != "https" or "@" in found.netloc or not _HOST.fullmatch(host):
        return False
    known = host in more or port in (None, 443)
    return known and any(host == each or host.endswith(f".{each}") for each in (*KNOWN, *more))
