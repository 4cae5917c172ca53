"""An image as it lies in a file, packed by zstd or not: its size, and its bytes in order."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from provisioning.card.programs import Stop

BLOCK = 4 << 20

_MAGIC = b"\x28\xb5\x2f\xfd"
_ONE_SEGMENT = 0x20
_SIZE_BYTES = {0: 0, 1: 2, 2: 4, 3: 8}
_DICTIONARY_BYTES = {0: 0, 1: 1, 2: 2, 3: 4}
_ADDED_TO_TWO_BYTES = 256
_HEAD = 18
"""The most bytes that a frame's header has (RFC 8878, 3.1.1)."""


def size_of(image: Path) -> int:
    """Of what it holds. Raises Stop when the file does not say it, or cannot be read."""
    try:
        with image.open("rb") as file:
            head = file.read(_HEAD)
        if not is_packed(head):
            return image.stat().st_size
    except OSError as exc:
        raise Stop(f"{image} cannot be read: {exc.strerror}.") from exc
    size = size_in_frame(head)
    if size is None:
        raise Stop(f"{image} does not say how large it is. Unpack it first: zstd -d {image.name}")
    return size


def is_packed(head: bytes) -> bool:
    return head.startswith(_MAGIC)


def size_in_frame(head: bytes) -> int | None:
    """The content size of a frame of zstd, where its header says it (RFC 8878, 3.1.1.1)."""
    facts = head[4]
    one_segment = bool(facts & _ONE_SEGMENT)
    length = _SIZE_BYTES[facts >> 6] or (1 if one_segment else 0)
    at = 5 + (0 if one_segment else 1) + _DICTIONARY_BYTES[facts & 3]
    if not length or len(head) < at + length:
        return None
    size = int.from_bytes(head[at : at + length], "little")
    return size + _ADDED_TO_TWO_BYTES if length == _SIZE_BYTES[1] else size


def blocks_of(image: Path) -> Iterator[bytes]:
    """All of it, block by block. Raises Stop when it is damaged or zstd is not here."""
    with image.open("rb") as file:
        if not is_packed(file.read(_HEAD)):
            file.seek(0)
            while block := file.read(BLOCK):
                yield block
            return
    yield from _unpacked(image)


def _unpacked(image: Path) -> Iterator[bytes]:
    command = ["zstd", "--decompress", "--stdout", "--quiet", str(image)]
    try:
        zstd = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as exc:
        raise Stop("This machine lacks zstd. Install it, or unpack the image elsewhere.") from exc
    with zstd:
        if zstd.stdout is None or zstd.stderr is None:  # as they were asked for
            raise Stop("zstd cannot be read.")
        while block := zstd.stdout.read(BLOCK):
            yield block
        if zstd.wait() != 0:
            said = zstd.stderr.read().decode("utf-8", "replace").strip()
            raise Stop(f"{image} is damaged; get it anew. ({said})")
