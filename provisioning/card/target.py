"""The disk that a card is to be written to, and why it is not written."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from provisioning.card.programs import Stop, run

_MIB = 1 << 20
_COLUMNS = "PATH,TYPE,RO,RM,HOTPLUG,SIZE,MOUNTPOINTS"
_WHOLE = ("disk", "loop")
"""A loop device is a file: whoever writes to one knows why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """As `lsblk` tells it. `used_for`: where it or a part of it is mounted, or what uses it."""

    path: Path
    kind: str
    size: int
    read_only: bool
    removable: bool
    used_for: tuple[str, ...] = ()


def disk_at(path: Path) -> Disk:
    """Raises Stop for what is no disk at all."""
    if not path.is_block_device():
        raise Stop(f"{path} is not a disk. Run lsblk to see the names.")
    columns = ("--json", "--bytes", "--output", _COLUMNS)
    told = json.loads(run("lsblk", *columns, path.resolve()))
    return disk_of(told["blockdevices"][0])


def disk_of(told: Mapping[str, Any]) -> Disk:
    return Disk(
        path=Path(told["path"]),
        kind=told["type"],
        size=int(told["size"]),
        read_only=bool(told["ro"]),
        removable=bool(told["rm"] or told.get("hotplug")),
        used_for=tuple(_uses(told)),
    )


def check_disk(disk: Disk, *, needed: int, named_again: str = "") -> None:
    """Raises Stop, with what is wrong first, for a disk that may not be written."""
    for sentence in _obstacles(disk, needed, named_again):
        raise Stop(sentence)


def _obstacles(disk: Disk, needed: int, named_again: str) -> Iterator[str]:
    path, name = disk.path, disk.path.name
    if disk.kind not in _WHOLE:
        yield f"{path} is a {disk.kind}: name the whole card, as /dev/sdb or /dev/mmcblk0."
    if disk.read_only:
        yield f"{path} is write-protected. Move the slider on the card's side."
    if disk.used_for:
        yield f"{path} is in use ({', '.join(disk.used_for)}). Unmount it first."
    if disk.size < needed:
        yield f"{path} holds {disk.size // _MIB} MiB; the image needs {needed // _MIB} MiB."
    if named_again and named_again != name:
        yield f"--yes names {named_again}, and the disk is {name}."
    if not disk.removable and not named_again:
        yield f"{path} is not removable. If it is the card all the same, say --yes {name}."


def _uses(told: Mapping[str, Any]) -> Iterator[str]:
    yield from (each for each in told.get("mountpoints") or () if each)
    for child in told.get("children", ()):
        if child["type"] != "part":
            yield f"part of {child['path']}"
        yield from _uses(child)
