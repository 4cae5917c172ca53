"""Where Debian's packages come from: the machine's own settings decide, not the project."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from provisioning.card.programs import Stop

SOURCES = Path("/etc/apt")

_URI = re.compile(r"^URIs:\s*(\S+)", re.MULTILINE)
_LINE = re.compile(r"^deb\s+(?:\[[^]]*\]\s+)?(\S+)\s", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """Addresses of Debian's archive and of its security archive."""

    debian: str
    security: str

    def sources(self, suite: str, *, backports: bool = False) -> Sequence[str]:
        """As `sources.list` has them."""
        parts = "main non-free-firmware"
        lines = [
            f"deb {self.debian} {suite} {parts}",
            f"deb {self.debian} {suite}-updates {parts}",
            f"deb {self.security} {suite}-security {parts}",
        ]
        return [*lines, f"deb {self.debian} {suite}-backports {parts}"] if backports else lines


def mirror_of(folder: Path = SOURCES) -> Mirror:
    """That of `BALIE_MIRROR`, else the one that apt uses here. Raises Stop."""
    named = os.environ.get("BALIE_MIRROR")
    uris = [named] if named else list(_uris(folder))
    debian = next((each for each in uris if each.rstrip("/").endswith("/debian")), None)
    if debian is None:
        raise Stop(
            "apt names no mirror of Debian here. Name one: BALIE_MIRROR=ADDRESS/debian, the same"
            " with -security for its security updates."
        )
    debian = debian.rstrip("/")
    return Mirror(debian=debian, security=f"{debian}-security")


def _uris(folder: Path) -> Iterator[str]:
    for path in [*sorted(folder.glob("sources.list.d/*")), *folder.glob("sources.list")]:
        text = path.read_text("utf-8", "replace")
        yield from _URI.findall(text)
        yield from _LINE.findall(text)
