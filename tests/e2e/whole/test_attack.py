"""Somebody on the network takes all connections that they can get; the branch works on."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from tests.running_demo import Demo, eventually, running_demo

DESCRIPTORS = 256
"""As a small limit of the system; Balie alone needs some sixty with its two phones."""


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    limit = f"--nofile={DESCRIPTORS}:{DESCRIPTORS}"
    with running_demo("--no-traffic", "--speed", "8", under=("prlimit", limit)) as demo:
        yield demo


@pytest.fixture
def crowd(demo: Demo) -> Iterator[None]:
    """Three hundred connections that say nothing, or something that never ends."""
    address = (httpx.URL(demo.url).host, httpx.URL(demo.url).port or 80)
    beginnings = (
        b"",
        b"GET / HTTP/1.1\r\nX: y",
        b"POST /login HTTP/1.1\r\nHost: balie\r\nContent-Length: 900\r\n\r\nname=",
    )
    with ExitStack() as sockets:
        for number in range(300):
            sock = sockets.enter_context(socket.create_connection(address, 20))
            if beginning := beginnings[number % 3]:
                try:
                    sock.sendall(beginning)
                except ConnectionError:
                    continue  # it made room already
        yield


def test_the_branch_works_on_in_a_crowd(demo: Demo, crowd: None) -> None:
    """Pages, the API, the store and the phones do their work, and descriptors are left."""
    assert httpx.get(f"{demo.url}/login", timeout=60).status_code == 200
    assert httpx.get(f"{demo.url}/readyz", timeout=60).status_code == 200
    phone, sender = demo.numbers[0], "+31655500901"
    demo.writes(phone, sender, "Is er werk?")
    eventually(lambda: sender in str(demo.api("/contacts?limit=200")["items"]), "it is received")
    body = {"line": phone, "to": sender, "text": "Ja, morgen om zeven uur", "channel": "whatsapp"}
    answer = httpx.post(f"{demo.url}/api/v1/messages", json=body, headers=demo.bearer, timeout=60)
    assert answer.status_code == 202
    eventually(lambda: demo.left(body["text"]), "it has left the phone")
    assert len(list(Path(f"/proc/{demo.pid}/fd").iterdir())) < DESCRIPTORS - 32
