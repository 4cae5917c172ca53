"""Messages that other software hands over: by Balie's own API, and by the one of an SMS gateway."""

import asyncio
import json
import statistics
from dataclasses import dataclass
from functools import cache

from tests.bench.accept import NUMBER
from tests.bench.api import Load, Server, load, running_server
from tests.bench.benchmark import Measured, at_least, at_most

GROUP = "open"
ROUNDS = 5
_TEXT = "Dienst om zes uur"
_NATIVE, _GATEWAY = "/api/v1/messages", "/3rdparty/v1/messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Both:
    """A round of each, beside each other."""

    native: Load
    gateway: Load


@at_most(25, "ms p95 of POST /api/v1/messages, 32 clients")
def open_post_p95() -> Measured:
    return Measured(value=statistics.median(each.native.p95_ms for each in _rounds()))


@at_least(0.9, "of the native POST's requests a second, 32 clients")
def gateway_post_rate() -> Measured:
    """`POST /3rdparty/v1/messages`; the peer's value is requests a second to the native one."""
    rounds = _rounds()
    return Measured(
        value=statistics.median(each.gateway.rate / each.native.rate for each in rounds),
        peer=round(statistics.median(each.native.rate for each in rounds), 1),
    )


@cache
def _rounds() -> list[_Both]:
    with running_server() as server:
        native = _request(server, _NATIVE, {"line": server.line, "to": NUMBER, "text": _TEXT})
        gateway = _request(
            server,
            _GATEWAY,
            {"phoneNumbers": [NUMBER], "textMessage": {"text": _TEXT}, "deviceId": server.line},
        )
        return [
            _Both(
                native=asyncio.run(load(server, native)), gateway=asyncio.run(load(server, gateway))
            )
            for _ in range(ROUNDS)
        ]


def _request(server: Server, path: str, body: object) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {server.token}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
