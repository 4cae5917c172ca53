"""Which of the two root slots U-Boot starts.

Two files on the firmware partition hold one record each, in the form of U-Boot's environment: a
CRC-32, then `name=value` ended by NUL. The valid one with the higher number counts. The other one
is written next, in place and of the same length, so a power cut inside a write leaves the record of
before. A name carries the number of its file, because U-Boot reads both into one set of variables.

U-Boot writes nothing but a file named after the trial that it is about to start: each trial has one
start. A box that has settled writes nothing when it starts.
"""

import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from appliance.box.partitions import SLOTS
from appliance.box.whole_files import keep_names

SIZE = 1024
"""Bytes of a record's file: two sectors."""

_PLACES = (0, 1)
_CRC = struct.Struct("<I")
_NONE = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class BootRecord:
    """`good` starts, unless `trial` is to be tried and no start of `trial_id` was made yet."""

    number: int = 0
    good: str = "a"
    trial: str | None = None
    trial_id: int = 0


UNWRITTEN = BootRecord()
"""What U-Boot goes by, too, when neither file can be read."""


def encode(record: BootRecord, place: int) -> bytes:
    """`place` is the number of the file, 0 or 1."""
    values = {
        "n": record.number,
        "good": record.good,
        "trial": record.trial or _NONE,
        "id": record.trial_id,
    }
    lines = (f"{name}{place}={value}\0" for name, value in values.items())
    body = ("".join(lines) + "\0").encode("ascii").ljust(SIZE - _CRC.size, b"\0")
    return _CRC.pack(zlib.crc32(body)) + body


def decode(data: bytes, place: int) -> BootRecord | None:
    """None for what is torn, damaged or no record of this file."""
    if len(data) != SIZE or _CRC.unpack_from(data)[0] != zlib.crc32(data[_CRC.size :]):
        return None
    text = data[_CRC.size :].partition(b"\0\0")[0].decode("ascii", "replace")
    values = dict(each.partition("=")[::2] for each in text.split("\0"))
    try:
        return _record(values, place)
    except (KeyError, ValueError):
        return None


def _record(values: Mapping[str, str], place: int) -> BootRecord:
    good, trial = values[f"good{place}"], values[f"trial{place}"]
    if good not in SLOTS or trial not in (*SLOTS, _NONE):
        raise ValueError("It names a slot that there is not.")
    return BootRecord(
        number=int(values[f"n{place}"]),
        good=good,
        trial=None if trial == _NONE else trial,
        trial_id=int(values[f"id{place}"]),
    )


class BootState:
    """Used by root alone. `folder` is where the firmware partition is mounted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def record(self) -> BootRecord | None:
        """None when neither file can be read."""
        return max(filter(None, map(self._read, _PLACES)), key=_number, default=None)

    def known(self) -> BootRecord:
        return self.record() or UNWRITTEN

    def write(self, record: BootRecord) -> None:
        """The number is counted on. On the card when it returns. Raises OSError."""
        counted = replace(record, number=self.known().number + 1)
        place = self._older()
        with os.fdopen(os.open(self._path(place), os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            file.write(encode(counted, place))
            file.flush()
            os.fsync(file.fileno())
        keep_names(self._folder)

    def was_started(self, record: BootRecord) -> bool:
        """Whether the trial had its one start."""
        return record.trial is not None and self._mark(record.trial_id).exists()

    def forget_starts(self) -> None:
        for mark in self._folder.glob("tried-*"):
            mark.unlink()
        keep_names(self._folder)

    def _read(self, place: int) -> BootRecord | None:
        try:
            return decode(self._path(place).read_bytes(), place)
        except OSError:
            return None

    def _older(self) -> int:
        """The file that does not hold what counts."""
        return min(_PLACES, key=lambda place: _number(self._read(place)))

    def _path(self, place: int) -> Path:
        return self._folder / f"state{place}"

    def _mark(self, trial_id: int) -> Path:
        return self._folder / f"tried-{trial_id}"


def _number(record: BootRecord | None) -> int:
    return -1 if record is None else record.number
