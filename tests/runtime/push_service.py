"""A push service of the tests' own: a real server over https that does what a browser's does.

It takes what is posted, sees that it is signed by the house that the browser subscribed to (RFC
8292), and decrypts it with the browser's keys (RFC 8291).
"""

import base64
import json
import os
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from py_vapid import Vapid02

from appliance.store.push import PushAddress
from tests.own_certificate import OwnCertificate


@dataclass(slots=True)
class PushedBrowser:
    """One that subscribed. `answers` are the next statuses of its push service, then 201."""

    address: PushAddress
    key: ec.EllipticCurvePrivateKey
    secret: bytes
    told: list[dict[str, str]] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)


@dataclass(slots=True)
class PushService:
    """`house_keys`: who signed what was taken."""

    url: str
    browsers: dict[str, PushedBrowser] = field(default_factory=dict)
    house_keys: set[str] = field(default_factory=set)

    def browser(self) -> PushedBrowser:
        path = f"/push/{len(self.browsers)}"
        key, secret = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        address = PushAddress(
            endpoint=self.url + path, public_key=_base64(point), secret=_base64(secret)
        )
        self.browsers[path] = PushedBrowser(address, key, secret)
        return self.browsers[path]

    def take(self, path: str, headers: Any, body: bytes) -> int:
        browser = self.browsers[path]
        browser.asked.append({name.lower(): value for name, value in headers.items()})
        if browser.answers:
            return browser.answers.pop(0)
        given = headers["Authorization"]
        if not Vapid02.verify(given):
            return 403
        self.house_keys.add(given.rpartition("k=")[2])
        plain = http_ece.decrypt(
            body, private_key=browser.key, auth_secret=browser.secret, version="aes128gcm"
        )
        browser.told.append(json.loads(plain))
        return 201


@contextmanager
def push_service(certificate: OwnCertificate) -> Iterator[PushService]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(service.take(self.path, self.headers, body))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.cert, certificate.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    service = PushService(f"https://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), name="push-service")
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
