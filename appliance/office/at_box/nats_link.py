"""The link over the broker: a box publishes its batches and is answered once the office has them.

What the broker says for itself, that a batch is on the disks of most of its servers, moves no
cursor: only the office's own answer does. One batch is in flight. It is published once, under an id
of its epoch and first number, however long the office is away: then it waits in the stream, and the
box asks again for the answer. What is asked aside (a new credential, a thread for somebody who
reads it) goes to the office over HTTPS, and so does the question why the broker refuses this box.
"""

import asyncio
import hashlib
import json
import secrets
import zlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from appliance.office.at_box import credential, kept_broker
from appliance.office.at_box.answers import checked, code_of, told
from appliance.office.at_box.https_link import HttpsLink
from appliance.office.at_box.lane import Reply
from appliance.office.batch import Batch, Pushed
from appliance.office.broker import (
    AGAIN,
    COMMANDS,
    HELD_OPEN_S,
    NOT_YET,
    STREAM,
    TAKEN,
    BoxSubjects,
    BrokerPlace,
)
from appliance.office.broker_wire import PassRefused, as_link_errors, connected, ended
from appliance.office.link import FetchAnswer, NewCredential, OfficeCommand, commands_from_json
from appliance.office.nats_client import load_client
from appliance.office.reading import plain
from appliance.office.troubles import LinkAway, LinkBehind, LinkHeld

if TYPE_CHECKING:
    from nats.aio.client import Client

T = TypeVar("T")
PUBLISH_S = 10.0
ANSWER_S = 20.0
_SAID = frozenset({"busy", "no-office"})
"""What is said over a connection that is well."""
ELSEWHERE_S = 600.0
_MORE_S = 4.0
"""Longer than the office holds a question, it may be on its way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _InFlight:
    """A batch that the stream has at `place`, and that the office has not answered."""

    id: str
    place: int
    has_events: bool


class NatsLink:
    """For one event loop. `aside` is the link over HTTPS, which is closed with this one."""

    def __init__(self, data: Path, box: str, aside: HttpsLink) -> None:
        """Inside the loop. Raises OSError."""
        load_client()
        self._data = data
        self._key = credential.own_key(data)
        self._subjects = BoxSubjects.of(box, credential.public_half(self._key))
        self._aside = aside
        self._client: Client | None = None
        self._connecting, self._asking_why = asyncio.Lock(), asyncio.Lock()
        self._flight: _InFlight | None = None
        self._again = secrets.token_hex(4)
        self._tries = 0
        self._heard_s = asyncio.get_running_loop().time()

    async def push(self, batch: Batch) -> Pushed:
        """While the office is away nothing is published beside what it has yet to take."""
        while True:
            flight = self._flight
            if flight is None:
                self._flight = flight = await self._published(batch)
            try:
                pushed = await self._taken(flight)
            except (LinkBehind, LinkHeld):
                self._over()
                raise
            if pushed is None:
                self._over()
                continue
            self._flight = None
            if flight.id != self._id_of(batch):
                continue  # of before; what it told is passed over now
            if flight.has_events and pushed.cursor < batch.first:
                self._over()
            return pushed

    async def commands(self, after: int, epoch: str) -> Sequence[OfficeCommand]:
        reply = await self._asked(COMMANDS, {"after": after, "epoch": epoch})
        return told(checked(reply), commands_from_json)

    async def answer(self, ask: str, answer: FetchAnswer) -> None:
        await self._aside.answer(ask, answer)

    async def renew(self) -> NewCredential:
        return await self._aside.renew()

    async def close(self) -> None:
        await self._dropped(self._client)
        await self._aside.close()

    def _id_of(self, batch: Batch) -> str:
        """The epoch and the first number. Those without events have that number in common with
        what comes next; and what the office did not take is told again under another id, because
        the broker would pass over it.
        """
        known = f"{batch.epoch}:{batch.first}"
        if not batch.events:
            raw = plain(batch.as_json())
            known += f":{hashlib.blake2b(raw, digest_size=12).hexdigest()}"
        return f"{known}:{self._again}{self._tries}" if self._tries else known

    def _over(self) -> None:
        self._flight = None
        self._tries += 1

    async def _published(self, batch: Batch) -> _InFlight:
        """Raises LinkError."""
        import nats.js.errors
        from nats.js.api import Header

        packer = zlib.compressobj(1, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        body = packer.compress(plain(batch.as_json())) + packer.flush()

        known = self._id_of(batch)

        async def publish(client: "Client") -> _InFlight:
            try:
                kept = await client.jetstream().publish(
                    self._subjects.batches,
                    body,
                    timeout=PUBLISH_S,
                    stream=STREAM,
                    headers={Header.MSG_ID: known},
                )
            except nats.js.errors.APIError as exc:
                # Its disks are full, or too few of its servers stand: nothing was kept.
                raise LinkAway("busy") from exc
            except nats.js.errors.NoStreamResponseError as exc:
                raise LinkAway("no-office") from exc
            return _InFlight(id=known, place=kept.seq, has_events=bool(batch.events))

        return await self._over_broker(publish)

    async def _taken(self, flight: _InFlight) -> Pushed | None:
        """Once the office has it; None where it does not know any more. Raises LinkError."""
        until_s = asyncio.get_running_loop().time() + ANSWER_S
        while True:
            reply = await self._asked(TAKEN, {"place": flight.place})
            code = code_of(reply)
            if code == AGAIN:
                return None
            if code != NOT_YET:
                return told(checked(reply), Pushed.from_json)
            if asyncio.get_running_loop().time() >= until_s:
                raise LinkAway("busy")

    async def _asked(self, verb: str, question: dict[str, Any]) -> Reply:
        async def ask(client: "Client") -> Reply:
            said = await client.request(
                self._subjects.ask(verb), plain(question), timeout=HELD_OPEN_S + _MORE_S
            )
            self._heard_s = asyncio.get_running_loop().time()
            return _reply(said.data)

        return await self._over_broker(ask)

    async def _over_broker(self, work: Callable[["Client"], Awaitable[T]]) -> T:
        """On the connection that is there, or a new one; one on which something went wrong is used
        no more.
        """
        place = kept_broker.read(self._data)
        if place is None:
            raise LinkAway("no-office")
        client: Client | None = None
        try:
            with as_link_errors():
                client = await self._connected(place)
                return await work(client)
        except PassRefused:
            await self._dropped(client)
            await self._ask_why(place)
            raise
        except LinkAway as exc:
            if exc.why not in _SAID:
                await self._dropped(client)
            await self._perhaps_elsewhere(place)
            raise

    async def _connected(self, place: BrokerPlace) -> "Client":
        async with self._connecting:
            if self._client is None or not self._client.is_connected:
                await self._dropped(self._client)
                self._client = await connected(place, self._key, inbox=self._subjects.answers)
            return self._client

    async def _dropped(self, client: "Client | None") -> None:
        if client is None:
            return
        if self._client is client:
            self._client = None
        await ended(client)

    async def _perhaps_elsewhere(self, place: BrokerPlace) -> None:
        """Nothing came from the office for long: it may have other servers, or none any more.
        Raises LinkError.
        """
        now_s = asyncio.get_running_loop().time()
        if now_s - self._heard_s >= ELSEWHERE_S:
            self._heard_s = now_s
            await self._ask_why(place)

    async def _ask_why(self, refused: BrokerPlace) -> None:
        """The office itself says whether it struck this box off; else it gives a new pass. Raises
        LinkError.
        """
        async with self._asking_why:
            if kept_broker.read(self._data) != refused:
                return
            shown = next(iter(credential.readable(self._data)), None)
            new = await self._aside.renew()
            credential.keep(self._data, new.credential, beside=shown)
            kept_broker.keep(self._data, new.broker)


def _reply(raw: bytes) -> Reply:
    """What the office answers as to a request over HTTPS."""
    try:
        found = json.loads(raw)
        status, body = int(found["status"]), plain(found["body"])
    except (ValueError, TypeError, KeyError):
        raise LinkAway("no-office") from None
    kind = "application/json" if status < 400 else "application/problem+json"  # noqa: PLR2004
    headers = {"content-type": kind}
    if status == 503:  # noqa: PLR2004 -- HTTP: busy
        headers["retry-after"] = "1"
    return Reply(status=status, headers=headers, body=body)
