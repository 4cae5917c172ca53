"""The broker of the chaos: three real servers, what goes wrong with them, and a box's way to them
through its own cable.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import nats.errors
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.demo.kept import KeptProgram
from appliance.office.at_box import kept_broker
from appliance.office.broker import STREAM
from appliance.office.broker_wire import connected, ended
from appliance.office.head import broker_keys
from appliance.office.troubles import LinkError

if TYPE_CHECKING:
    from nats.js.client import JetStreamContext

    from tests.office.chaos import Field

T = TypeVar("T")
_STANDS_S = 1.0
"""So long a server that hangs does nothing; the others choose another leader meanwhile."""


def goes_by(data: Path, strands: Mapping[int, int]) -> None:
    """The box finds each server at the end of its own cable, whatever the office told it."""
    place = kept_broker.read(data)
    if place is None or not strands:
        return
    ports = (int(url.rpartition(":")[2]) for url in place.urls)
    urls = [f"tls://127.0.0.1:{strands.get(port, port)}" for port in ports]
    kept_broker.keep(data, replace(place, urls=urls))


def one_fault(given: "Field", rng: random.Random) -> None:
    """A server is killed, one hangs, two hang so that the third is a minority; or somebody empties
    the stream.
    """
    some = rng.sample(list(given.servers), 2)
    match rng.randrange(6):
        case 0:
            given.found.streams_emptied += emptied(given.folder / "office")
        case 1:
            _hang(some[:1])
            given.found.servers_hung += 1
        case 2:
            _hang(some)
            given.found.servers_hung += 2
        case _:
            some[0].kill()
            given.found.servers_killed += 1


def _hang(servers: Sequence[KeptProgram]) -> None:
    pids = [each.pid for each in servers if each.pid is not None]
    for number, seconds in ((signal.SIGSTOP, _STANDS_S), (signal.SIGCONT, 0.0)):
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)
        time.sleep(seconds)


def emptied(office_data: Path) -> bool:
    """Whether it was: too few servers may stand."""
    return bool(asyncio.run(_asked(office_data, lambda stream: stream.purge_stream(STREAM))))


def messages(office_data: Path) -> int:
    """How many were ever in the stream."""
    found = asyncio.run(_asked(office_data, lambda stream: stream.stream_info(STREAM)))
    assert found is not None
    return int(found.state.last_seq)


async def _asked(
    office_data: Path, work: "Callable[[JetStreamContext], Awaitable[T]]"
) -> "T | None":
    """As the office itself may; None where no servers answer."""
    keys, key = broker_keys.known(office_data), Ed25519PrivateKey.generate()
    if keys is None:
        return None
    try:
        client = await connected(keys.place_of_office(key, int(time.time())), key, inbox="_INBOX")
    except LinkError:
        return None
    try:
        return await work(client.jetstream())
    except nats.errors.Error:
        return None
    finally:
        await ended(client)
