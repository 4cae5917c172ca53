"""Who a box is from the kernel's first line on: its machine id and its name.

DHCP servers know a machine by an id made of the machine id: one that changed at each start would be
a new machine each time. The root is read-only and the data partition is mounted too late, so U-Boot
gives both to the kernel. It reads them from the firmware partition, with a checksum; the data
partition has them, too, and the file is made anew from there.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from appliance.box.whole_files import put_whole

FILE = "box-id"
SIZE = 512

_MACHINE_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxIdentity:
    machine_id: str
    name: str


def encode(identity: BoxIdentity) -> bytes:
    """U-Boot's environment: a CRC-32, then `name=value` ended by NUL."""
    lines = f"machine_id={identity.machine_id}\0box_name={identity.name}\0\0"
    body = lines.encode("ascii").ljust(SIZE - 4, b"\0")
    return struct.pack("<I", zlib.crc32(body)) + body


def tell_firmware(identity: BoxIdentity, firmware: Path) -> bool:
    """Whether it was news: a box that has settled writes nothing. Raises OSError."""
    place = firmware / FILE
    if place.exists() and place.read_bytes() == encode(identity):
        return False
    put_whole(place, encode(identity), mode=0o600)
    return True


def machine_id(kept: Path, running: Path) -> str:
    """The id of this box: the one that it has kept, else the one that it runs with since its first
    start, which is kept from then on. Raises OSError, and ValueError if the machine has none.
    """
    if kept.exists() and _MACHINE_ID.fullmatch(text := kept.read_text("ascii").strip()):
        return text
    text = running.read_text("ascii").strip()
    if not _MACHINE_ID.fullmatch(text):
        raise ValueError("This machine has no id yet.")
    put_whole(kept, f"{text}\n".encode("ascii"), mode=0o444)
    return text
