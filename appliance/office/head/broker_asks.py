"""Answers what boxes ask over the broker: has the office their batch, and what is asked of them."""

import asyncio
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from appliance.api.problems import ProblemError
from appliance.office.broker import ASKS, COMMANDS, HELD_OPEN_S, MOST_PAYLOAD, TAKEN, who_says
from appliance.office.head import broker_stream, commanding, refusals
from appliance.office.head.broker_answers import TOLD_AGAIN, WAITS, BrokerAnswers, OfficeSaid
from appliance.office.head.broker_callers import must_be_one
from appliance.office.head.head import Head
from appliance.office.link import OfficeCommand, commands_as_json
from appliance.office.reading import Fields, Malformed, parsed, plain
from appliance.office.troubles import LinkAway

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

log = logging.getLogger(__name__)

_LOOKS_S = 0.5
_ROOM = MOST_PAYLOAD - 64 * 1024


class BrokerAsks:
    """For one event loop, one connection after the other. A box waits for one answer of a kind: the
    question that it asked before is over.
    """

    def __init__(self, head: Head, answers: BrokerAnswers) -> None:
        self._head = head
        self._answers = answers
        self._open: dict[str, asyncio.Task[None]] = {}

    async def go_on(self, client: "Client") -> None:
        """Until the connection ends. Raises LinkAway."""

        async def hear(asked: "Msg") -> None:
            if (before := self._open.pop(asked.subject, None)) is not None:
                before.cancel()
            task = asyncio.create_task(self._answer(client, asked))
            self._open[asked.subject] = task
            task.add_done_callback(lambda done: self._close(asked.subject, done))

        try:
            await client.subscribe(f"{ASKS}.*.*.*", cb=hear)
            while client.is_connected:  # noqa: ASYNC110 -- the client tells nobody
                await asyncio.sleep(_LOOKS_S)
            raise LinkAway("connection")
        finally:
            for each in list(self._open.values()):
                each.cancel()

    def _close(self, subject: str, done: "asyncio.Task[None]") -> None:
        if self._open.get(subject) is done:
            del self._open[subject]

    async def _answer(self, client: "Client", asked: "Msg") -> None:
        try:
            said = await self._said(client, asked)
        except ProblemError as exc:
            said = OfficeSaid.of(exc)
        except Malformed as exc:
            said = OfficeSaid.of(refusals.malformed(str(exc)))
        except Exception:
            log.exception("a question over the broker has no answer")
            said = OfficeSaid.of(refusals.busy())
        if asked.reply and client.is_connected:
            await client.publish(asked.reply, plain(said.as_json()))

    async def _said(self, client: "Client", asked: "Msg") -> OfficeSaid:
        who, verb = who_says(asked.subject), asked.subject.rpartition(".")[2]
        if who is None:
            raise refusals.unknown()
        await must_be_one(self._head, who)
        question = parsed(asked.data)
        if verb == TAKEN:
            return await self._taken(client, asked.subject, question)
        if verb == COMMANDS:
            after, epoch = question.number("after"), question.id_or_none("epoch")
            found = await commanding.waited(
                self._head, who.box, after, epoch, gone=_never, held_s=HELD_OPEN_S
            )
            return OfficeSaid(200, _that_fit(found))
        raise refusals.malformed("nobody knows that question")

    async def _taken(self, client: "Client", subject: str, question: Fields) -> OfficeSaid:
        place = question.number("place", least=1)
        who = subject.replace(ASKS, "balie.up").rpartition(".")[0]
        said = await self._answers.of(who, place, HELD_OPEN_S)
        if said is WAITS and not await broker_stream.has(client.jetstream(), place):
            return TOLD_AGAIN  # nobody will ever read it
        return said


async def _never() -> bool:
    return False


def _that_fit(found: Sequence[OfficeCommand]) -> "dict[str, object]":
    """As many as one answer holds; the box asks for the others next."""
    told = commands_as_json(found)
    while len(found) > 1 and len(plain(told)) > _ROOM:
        found = found[: len(found) // 2]
        told = commands_as_json(found)
    return told
