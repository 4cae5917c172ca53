"""Puts a file onto the phone over `sync:`.

adbutils' own push sends with `send`, which may take a part of a chunk and say so to nobody.
Source of the messages: `SYNC.TXT` and `file_sync_protocol.h` of adb.
"""

import stat
import struct
import time
from pathlib import Path

from appliance.devices.phone.adb.adb_errors import translated
from appliance.devices.phone.adb.calls import DeadlineAdbDevice, ServerConnection
from appliance.errors import Transient

_CHUNK_BYTES = 64 * 1024
_MODE = stat.S_IFREG | 0o644
_WORD = struct.Struct("<I")
_STAT = struct.Struct("<III")


def push(device: DeadlineAdbDevice, source: Path, target: str) -> None:
    """The phone makes the folders on the way. On return it says that it has as many bytes.

    Raises Transient where the phone does not keep the file, DeviceGone where it is away.
    """
    size = source.stat().st_size
    with translated(), device.open_transport() as connection:
        connection.send_command("sync:")
        connection.check_okay()
        _ask(connection, b"SEND", f"{target},{_MODE}".encode())
        with source.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                connection.conn.sendall(b"DATA" + _WORD.pack(len(chunk)) + chunk)
        connection.conn.sendall(b"DONE" + _WORD.pack(int(time.time())))
        word, length = connection.read_exact(4), _WORD.unpack(connection.read_exact(4))[0]
        if word != b"OKAY":
            said = connection.read_exact(length).decode(errors="replace")
            raise Transient("The phone did not take the file.", {"sync": said[:200]})
        _ask(connection, b"STAT", target.encode())
        connection.read_exact(4)
        _, kept, _ = _STAT.unpack(connection.read_exact(_STAT.size))
    if kept != size:
        raise Transient("The phone did not keep the whole file.", {"bytes": kept})


def _ask(connection: ServerConnection, request: bytes, path: bytes) -> None:
    connection.conn.sendall(request + _WORD.pack(len(path)) + path)
