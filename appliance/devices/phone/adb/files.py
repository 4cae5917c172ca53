"""The phone's files, read over adb's sync service (`SYNC.TXT` of AOSP) within our deadlines.

adbutils reads a folder's entries in single calls of `recv`, which fail on a folder that is longer
than one packet. So its connection is used, and its reading is not.
"""

import stat
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from appliance.devices.phone.adb.adb_errors import translated
from appliance.devices.phone.adb.calls import DeadlineAdbDevice, ServerConnection
from appliance.errors import Transient

_REQUEST = struct.Struct("<4sI")
_STAT = struct.Struct("<III")
_ENTRY = struct.Struct("<IIII")
_LONGEST_NAME = 4096
_LONGEST_PIECE = 64 * 1024
"""SYNC.TXT: no piece of a file is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneFile:
    """`changed_s` is by the phone's clock."""

    path: str
    size: int
    changed_s: int

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class PhoneFolder:
    files: tuple[PhoneFile, ...]
    folders: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PhoneFiles:
    """Raises DeviceGone, or Transient for what cannot be read."""

    device: DeadlineAdbDevice

    def list(self, path: str) -> PhoneFolder:
        """What is in a folder; nothing in one that is not there."""
        files, folders = [], []
        with self._asked(b"LIST", path) as answer:
            for name, mode, size, changed_s in _entries(answer):
                inside = f"{path}/{name}"
                if stat.S_ISDIR(mode) and name not in (".", ".."):
                    folders.append(inside)
                elif stat.S_ISREG(mode):
                    files.append(PhoneFile(path=inside, size=size, changed_s=changed_s))
        return PhoneFolder(tuple(files), tuple(folders))

    def stat(self, path: str) -> PhoneFile | None:
        """None where there is no such file."""
        with self._asked(b"STAT", path) as answer:
            _expect(answer, b"STAT")
            mode, size, changed_s = _STAT.unpack(answer.read_exactly(_STAT.size))
        return PhoneFile(path=path, size=size, changed_s=changed_s) if stat.S_ISREG(mode) else None

    def pieces(self, path: str) -> Iterator[bytes]:
        """The content, piece by piece."""
        with self._asked(b"RECV", path) as answer:
            while True:
                word, size = _REQUEST.unpack(answer.read_exactly(_REQUEST.size))
                if word == b"DONE":
                    return
                if word != b"DATA" or size > _LONGEST_PIECE:
                    raise Transient("A file on the phone cannot be read.")
                yield answer.read_exactly(size)

    @contextmanager
    def _asked(self, word: bytes, path: str) -> Iterator["_Answer"]:
        name = path.encode(errors="surrogateescape")
        with translated(), closing(self.device.open_transport()) as connection:
            connection.send_command("sync:")
            connection.check_okay()
            connection.conn.sendall(_REQUEST.pack(word, len(name)) + name)
            yield _Answer(connection)


@dataclass(frozen=True, slots=True)
class _Answer:
    connection: ServerConnection

    def read_exactly(self, size: int) -> bytes:
        return bytes(self.connection.read_exact(size)) if size else b""


def _entries(answer: _Answer) -> Iterator[tuple[str, int, int, int]]:
    while True:
        word = answer.read_exactly(4)
        mode, size, changed_s, length = _ENTRY.unpack(answer.read_exactly(_ENTRY.size))
        if word == b"DONE":
            return
        if word != b"DENT" or length > _LONGEST_NAME:
            raise Transient("A folder on the phone cannot be read.")
        yield answer.read_exactly(length).decode(errors="surrogateescape"), mode, size, changed_s


def _expect(answer: _Answer, word: bytes) -> None:
    if answer.read_exactly(4) != word:
        raise Transient("A file on the phone cannot be asked about.")
