"""A receiver of webhooks that keeps what it got, and answers as it is told."""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.own_certificate import OwnCertificate

WITHIN_S = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    path: str
    headers: dict[str, str]
    body: bytes
    at_s: float

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def type(self) -> str:
        return str(self.told["type"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """`waits` is called before the answer; `closes`: the connection ends without one."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    waits: Callable[[], object] | None = None
    closes: bool = False


TAKEN = Say()


@dataclass(slots=True)
class Receiver:
    url: str
    port: int
    got: list[Got] = field(default_factory=list)
    says: Callable[[Got], Say] = field(default=lambda _: TAKEN)
    _more: threading.Condition = field(default_factory=threading.Condition)

    def take(self, got: Got) -> Say:
        with self._more:
            self.got.append(got)
            self._more.notify_all()
        return self.says(got)

    def wait(self, count: int) -> list[Got]:
        """The first so many requests, once they are there."""
        with self._more:
            assert self._more.wait_for(lambda: len(self.got) >= count, WITHIN_S), self.got
            return self.got[:count]

    def wait_for(self, is_it: Callable[[Got], bool]) -> Got:
        def found() -> Got | None:
            return next((each for each in self.got if is_it(each)), None)

        with self._more:
            assert self._more.wait_for(lambda: found() is not None, WITHIN_S), self.got
            it = found()
        assert it is not None
        return it

    @property
    def types(self) -> list[str]:
        return [each.type for each in self.got]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    receiver: Receiver


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"] or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        got = Got(path=self.path, headers=headers, body=body, at_s=time.monotonic())
        say = self.server.receiver.take(got)
        if say.waits is not None:
            say.waits()
        if say.closes:
            self.close_connection = True
            return
        self.send_response(say.status)
        for name, value in say.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(say.body)))
        self.end_headers()
        self.wfile.write(say.body)

    do_GET = do_POST  # noqa: N815 -- as the library names it

    def log_message(self, *_: object) -> None:
        pass

    def handle(self) -> None:
        try:
            super().handle()
        except (ConnectionError, ssl.SSLError):
            self.close_connection = True


@contextmanager
def receiving(certificate: OwnCertificate | None = None) -> Iterator[Receiver]:
    """Over https with a certificate, under its name."""
    server = _Server(("127.0.0.1", 0), _Handler)
    port = server.server_address[1]
    url = f"http://127.0.0.1:{port}/hook"
    if certificate is not None:
        url = f"https://{certificate.name}:{port}/hook"
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate.cert, certificate.key)
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    server.receiver = Receiver(url, port)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server.receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
