"""Which build of Balie this is: what the package wrote beside this file, nothing in a checkout."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance import __version__

FILE = Path(__file__).with_name("build.json")
"""`{"version": "0.1.0", "built": "2025-11-30T07:00:00+00:00"}`; `provisioning/deb` writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """`built` is None in a checkout. No clock that stands before it can be right."""

    version: str
    built: datetime | None


def this_build(file: Path = FILE) -> Build:
    try:
        told = json.loads(file.read_text("utf-8"))
        return Build(version=told["version"], built=datetime.fromisoformat(told["built"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Build(version=__version__, built=None)


def date_of(now_ms: int, build: Build) -> datetime:
    """Now, or the day of the build where the clock stands before it."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    return max(now, build.built) if build.built else now
