"""The partitions of a card, as the image makes them and the box finds them.

Each is known by the signature of the disk and its number, which is what the kernel calls PARTUUID.
The data partition is the last one, so it can grow to the end of the card.
"""

from pathlib import Path

DISK_ID = 0xBA11E000
FIRMWARE = 1
"""FAT: the firmware of the Pi, U-Boot, which slot starts, and `balie.toml`."""
SLOTS = {"a": 2, "b": 3}
"""Read-only roots by the names that RAUC and U-Boot know them by."""
DATA = 4
"""All that a box remembers."""

SECTOR = 512


def part_uuid(number: int) -> str:
    return f"{DISK_ID:08x}-{number:02x}"


def device_of(number: int, *, root: Path = Path("/")) -> Path:
    """Where udev shows the partition."""
    return root / "dev" / "disk" / "by-partuuid" / part_uuid(number)
