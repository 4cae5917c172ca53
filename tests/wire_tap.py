"""Somebody on the wire between Balie and a server: hears every byte, and may take words away."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer


class WireTap(ThreadingTCPServer):
    """`hides` is a word of the server's that nobody behind the tap gets to see."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, to_port: int, hides: bytes = b"") -> None:
        super().__init__(("127.0.0.1", 0), _Tapped)
        self.to_port, self.hides = to_port, hides
        self.heard = bytearray()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def passed(self, data: bytes) -> bytes:
        """From the server, as who asked it gets it."""
        return data.replace(self.hides, b"X" * len(self.hides)) if self.hides else data


class _Tapped(BaseRequestHandler):
    server: WireTap

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.to_port)) as there:
            back = threading.Thread(target=self._answers, args=(there,))
            back.start()
            with suppress(OSError):
                while data := self.request.recv(65_536):
                    self.server.heard += data
                    there.sendall(data)
                there.shutdown(socket.SHUT_WR)
            back.join()

    def _answers(self, there: socket.socket) -> None:
        with suppress(OSError):
            while data := there.recv(65_536):
                self.server.heard += data
                self.request.sendall(self.server.passed(data))
            self.request.shutdown(socket.SHUT_WR)


@contextmanager
def wire_tap(to_port: int, hides: bytes = b"") -> Iterator[WireTap]:
    with WireTap(to_port, hides) as tap:
        thread = threading.Thread(target=tap.serve_forever, name="wire-tap")
        thread.start()
        try:
            yield tap
        finally:
            tap.shutdown()
            thread.join()
