"""The serial port: a pty behind a name such as /dev/ttyUSB0, in a folder of its own."""

import asyncio
import contextlib
import os
import pty
import shutil
import tempfile
import tty
from collections import deque
from collections.abc import Callable
from pathlib import Path

_CHUNK = 65536
#: Bytes that nobody reads are lost, as on a cable without flow control.
_MOST_UNREAD = 1 << 20


class PortFolder:
    """Names as the kernel gives them: the lowest number that was never used."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._next = 0

    @property
    def path(self) -> Path:
        """Made when the first port needs it."""
        if self._path is None:
            self._path = Path(tempfile.mkdtemp(prefix="balie-modems-"))
            (self._path / "by-id").mkdir()
        return self._path

    def new_name(self) -> str:
        self._next += 1
        return f"ttyUSB{self._next - 1}"

    def remove(self) -> None:
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)


class Port:
    """Has one name at a time; closing it is like pulling the plug."""

    def __init__(
        self, folder: PortFolder, *, identity: str, heard: Callable[[bytes], None]
    ) -> None:
        self._folder = folder
        self._link = folder.path / folder.new_name()
        self.names = [str(self._link)]
        self._by_id = folder.path / "by-id" / identity
        self._heard = heard
        self._master: int | None = None
        self._slave: int | None = None
        self._unwritten = bytearray()
        self._dribbling: deque[bytes] = deque()
        #: A fault: every byte by itself.
        self.dribble = False

    @property
    def path(self) -> str:
        return str(self._link)

    @property
    def is_open(self) -> bool:
        return self._master is not None

    def rename(self) -> None:
        """The next plug gets another name."""
        self._link = self._folder.path / self._folder.new_name()
        self.names.append(str(self._link))

    def plug(self) -> None:
        """The slave is held open here too, so that the pty outlives the programs that use it."""
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        asyncio.get_running_loop().add_reader(self._master, self._read)
        for link, target in ((self._link, os.ttyname(self._slave)), (self._by_id, self._link)):
            link.unlink(missing_ok=True)
            link.symlink_to(target)

    def unplug(self) -> None:
        if self._master is None or self._slave is None:
            return
        self._link.unlink(missing_ok=True)
        self._by_id.unlink(missing_ok=True)
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._master)
        loop.remove_writer(self._master)
        os.close(self._slave)
        os.close(self._master)
        self._master = self._slave = None
        self._unwritten.clear()
        self._dribbling.clear()

    def _read(self) -> None:
        if self._master is None:
            return
        with contextlib.suppress(BlockingIOError):
            self._heard(os.read(self._master, _CHUNK))

    def write(self, data: bytes) -> None:
        if self.dribble:
            if not self._dribbling:
                asyncio.get_running_loop().call_soon(self._drip)
            self._dribbling.extend(data[at : at + 1] for at in range(len(data)))
            return
        self._put(data)

    def _drip(self) -> None:
        if self._dribbling:
            self._put(self._dribbling.popleft())
            asyncio.get_running_loop().call_soon(self._drip)

    def _put(self, data: bytes) -> None:
        if self._master is None or len(self._unwritten) > _MOST_UNREAD:
            return
        if self._unwritten:
            self._unwritten += data
            return
        self._unwritten += data[self._written(data) :]
        if self._unwritten:
            asyncio.get_running_loop().add_writer(self._master, self._write_on)

    def _write_on(self) -> None:
        if self._master is None:
            return
        del self._unwritten[: self._written(bytes(self._unwritten))]
        if not self._unwritten:
            asyncio.get_running_loop().remove_writer(self._master)

    def _written(self, data: bytes) -> int:
        if self._master is None:
            return len(data)
        try:
            return os.write(self._master, data)
        except BlockingIOError:
            return 0
