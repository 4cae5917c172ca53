"""Where a newer version is: a file, a folder, a stick, or the address that the config names.

The address is a folder. Its `latest.json` says which file is for which hardware:
`{"version": "1.2.0", "files": {"arm64": {"name": "balie_1.2.0_arm64.deb", "bytes": 61000000}}}`.
Nothing there is believed: the signature beside the package decides, and an older version is
refused.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cmp_to_key
from pathlib import Path
from typing import Any

import httpx2

from appliance.box.updates.packages import ENDINGS, PackageFacts, is_newer, read_package
from appliance.errors import UpdateRefused

LABEL = "BALIE-NEW"
"""FAT keeps eleven letters of a name."""
INDEX = "latest.json"
BY_LABEL = Path("/dev/disk/by-label")
MOUNTS = Path("/proc/self/mounts")
TIMEOUT = httpx2.Timeout(20.0)
_NAME = re.compile(r"balie_[A-Za-z0-9.+~_-]{1,100}\.(deb|raucb)")
_MOST_BYTES = 2_000_000_000
_MOST_INDEX = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundVersion:
    """`path` is where it lies, `url` where it can be fetched."""

    version: str
    path: Path | None = None
    url: str | None = None
    size: int = 0


def stick() -> Path | None:
    """Where a stick with the label is mounted; None for none."""
    device = BY_LABEL / LABEL
    if not device.exists():
        return None
    real = device.resolve()
    for line in MOUNTS.read_text("utf-8").splitlines():
        what, where, *_ = line.split(" ")
        if Path(what).resolve() == real:
            return Path(where.replace("\\040", " "))
    return None


def newest_in(folder: Path, way: str, architecture: str) -> FoundVersion | None:
    """The newest package for this hardware that lies in the folder."""
    found = [
        FoundVersion(version=facts.version, path=path, size=path.stat().st_size)
        for path, facts in _packages_in(folder, way)
        if facts.name == "balie" and facts.architecture in (architecture, "all")
    ]
    return max(found, key=cmp_to_key(_order), default=None)


def _order(one: FoundVersion, other: FoundVersion) -> int:
    return 1 if is_newer(one.version, other.version) else -1


def newest_at(url: str, way: str, architecture: str) -> FoundVersion | None:
    """Raises UpdateRefused where the address does not answer as it should."""
    told = _index(url)
    try:
        about = told["files"].get(architecture)
        if about is None:
            return None
        name, size, version = str(about["name"]), int(about["bytes"]), str(told["version"])
    except (KeyError, TypeError, ValueError, AttributeError) as exc:
        raise _no_index(url) from exc
    if not _NAME.fullmatch(name) or not name.endswith(ENDINGS[way]) or not 0 < size <= _MOST_BYTES:
        raise _no_index(url)
    return FoundVersion(version=version, url=url + name, size=size)


def _packages_in(folder: Path, way: str) -> Iterator[tuple[Path, PackageFacts]]:
    for path in sorted(folder.glob(f"balie*{ENDINGS[way]}")):
        if path.is_symlink() or not path.is_file():  # a pipe would be waited for
            continue
        try:
            yield path, read_package(path, way)
        except (UpdateRefused, OSError):
            continue


def _index(url: str) -> dict[str, Any]:
    try:
        answer = httpx2.get(url + INDEX, timeout=TIMEOUT).raise_for_status()
        told = json.loads(answer.content[:_MOST_INDEX])
    except httpx2.HTTPError as exc:
        raise UpdateRefused(
            "unreachable",
            f"{url} does not answer ({exc}). See whether this box reaches the internet.",
        ) from exc
    except (ValueError, RecursionError) as exc:
        raise _no_index(url) from exc
    if not isinstance(told, dict):
        raise _no_index(url)
    return told


def _no_index(url: str) -> UpdateRefused:
    return UpdateRefused("unreachable", f"{url}{INDEX} does not say which version there is.")
