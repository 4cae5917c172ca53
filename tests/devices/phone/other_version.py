"""An adb server that says that it is of another version, in front of a real one."""

import socket
import threading
import time
from contextlib import suppress
from pathlib import Path

from tests.devices.phone.own_server import OwnServer

#: ADB_SERVER_VERSION of platform-tools before 29.
OLDER = 39
_COMES_WITHIN_S = 20.0


class OtherVersion:
    """Answers `host:version` itself and passes everything else on; `asked` is all of it."""

    def __init__(self, home: Path, port: int) -> None:
        home.mkdir()
        self._listener = socket.create_server(("127.0.0.1", port))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._behind = int(probe.getsockname()[1])
        self._real = OwnServer(home, self._behind)
        self._open: list[socket.socket] = []
        self.asked: list[str] = []
        threading.Thread(target=self._listen, name="other-version", daemon=True).start()
        self._real.start()

    def end(self) -> None:
        # Closing alone does not wake a thread that accepts.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        for each in [self._listener, *self._open]:
            each.close()
        self._real.end()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._open.append(client)
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError, ValueError), client:
            head = _exactly(client, 4)
            request = _exactly(client, int(head, 16))
            self.asked.append(request.decode())
            if request == b"host:version":
                client.sendall(b"OKAY0004" + f"{OLDER:04x}".encode())
                return
            with self._reached() as server:
                server.sendall(head + request)
                threading.Thread(target=_pass_on, args=[client, server], daemon=True).start()
                _pass_on(server, client)

    def _reached(self) -> socket.socket:
        until = time.monotonic() + _COMES_WITHIN_S
        while True:
            try:
                server = socket.create_connection(("127.0.0.1", self._behind))
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
            else:
                self._open.append(server)
                return server


def _exactly(source: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = source.recv(count - len(data))
        if not more:
            raise OSError
        data += more
    return data


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
