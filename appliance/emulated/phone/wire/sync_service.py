"""`sync:`: files go to the phone and back.

Source: `SYNC.TXT`, `file_sync_protocol.h` and `daemon/file_sync_service.cpp` of AOSP's adb.
"""

import struct

from appliance.emulated.phone import device_paths
from appliance.emulated.phone.wire.seam import DIRECTORY, REGULAR_FILE, DeviceFile, Handset
from appliance.emulated.phone.wire.stream import Stream

_REQUEST = struct.Struct("<4sI")
_STAT_V1 = struct.Struct("<III")
#: error, dev, ino, mode, nlink, uid, gid, size, atime, mtime, ctime.
_STAT_V2 = struct.Struct("<IQQIIIIQqqq")
_MAX_PATH = 1024
_MAX_CHUNK = 64 * 1024
_NO_ENTRY = 2
#: The user and group that adb's shell has.
_SHELL_UID = 2000
_FOLDER_SIZE = 4096
_FOLDER_TIME_S = 1_700_000_000


class SyncService:
    """One stream; requests follow each other until QUIT or the end."""

    def __init__(self, handset: Handset, stream: Stream) -> None:
        self._handset = handset
        self._stream = stream
        self._requests = {
            b"STAT": self._stat,
            b"STA2": self._stat_v2,
            b"LST2": self._lstat_v2,
            b"LIST": self._list,
            b"LIS2": self._list_v2,
            b"SEND": self._take,
            b"RECV": self._give,
        }

    async def serve(self) -> None:
        while True:
            request_id, size = _REQUEST.unpack(await self._stream.read_exactly(_REQUEST.size))
            if request_id == b"QUIT":
                return
            if size > _MAX_PATH:
                await self._fail("path too long")
                return
            path = (await self._stream.read_exactly(size)).decode(errors="surrogateescape")
            request = self._requests.get(request_id)
            if request is None:
                number = int.from_bytes(request_id, "little")
                await self._fail(f"unknown command {number:08x}")
                return
            await request(path)

    async def _stat(self, path: str) -> None:
        await self._stream.write(b"STAT" + _STAT_V1.pack(*self._facts(path)))

    async def _stat_v2(self, path: str) -> None:
        await self._stream.write(b"STA2" + self._facts_v2(path))

    async def _lstat_v2(self, path: str) -> None:
        await self._stream.write(b"LST2" + self._facts_v2(path))

    async def _list(self, path: str) -> None:
        listing = bytearray()
        for name, file in device_paths.entries(self._handset.files, path).items():
            encoded = name.encode(errors="surrogateescape")
            listing += b"DENT" + _STAT_V1.pack(*_facts(file))
            listing += struct.pack("<I", len(encoded)) + encoded
        await self._stream.write(bytes(listing) + b"DONE" + bytes(16))

    async def _list_v2(self, path: str) -> None:
        listing = bytearray()
        for name, file in device_paths.entries(self._handset.files, path).items():
            encoded = name.encode(errors="surrogateescape")
            listing += b"DNT2" + _pack_v2(*_facts(file))
            listing += struct.pack("<I", len(encoded)) + encoded
        await self._stream.write(bytes(listing) + b"DONE" + bytes(_STAT_V2.size + 4))

    async def _take(self, path_and_mode: str) -> None:
        """Reads all chunks even where the file cannot be written, as adbd does."""
        path, comma, mode = path_and_mode.rpartition(",")
        data = bytearray()
        while True:
            chunk_id, size = _REQUEST.unpack(await self._stream.read_exactly(_REQUEST.size))
            if chunk_id == b"DONE":
                break
            if chunk_id != b"DATA" or size > _MAX_CHUNK:
                await self._fail(f"{'oversize' if chunk_id == b'DATA' else 'invalid'} data message")
                return
            data += await self._stream.read_exactly(size)
        if not comma or not mode.isdigit():
            await self._fail("bad mode" if comma else "missing , in ID_SEND_V1")
        elif not device_paths.writable(path):
            await self._fail("couldn't create file: Permission denied")
        else:
            self._handset.files[path] = DeviceFile(
                data=bytes(data), mode=_file_mode(int(mode)), mtime_s=size
            )
            await self._stream.write(_REQUEST.pack(b"OKAY", 0))

    async def _give(self, path: str) -> None:
        file = self._handset.files.get(path)
        if file is None:
            folder = device_paths.is_folder(self._handset.files, path)
            reason = "Is a directory" if folder else "No such file or directory"
            await self._fail(f"{'read' if folder else 'open'} failed: {reason}")
            return
        answer = bytearray()
        for start in range(0, len(file.data), _MAX_CHUNK):
            chunk = file.data[start : start + _MAX_CHUNK]
            answer += _REQUEST.pack(b"DATA", len(chunk)) + chunk
        await self._stream.write(bytes(answer) + _REQUEST.pack(b"DONE", 0))

    async def _fail(self, reason: str) -> None:
        text = reason.encode()
        await self._stream.write(_REQUEST.pack(b"FAIL", len(text)) + text)

    def _facts(self, path: str) -> tuple[int, int, int]:
        """Mode, size and time; all zero for what is not there."""
        file = self._handset.files.get(path)
        if file is None and not device_paths.is_folder(self._handset.files, path):
            return 0, 0, 0
        return _facts(file)

    def _facts_v2(self, path: str) -> bytes:
        mode, size, mtime_s = self._facts(path)
        return _pack_v2(mode, size, mtime_s)


def _facts(file: DeviceFile | None) -> tuple[int, int, int]:
    if file is None:
        return DIRECTORY | 0o771, _FOLDER_SIZE, _FOLDER_TIME_S
    return file.mode, len(file.data), file.mtime_s


def _pack_v2(mode: int, size: int, mtime_s: int) -> bytes:
    if not mode:
        return _STAT_V2.pack(_NO_ENTRY, *(0,) * 10)
    ids = (1, _SHELL_UID, _SHELL_UID)
    return _STAT_V2.pack(0, 1, 1, mode, *ids, size, mtime_s, mtime_s, mtime_s)


def _file_mode(sent: int) -> int:
    """The mode as adbd sets it: group and others also get the rights of the user."""
    user = sent & 0o700
    return REGULAR_FILE | (sent & 0o777) | (user >> 3) | (user >> 6)
