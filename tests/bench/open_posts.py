"""Messages that other software hands over: by Balie's own API, and by those of other products.

Each is beside the native one over the same channel: a client of an SMS gateway sends SMS, one of
the Cloud API sends WhatsApp.
"""

import asyncio
import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from tests.bench.accept import LINE, NUMBER
from tests.bench.api import Load, Server, load, running_server
from tests.bench.benchmark import Measured, at_least, at_most

GROUP = "open"
ROUNDS = 5
_TEXT = "Dienst om zes uur"
_NATIVE, _GATEWAY = "/api/v1/messages", "/3rdparty/v1/messages"
_CLOUD = f"/v23.0/{LINE.removeprefix('+')}/messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """One of each, beside each other."""

    native: Load
    cloud: Load
    native_sms: Load
    gateway: Load


@at_most(25, "ms p95 of POST /api/v1/messages, 32 clients")
def open_post_p95() -> Measured:
    return Measured(value=statistics.median(each.native.p95_ms for each in _rounds()))


@at_least(0.9, "of the requests a second of the native POST over SMS, 32 clients")
def gateway_post_rate() -> Measured:
    """`POST /3rdparty/v1/messages`; the peer's value is requests a second to the native one."""
    return _beside([(each.gateway, each.native_sms) for each in _rounds()])


@at_least(0.9, "of the requests a second of the native POST over WhatsApp, 32 clients")
def cloud_post_rate() -> Measured:
    """`POST /v23.0/{number}/messages`; the peer's value is as above."""
    return _beside([(each.cloud, each.native) for each in _rounds()])


def _beside(rounds: Sequence[tuple[Load, Load]]) -> Measured:
    return Measured(
        value=statistics.median(theirs.rate / native.rate for theirs, native in rounds),
        peer=round(statistics.median(native.rate for _, native in rounds), 1),
    )


@cache
def _rounds() -> Sequence[_Round]:
    return [_round() for _ in range(ROUNDS)]


def _round() -> _Round:
    """On a server of its own: a line takes no more than `DEFAULT_MAX_WAITING` messages."""
    with running_server() as server:
        message = {"line": server.line, "to": NUMBER, "text": _TEXT}
        gateway = {"phoneNumbers": [NUMBER], "textMessage": {"text": _TEXT}}
        cloud = {"messaging_product": "whatsapp", "to": NUMBER, "type": "text"}

        def of(path: str, body: Mapping[str, object]) -> Load:
            return asyncio.run(load(server, _request(server, path, body)))

        return _Round(
            native=of(_NATIVE, message),
            cloud=of(_CLOUD, {**cloud, "text": {"body": _TEXT}}),
            native_sms=of(_NATIVE, {**message, "channel": "sms"}),
            gateway=of(_GATEWAY, {**gateway, "deviceId": server.line}),
        )


def _request(server: Server, path: str, body: object) -> bytes:
    content = json.dumps(body).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {server.token}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
