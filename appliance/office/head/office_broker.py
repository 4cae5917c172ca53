"""The office at its broker: it reads the stream, answers boxes, and tells the servers whose key
opens nothing any more. Whatever goes wrong, all of it begins again.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from appliance.errors import SetupError, StoreError
from appliance.office.broker import BrokerPlace
from appliance.office.broker_wire import as_link_errors, connected, ended
from appliance.office.head.broker_answers import BrokerAnswers
from appliance.office.head.broker_asks import BrokerAsks
from appliance.office.head.broker_keys import BrokerKeys
from appliance.office.head.broker_reading import BrokerReader
from appliance.office.head.broker_troubles import BrokerTroubles
from appliance.office.head.head import Head
from appliance.office.nats_client import has_client
from appliance.office.tables import ended_keys
from appliance.office.troubles import LinkAway, LinkError
from appliance.store.store import ReaderPool

if TYPE_CHECKING:
    from nats.aio.client import Client

AGAIN_S = 1.0
_LOOKS_S = 1.0
_TOLD_S = 5.0
_TELLS_S = 60.0
"""A server that was away hears it then at the latest, whatever the others tell it."""
_UPDATE = "$SYS.REQ.CLAIMS.UPDATE"
_INBOX = "_INBOX"


class OfficeBroker:
    """For one event loop. Its key is of this process alone: the office vouches for itself."""

    def __init__(self, head: Head, keys: BrokerKeys) -> None:
        """Raises SetupError where NATS's client is not installed."""
        if not has_client():
            raise SetupError("This office has a broker: install Balie with it, balie[nats].")
        self._head = head
        self._keys = keys
        self._key = Ed25519PrivateKey.generate()
        self._troubles = BrokerTroubles(head.store)
        answers = BrokerAnswers()
        self._reader = BrokerReader(head, answers, self._troubles, len(keys.urls))
        self._asks = BrokerAsks(head, answers)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="office-broker")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            try:
                await self._linked()
            except (LinkError, StoreError) as exc:
                await self._met(exc, is_ours=False)
            except Exception as exc:  # a mistake of ours must not end it until the next start
                await self._met(exc, is_ours=True)
            await asyncio.sleep(AGAIN_S)

    async def _met(self, exc: Exception, *, is_ours: bool) -> None:
        with contextlib.suppress(StoreError):
            await self._troubles.met(exc, is_ours=is_ours)

    async def _linked(self) -> None:
        client = await self._at(self._keys.place_of_office(self._key, _now_s()))
        works = [self._reader.go_on(client), self._asks.go_on(client), self._tell_ended()]
        tasks = [asyncio.ensure_future(each) for each in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            with as_link_errors():
                for each in done:
                    each.result()
        finally:
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await ended(client)

    async def _at(self, place: BrokerPlace) -> "Client":
        return await connected(place, self._key, inbox=_INBOX)

    async def _tell_ended(self) -> None:
        """Whom the servers let in no more, and throw out; the office looks itself, too."""
        servers = await self._at(self._keys.place_of_servers(self._key, _now_s()))
        told, told_s = None, 0.0
        try:
            while True:
                now = await self._head.store.aread(ended_keys.ended, ReaderPool.LIVE)
                if now != told or time.monotonic() - told_s >= _TELLS_S:
                    await self._tell(servers, now)
                    told, told_s = now, time.monotonic()
                await asyncio.sleep(_LOOKS_S)
        finally:
            await ended(servers)

    async def _tell(self, servers: "Client", ended_since: Mapping[str, int]) -> None:
        jwt = self._keys.account_pass(_now_s(), ended_since)
        said = await servers.request(_UPDATE, jwt.encode(), timeout=_TOLD_S)
        if b'"error"' in said.data:
            raise LinkAway("no-office")


def _now_s() -> int:
    """By this machine's clock, as the servers go by theirs."""
    return int(time.time())
