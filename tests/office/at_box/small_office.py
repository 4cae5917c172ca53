"""A head office that is one small HTTP server, written from what is said of the wire and not from
Balie's own. It can be away, slow or half open, lose an answer after it has kept what came, and say
the same command again in any order.
"""

import base64
import gzip
import json
import socket
import ssl
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.slices import Slice
from tests.office.at_box.copy_of_rows import CopyOfRows
from tests.own_certificate import OwnCertificate
from tests.running_demo import SETTLES_S

WITHIN_S = SETTLES_S
SECRET = "one-time-secret"
HELD_S = 2.0


class Fault(Enum):
    """What becomes of a request."""

    AWAY = "away"  # the connection ends at once
    SILENT = "silent"  # nothing is ever answered
    LOSES_ANSWER = "loses-answer"  # it is kept, and the connection ends
    PORTAL = "portal"  # a page of somebody in between
    BUSY = "busy"
    STRUCK_OFF = "struck-off"
    UNKNOWN = "unknown"
    REFUSES = "refuses"


@dataclass(slots=True)
class Log:
    """What the office has of one epoch."""

    cursor: int = 0
    events: dict[int, dict[str, Any]] = field(default_factory=dict)


class SmallOffice:
    def __init__(self, folder: Path, certificate: OwnCertificate | None = None) -> None:
        self.copy = CopyOfRows(folder / "copy.db")
        self.key = Ed25519PrivateKey.generate()
        self.box = str(uuid.uuid4())
        self.credentials: list[str] = []
        self.joined: list[dict[str, Any]] = []
        self.privacy = "all"
        self.renew_by_ms = 4_000_000_000_000
        self.epoch = ""
        self.logs: dict[str, Log] = {}
        self.pushes: list[dict[str, Any]] = []
        self.commands: list[dict[str, Any]] = []
        self.answers: dict[str, dict[str, Any]] = {}
        self.asked_after: list[int] = []
        self.came_s: dict[int, float] = {}
        self.on_push: Callable[[dict[str, Any]], Fault | None] = lambda _: None
        self.on_commands: Callable[[int], Fault | None] = lambda _: None
        self.orders: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = lambda found: found
        self.certificate = certificate
        self.url = ""
        self.mistakes: list[str] = []
        self._more = threading.Condition()
        self._stopped = False

    @property
    def log(self) -> Log:
        return self.logs.setdefault(self.epoch, Log())

    @property
    def token(self) -> str:
        fingerprint = ""
        if self.certificate is not None:
            der = ssl.PEM_cert_to_DER_cert(self.certificate.cert.read_text())
            import hashlib

            fingerprint = hashlib.sha256(der).hexdigest()
        told = {"url": self.url, "fingerprint": fingerprint, "secret": SECRET}
        raw = base64.urlsafe_b64encode(json.dumps(told).encode()).decode().rstrip("=")
        return f"balie-office-1.{raw}"

    def ask(self, kind: str, body: Mapping[str, Any], **about: Any) -> str:
        """Gives a command; its id."""
        command = {
            "n": len(self.commands) + 1,
            "id": str(uuid.uuid4()),
            "kind": kind,
            "expires_ms": about.get("expires_ms"),
            "by": about.get("by", {"token": "planning", "name": "Planning"}),
            "body": dict(body),
        }
        with self._more:
            self.commands.append(command)
            self._more.notify_all()
        return str(command["id"])

    def ask_staff(self, version: int, staff: list[dict[str, Any]]) -> str:
        said = {"box": self.box, "version": version, "staff": staff}
        plain = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        signature = base64.b64encode(self.key.sign(plain.encode())).decode()
        body = {"version": version, "staff": staff, "signature": signature}
        return self.ask("staff", body, by={"name": "office"})

    def done(self, command_id: str) -> dict[str, Any]:
        """The facts of the event that says what became of it."""
        self.wait_for(lambda: self._done(command_id))
        return self.told_done(command_id)[0]

    def told_done(self, command_id: str) -> list[dict[str, Any]]:
        found = (each for log in self.logs.values() for each in log.events.values())
        return [
            each["facts"]
            for each in found
            if each["kind"] == "office.command" and each["facts"]["command"] == command_id
        ]

    def _done(self, command_id: str) -> dict[str, Any] | None:
        return next(iter(self.told_done(command_id)), None)

    def wait_for(self, found: Callable[[], Any], lacks: Callable[[], object] = str) -> Any:
        """`lacks` says what is wrong where it does not come."""
        until_s = time.monotonic() + WITHIN_S
        with self._more:
            while not (it := found()):
                left_s = until_s - time.monotonic()
                assert not self.mistakes, self.mistakes
                assert left_s > 0, f"it did not come in time {lacks()}"
                self._more.wait(min(left_s, 0.2))
        return it

    def has_up_to(self, seq: int) -> None:
        self.wait_for(lambda: self.log.cursor >= seq)

    # What is asked of it.

    def join(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if told["secret"] != SECRET or (self.joined and self.joined[0]["key"] != told["key"]):
            return 403, {"code": "invitation-used"}
        self.joined.append(told)
        self.credentials.append(f"credential-{len(self.credentials)}")
        raw = self.key.public_key().public_bytes_raw()
        return 201, {
            "box": self.box,
            "credential": self.credentials[-1],
            "renew_by_ms": self.renew_by_ms,
            "office_key": base64.b64encode(raw).decode(),
            "privacy": self.privacy,
        }

    def renew(self) -> tuple[int, dict[str, Any]]:
        self.credentials.append(f"credential-{len(self.credentials)}")
        self.renew_by_ms += 30 * 24 * 3_600_000
        return 200, {"credential": self.credentials[-1], "renew_by_ms": self.renew_by_ms}

    def push(self, told: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        with self._more:
            self._begin(told)
            if told["first"] > self.log.cursor + 1:
                return 409, {"cursor": self.log.cursor}
            for each in told["events"]:
                if each["seq"] > self.log.cursor:
                    assert each["seq"] not in self.log.events, "told twice"
                    self.log.events[each["seq"]] = each
                    self.came_s[each["seq"]] = time.monotonic()
                else:
                    assert self.log.events.get(each["seq"], each) == each, "told otherwise"
            self.copy.put(_slice(each) for each in told["slices"])
            self.log.cursor = max(self.log.cursor, told["last"])
            self.pushes.append(told)
            self._more.notify_all()
            return 200, {"cursor": self.log.cursor, "privacy": self.privacy}

    def _begin(self, told: dict[str, Any]) -> None:
        if told["epoch"] != self.epoch:
            descent = told.get("descent")
            assert not self.epoch or (descent or {})["epoch"] == self.epoch
            assert not told["events"]
            assert not told["slices"]
            start = min(told["first"] - 1, self.log.cursor) if self.epoch else 0
            self.epoch = told["epoch"]
            self.logs[self.epoch] = Log(cursor=start)

    def wait_commands(self, after: int) -> list[dict[str, Any]]:
        until_s = time.monotonic() + HELD_S
        with self._more:
            self.asked_after.append(after)
            while not self._stopped:
                if found := [each for each in self.commands if each["n"] > after]:
                    return self.orders(found)[:50]
                left_s = until_s - time.monotonic()
                if left_s <= 0:
                    return []
                self._more.wait(left_s)
        return []

    def end(self) -> None:
        with self._more:
            self._stopped = True
            self._more.notify_all()


def _slice(told: dict[str, Any]) -> Slice:
    def row(found: dict[str, Any]) -> dict[str, Any]:
        return {
            name: base64.b64decode(each["b"]) if isinstance(each, dict) else each
            for name, each in found.items()
        }

    return Slice(table=told["table"], of=row(told["of"]), rows=[row(e) for e in told["rows"]])


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    office: SmallOffice

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        told = json.loads(body) if body else {}
        office = self.office
        if self.path == "/link/v1/join":
            self._say(*office.join(told))
        elif not self._is_known():
            self._say(401, {"code": "unauthorized"})
        elif self.path == "/link/v1/events":
            self._with_fault(office.on_push(told), lambda: office.push(told))
        elif self.path == "/link/v1/credential":
            self._say(*office.renew())
        elif self.path.startswith("/link/v1/answers/"):
            with office._more:
                office.answers[self.path.rpartition("/")[2]] = told
                office._more.notify_all()
            self._say(200, {})

    def do_GET(self) -> None:
        office = self.office
        if self.path == "/link/v1/ca" and office.certificate is not None:
            self._send(200, office.certificate.cert.read_bytes(), "application/x-pem-file")
        elif not self._is_known():
            self._say(401, {"code": "unauthorized"})
        else:
            after = int(parse_qs(urlsplit(self.path).query)["after"][0])
            self._with_fault(
                office.on_commands(after),
                lambda: (200, {"commands": office.wait_commands(after)}),
            )

    def _is_known(self) -> bool:
        shown = self.headers.get("authorization", "").removeprefix("Bearer ")
        return shown in self.office.credentials

    def _with_fault(
        self, fault: Fault | None, work: Callable[[], tuple[int, dict[str, Any]]]
    ) -> None:
        match fault:
            case None:
                self._say(*work())
            case Fault.LOSES_ANSWER:
                work()
                self._hang_up()
            case Fault.AWAY:
                self._hang_up()
            case Fault.SILENT:
                time.sleep(60)
            case Fault.PORTAL:
                self._send(200, b"<html>Log in to the Wi-Fi</html>", "text/html")
            case Fault.BUSY:
                self._say(503, {"code": "busy"}, {"Retry-After": "1"})
            case Fault.STRUCK_OFF:
                self._say(401, {"code": "struck-off"})
            case Fault.UNKNOWN:
                self._say(401, {"code": "unauthorized"})
            case Fault.REFUSES:
                self._say(422, {"code": "link-held", "detail": "A person has to look."})

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _say(
        self, status: int, told: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        type_ = "application/json" if status < 400 else "application/problem+json"
        self._send(status, json.dumps(told).encode(), type_, headers)

    def _send(
        self, status: int, body: bytes, type_: str, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that ended is no news; what this office cannot take is."""
        del request, client_address
        mistake = sys.exc_info()[1]
        if not isinstance(mistake, OSError):
            handler: Any = self.RequestHandlerClass
            handler.office.mistakes.append(repr(mistake))


@contextmanager
def serving(office: SmallOffice, port: int = 0) -> Iterator[SmallOffice]:
    """On the loopback, by https where the office has a certificate."""
    handler = type("Handler", (_Handler,), {"office": office})
    server = _Server(("127.0.0.1", port), handler)
    scheme = "http"
    if office.certificate is not None:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(office.certificate.cert, office.certificate.key)
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
        scheme = "https"
    office.url = f"{scheme}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield office
    finally:
        office.end()
        server.shutdown()
        server.server_close()
        thread.join()
