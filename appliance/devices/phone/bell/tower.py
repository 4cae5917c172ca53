"""The one thread that listens to the bells of all phones."""

import logging
import selectors
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from appliance.devices.phone.adb.calls import ServerConnection

log = logging.getLogger(__name__)

# How soon a new stream is listened to; what it says meanwhile waits in its socket.
_NOTICE_S = 0.25
_READ_BYTES = 65_536
# A notification in short has a few hundred bytes; more without a line break is no log.
_LONGEST_LINE = 65_536

Heard = Callable[[str], None]


class BellRope:
    """One phone's stream of lines. `ended`: nothing more comes."""

    def __init__(self, connection: ServerConnection, heard: Heard) -> None:
        self._connection = connection
        self._heard = heard
        self._begun = b""
        self.socket: socket.socket = connection.conn
        self.socket.setblocking(False)
        self.ended = False

    def cut(self) -> None:
        """Ends the stream; any thread."""
        self.ended = True
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def pull(self) -> bool:
        """Takes the lines that have come; False at the end. The tower's thread."""
        try:
            data = self.socket.recv(_READ_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        *lines, begun = (self._begun + data).split(b"\n")
        self._begun = begun[-_LONGEST_LINE:]
        for line in lines:
            self._heard(line.decode(errors="replace"))
        return bool(data)

    def let_go(self) -> None:
        """Only the tower's thread closes the socket, because it waits for it."""
        self.ended = True
        self._connection.close()


class BellTower:
    """Its thread lives as long as there is a stream. Any thread may call `hang`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._new: list[BellRope] = []
        self._thread: threading.Thread | None = None

    def hang(self, connection: ServerConnection, heard: Heard) -> BellRope:
        """`heard` gets each line in the tower's thread and must not block."""
        rope = BellRope(connection, heard)
        with self._lock:
            self._new.append(rope)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="bells", daemon=True)
                self._thread.start()
        return rope

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            while self._is_needed(selector):
                for key, _ in selector.select(_NOTICE_S):
                    if not _pulled(key.data):
                        selector.unregister(key.fileobj)
                        key.data.let_go()

    def _is_needed(self, selector: selectors.BaseSelector) -> bool:
        """Takes the new streams in; the thread ends when there is none left."""
        with self._lock:
            for rope in self._new:
                selector.register(rope.socket, selectors.EVENT_READ, rope)
            self._new.clear()
            if selector.get_map():
                return True
            self._thread = None
            return False


def _pulled(rope: BellRope) -> bool:
    """One phone's stream must not end the listening to the others."""
    try:
        return rope.pull()
    except Exception:
        log.exception("a bell could not be listened to")
        return False
