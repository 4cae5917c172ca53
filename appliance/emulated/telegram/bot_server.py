"""The Bot API over HTTP on the loopback, and its control address beside it."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

from appliance.emulated.telegram.bot_control import BotControl
from appliance.emulated.telegram.bot_faults import BotFault, BotFaultKind, BotFaults
from appliance.emulated.telegram.bot_methods import METHODS
from appliance.emulated.telegram.bot_world import ApiRefusal, BotWorld, Json
from appliance.emulated.telegram.request_values import read_values


class BotServer(ThreadingHTTPServer):
    daemon_threads = True
    #: Those that wait for news end with the process.
    block_on_close = False

    def __init__(self, world: BotWorld, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.world = world
        self.faults = BotFaults()
        self.control = BotControl(world, self.faults)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        threading.Thread(target=self.serve_forever, name="bot-api", daemon=True).start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is nobody's mistake."""


@contextmanager
def serving(world: BotWorld | None = None, port: int = 0) -> Iterator[BotServer]:
    server = BotServer(world or BotWorld(), port)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: BotServer

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            body = self._chunks()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 -- its name there
        """Addresses hold tokens."""

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _answer(self, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        parts = [unquote(each) for each in path.strip("/").split("/")]
        if parts[0] == "control":
            self._say(*self.server.control.answer(parts[1:], body))
        elif parts[0] == "file" and len(parts) > 2 and parts[1].startswith("bot"):
            self._file(parts[1][3:], "/".join(parts[2:]))
        elif parts[0].startswith("bot") and len(parts) == 2:
            self._call(parts[0][3:], parts[1].lower(), query, body)
        else:
            self._refuse(ApiRefusal(404, "Not Found"))

    def _call(self, token: str, method: str, query: str, body: bytes) -> None:
        fault = self.server.faults.met(method)
        if fault is not None and self._fails_before(fault):
            return
        try:
            result = self._result(token, method, query, body)
        except ApiRefusal as exc:
            self._refuse(exc)
            return
        if fault is not None:
            self._fail(fault)
        else:
            self._say(200, {"ok": True, "result": result})

    def _result(self, token: str, method: str, query: str, body: bytes) -> Any:
        bot = self.server.world.bots.get(token)
        if bot is None:
            raise ApiRefusal(401, "Unauthorized")
        work = METHODS.get(method)
        if work is None:
            raise ApiRefusal(404, "Not Found: method not found")
        values = read_values(query, self.headers.get("Content-Type", ""), body)
        return work(self.server.world, bot, values)

    def _fails_before(self, fault: BotFault) -> bool:
        """True where it fails and nothing was done."""
        if fault.kind is BotFaultKind.TOO_MANY:
            wait = fault.retry_after_s
            sentence = f"Too Many Requests: retry after {wait}"
            self._refuse(ApiRefusal(429, sentence, retry_after=wait))
        elif fault.done:
            return False
        else:
            self._fail(fault)
        return True

    def _fail(self, fault: BotFault) -> None:
        if fault.kind is BotFaultKind.CUT:
            self.close_connection = True
            with suppress(OSError):
                self.connection.shutdown(socket.SHUT_RDWR)
        elif fault.kind is BotFaultKind.BAD_GATEWAY:
            self._send(502, "text/html", b"<html><h1>502 Bad Gateway</h1></html>")
        else:
            self._refuse(ApiRefusal(500, "Internal Server Error"))

    def _file(self, token: str, path: str) -> None:
        files = self.server.world.files.values()
        found = next((each for each in files if each.path == path), None)
        if token not in self.server.world.bots or found is None:
            self._refuse(ApiRefusal(404, "Not Found"))
        else:
            self._send(200, "application/octet-stream", found.content)

    def _refuse(self, exc: ApiRefusal) -> None:
        told: Json = {"ok": False, "error_code": exc.code, "description": exc.description}
        if exc.parameters:
            told["parameters"] = exc.parameters
        self._say(exc.code, told)

    def _say(self, status: int, told: Any) -> None:
        self._send(status, "application/json", json.dumps(told).encode())

    def _send(self, status: int, media_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
