"""Writes an image to a card and proves that it stands there.

Cards lie: one that says 64 GB and has 8 wraps around or forgets what lies behind. So marks are
written all over what the image leaves free, and read back after the image was. The first block of
the image is written last: a card on which this was cut short does not start half a system.
"""

import errno
import fcntl
import hashlib
import os
import secrets
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

from provisioning.card.image_file import blocks_of
from provisioning.card.programs import Stop

MARK_SIZE = 4096
MARKS = 64

_FLUSH_BUFFERS = 0x1261
"""BLKFLSBUF of linux/fs.h: forgets what the kernel keeps of the disk."""
_TABLE_AT = 446
_ENTRY = struct.Struct("<8xII")
_SECTOR = 512
_BAD = (
    "What was read back from {card} differs at {at} MiB: the card is bad or smaller than it says."
    " Throw it away."
)


class Card:
    """A card that is open for writing. `told` is called with the share that is done, 0 to 1."""

    def __init__(self, path: Path, size: int, told: Callable[[str, float], None]) -> None:
        """Raises Stop while something else uses it."""
        self._path = path
        self._size = size
        self._told = told
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_EXCL | os.O_CLOEXEC)
        except OSError as exc:
            busy = exc.errno == errno.EBUSY
            why = "something else uses it. Unmount it first" if busy else exc.strerror
            raise Stop(f"{path} cannot be opened: {why}.") from exc

    def close(self) -> None:
        os.close(self._descriptor)

    def write(self, image: Path, size: int, change: Callable[[bytes], bytes]) -> None:
        """`change` gets the firmware partition as the image has it and gives what is to stand
        there. All of it is on the card, and read back, when this returns. Raises Stop.
        """
        marks = dict(self._marks(size))
        try:
            for at, mark in marks.items():
                self._put(at, mark)
            firmware = self._write_image(image, size, change)
            self._sync()
            self._compare_image(image, size, firmware)
            self._compare_marks(marks)
            for at in marks:
                self._put(at, bytes(MARK_SIZE))
            self._sync()
        except OSError as exc:
            raise Stop(f"{self._path} does not take it ({exc.strerror}): the card is bad.") from exc

    def _write_image(
        self, image: Path, size: int, change: Callable[[bytes], bytes]
    ) -> tuple[int, bytes]:
        """Where the firmware partition begins, and what stands there."""
        first, at, found = b"", 0, bytearray()
        start, end = 0, 0
        for block in blocks_of(image):
            if not first:
                first = block
                start, end = firmware_span(first)
            else:
                self._put(at, block)
            found += _overlap(block, at, start, end)
            at += len(block)
            self._told("writing", at / size)
        changed = change(bytes(found))
        self._put(start, changed)
        self._sync()
        self._put(0, _laid_over(first, 0, start, changed))
        return start, changed

    def _compare_image(self, image: Path, size: int, firmware: tuple[int, bytes]) -> None:
        at = 0
        for block in blocks_of(image):
            if self._get(at, len(block)) != _laid_over(block, at, *firmware):
                raise Stop(_BAD.format(card=self._path, at=at >> 20))
            at += len(block)
            self._told("reading back", at / size)

    def _marks(self, size: int) -> Iterator[tuple[int, bytes]]:
        """Each is another: a card that wraps around shows one mark in the place of another."""
        nonce = secrets.token_bytes(16)
        room = (self._size - size) // MARK_SIZE
        count = min(MARKS, room)
        for number in range(count):
            place = size // MARK_SIZE + 1 + (room - 2) * number // max(count - 1, 1)
            at = place * MARK_SIZE
            if at + MARK_SIZE <= self._size:
                seed = hashlib.sha256(nonce + at.to_bytes(8, "big")).digest()
                yield at, seed * (MARK_SIZE // len(seed))

    def _compare_marks(self, marks: dict[int, bytes]) -> None:
        for at, mark in marks.items():
            if self._get(at, MARK_SIZE) != mark:
                raise Stop(_BAD.format(card=self._path, at=at >> 20))

    def _put(self, at: int, data: bytes) -> None:
        left = memoryview(data)
        while left:
            done = os.pwrite(self._descriptor, left, at)
            left, at = left[done:], at + done

    def _get(self, at: int, length: int) -> bytes:
        return os.pread(self._descriptor, length, at)

    def _sync(self) -> None:
        """What is read after this comes from the card."""
        os.fsync(self._descriptor)
        os.posix_fadvise(self._descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        if self._path.is_block_device():
            fcntl.ioctl(self._descriptor, _FLUSH_BUFFERS)


def firmware_span(first: bytes) -> tuple[int, int]:
    """Where the first partition begins and ends, from the table of partitions. Raises Stop."""
    if len(first) < _SECTOR or first[_SECTOR - 2 : _SECTOR] != b"\x55\xaa":
        raise Stop("That is no image of a card.")
    start, sectors = _ENTRY.unpack_from(first, _TABLE_AT)
    if not start or not sectors:
        raise Stop("The image has no first partition.")
    return start * _SECTOR, (start + sectors) * _SECTOR


def _overlap(block: bytes, at: int, start: int, end: int) -> bytes:
    return block[max(start - at, 0) : max(end - at, 0)]


def _laid_over(block: bytes, at: int, start: int, over: bytes) -> bytes:
    """The block that begins at `at`, with what `over` has of it."""
    begin, stop = max(start, at), min(start + len(over), at + len(block))
    if begin >= stop:
        return block
    return block[: begin - at] + over[begin - start : stop - start] + block[stop - at :]
