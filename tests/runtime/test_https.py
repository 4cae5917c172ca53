"""Balie over https: what only a secure answer has, and clients that never agree on a key."""

import asyncio
import logging
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from appliance.api.app import create_app
from appliance.api.connections import PATIENCE_S, Connections
from appliance.api.services import Services
from appliance.clock import SystemClock
from appliance.errors import SetupError
from appliance.queue.gate import ConsentGate
from appliance.runtime.certificate import Certificate
from appliance.runtime.patience import PatientSocket
from appliance.runtime.web import Server, address_of, bind, web_config
from appliance.store.feed import EventFeed
from tests.fresh_store import fresh_store
from tests.key_agreement import agree
from tests.own_certificate import OwnCertificate, make_certificate
from tests.running_demo import eventually

NAME = "balie.test"


@pytest.fixture
def own(tmp_path: Path) -> OwnCertificate:
    return make_certificate(tmp_path, NAME)


@contextmanager
def serving(app: object, connections: Connections, own: OwnCertificate) -> Iterator[str]:
    """As `serve` runs it."""
    certificate = Certificate(own.cert, own.key)
    listening = bind("127.0.0.1", 0)
    address = address_of(listening, secure=True)
    config = web_config(app, connections, certificate)
    server = Server(config, connections, certificate=certificate)
    door = PatientSocket.at(listening, connections, secure=True)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([door])), name="web")
    thread.start()
    try:
        yield address
    finally:
        server.should_exit = True
        thread.join(20)


def test_over_https_cookies_are_secure_and_the_browser_is_told_to_stay(
    tmp_path: Path, own: OwnCertificate
) -> None:
    """Nothing has to be set for that: Balie knows how it was asked."""
    store = fresh_store(tmp_path / "balie.db", SystemClock())
    services = Services(
        store=store,
        gate=ConsentGate(),
        clock=store.clock,
        feed=EventFeed(store),
        planned=lambda: None,
        ready=tuple,
        data_dir=tmp_path,
    )
    trusted = ssl.create_default_context(cafile=own.cert)
    with (
        serving(create_app(services), services.connections, own) as address,
        httpx.Client(base_url=address, verify=trusted) as client,
    ):
        answer = client.get("/setup")
    store.close()
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "; Secure" in answer.headers["set-cookie"]


def test_who_never_agrees_on_a_key_makes_room(own: OwnCertificate) -> None:
    """Such a client counts from the start, is ended when its time is over, and takes nobody's
    place for good; neither does one that speaks no TLS.
    """
    now_s = [0.0]
    connections = Connections(total=2, per_address=2, now_s=lambda: now_s[0])
    with serving(_nothing, connections, own) as address:
        place = ("127.0.0.1", int(address.rsplit(":", 1)[1]))
        with socket.create_connection(place, 20) as silent:
            eventually(lambda: connections.open == 1, "the silent client counts")
            now_s[0] = PATIENCE_S + 1
            assert silent.recv(1) == b""
        with socket.create_connection(place, 20) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\n\r\n")
            plain.recv(100)
        eventually(lambda: connections.open == 0, "nobody is connected")
        trusted = ssl.create_default_context(cafile=own.cert)
        with httpx.Client(base_url=address, verify=trusted) as client:
            assert client.get("/").status_code == 204
            assert connections.open == 1
        eventually(lambda: connections.open == 0, "nobody is connected")


async def _nothing(scope: Scope, _receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def test_a_certificate_and_its_key_belong_together(tmp_path: Path, own: OwnCertificate) -> None:
    """What is wrong is said before anything starts, in a sentence."""
    with pytest.raises(SetupError, match="--key is missing"):
        Certificate.given(own.cert, None)
    with pytest.raises(SetupError, match="There is no file"):
        Certificate(own.cert, tmp_path / "none.pem")
    with pytest.raises(SetupError, match="no certificate with its key"):
        Certificate(own.key, own.key)
    assert Certificate.given(None, None) is None


def test_a_renewed_certificate_is_taken_up(
    tmp_path: Path, own: OwnCertificate, caplog: pytest.LogCaptureFixture
) -> None:
    """Without a restart; a file that is half written changes nothing."""
    caplog.set_level(logging.INFO)
    certificate = Certificate(own.cert, own.key)
    certificate.look()
    assert not caplog.messages
    own.cert.write_text("-----BEGIN")
    os.utime(own.cert, ns=(1, 1))
    certificate.look()
    assert "stays as it was" in caplog.text
    make_certificate(tmp_path, NAME)
    certificate.look()
    assert "was read again" in caplog.text


def test_a_certificate_whose_key_comes_later_changes_nothing(
    tmp_path: Path, own: OwnCertificate
) -> None:
    """A context that had taken the certificate alone would answer nobody."""
    certificate = Certificate(own.cert, own.key)
    (tmp_path / "new").mkdir()
    renewed = make_certificate(tmp_path / "new", NAME)
    own.cert.write_bytes(renewed.cert.read_bytes())
    os.utime(own.cert, ns=(1, 1))
    certificate.look()
    assert _comes_in(certificate.context, trusted=renewed.cert) is False
    own.key.write_bytes(renewed.key.read_bytes())
    certificate.look()
    assert _comes_in(certificate.context, trusted=renewed.cert) is True


def _comes_in(context: ssl.SSLContext, *, trusted: Path) -> bool:
    """Whether a browser does that trusts this certificate."""
    return agree(context, ssl.create_default_context(cafile=str(trusted)), NAME)
