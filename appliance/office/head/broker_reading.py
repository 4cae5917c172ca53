"""Takes in what boxes published, in its order, and says so to who asks.

The office's place in the stream is noted after the replicas have what came before it: a crash
repeats some of it, and a batch that is told again changes nothing. That a batch is in the stream
means nothing to its box, which waits for what is said here.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from appliance.api.problems import ProblemError
from appliance.office.broker import BoxSubjects, who_says
from appliance.office.head import broker_stream, refusals
from appliance.office.head.broker_answers import BrokerAnswers, OfficeSaid
from appliance.office.head.broker_callers import must_be_one
from appliance.office.head.broker_stream import StreamPlace, StreamReader
from appliance.office.head.broker_troubles import BrokerTroubles
from appliance.office.head.head import Head

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.js.client import JetStreamContext

log = logging.getLogger(__name__)

_ANSWERS_S = 5.0


class BrokerReader:
    """For one event loop, one connection after the other."""

    def __init__(
        self, head: Head, answers: BrokerAnswers, troubles: BrokerTroubles, servers: int
    ) -> None:
        self._head = head
        self._answers = answers
        self._troubles = troubles
        self._servers = servers
        self._to_purge: set[str] = set()
        self._at = StreamPlace()
        head.forgotten.listen(self._to_purge.add)

    async def go_on(self, client: "Client") -> None:
        """Until something goes wrong. Raises what NATS's client does, LinkAway and StoreError."""
        stream = client.jetstream(timeout=_ANSWERS_S)
        info = await broker_stream.ready(stream, self._servers)
        before = await self._head.store.aread(broker_stream.known)
        self._at, is_lost = broker_stream.place_in(info, before)
        if is_lost:
            await self._troubles.lost()
        if self._at.made != before.made:
            self._answers.forget()
        self._answers.place = self._at.place
        reader = await StreamReader.after(client, stream, self._at.place)
        while True:
            await self._troubles.well()
            if found := await reader.read():
                await self._take_all(found)
            await self._purge(stream)

    async def _take_all(self, found: Sequence["Msg"]) -> None:
        """Each box's in their order, several boxes at once."""
        boxes: dict[str, list[Msg]] = {}
        for each in found:
            boxes.setdefault(each.subject, []).append(each)
        await asyncio.gather(*(self._take(told) for told in boxes.values()))
        self._at = StreamPlace(made=self._at.made, place=_place(found[-1]))
        at = self._at
        await asyncio.wrap_future(
            self._head.store.submit(lambda tx: broker_stream.note(tx, at), durable=False)
        )
        self._answers.place = at.place

    async def _take(self, told: Sequence["Msg"]) -> None:
        for each in told:
            if (who := who_says(each.subject)) is not None:
                self._answers.note(each.subject, _place(each), await self._said(who, each.data))

    async def _said(self, who: BoxSubjects, raw: bytes) -> OfficeSaid:
        """What goes wrong with one box holds up no other one: it tells that again."""
        pushes = self._head.pushes
        try:
            await must_be_one(self._head, who)
            taken = asyncio.get_running_loop().run_in_executor(
                pushes.threads, lambda: pushes.take(who.box, raw, zipped=True)
            )
            return OfficeSaid(200, (await taken).as_json())
        except ProblemError as exc:
            return OfficeSaid.of(exc)
        except Exception as exc:
            self._troubles.met_box(who.box, exc)
            return OfficeSaid.of(refusals.busy())

    async def _purge(self, stream: "JetStreamContext") -> None:
        """Somebody was erased, or less may be known: what the stream had of that box goes. What of
        it was not read yet stays, and a reader that was behind misses what went.
        """
        for box_id in list(self._to_purge):
            await broker_stream.purge(stream, box_id, self._at.place)
            self._to_purge.discard(box_id)


def _place(told: "Msg") -> int:
    return int(told.metadata.sequence.stream)
