"""The stream of the broker, as the office sees it: made once, read from a place of its own."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from appliance.office.broker import BATCHES, KEPT_S, SEEN_AGAIN_S, STREAM
from appliance.office.tables import office_settings
from appliance.office.troubles import LinkAway
from appliance.store.store import Tx

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg
    from nats.aio.subscription import Subscription
    from nats.js.api import StreamInfo
    from nats.js.client import JetStreamContext

_SETTING = "broker-place"
_REPLICAS = 3
TOGETHER = 32
_OPEN_NS, _BEATS_NS = 20 * 10**9, 10**9
_SILENT_S = 4.0
"""The server says every second that it is there."""
_BEAT = "100"
_OVER = frozenset({"404", "408"})
"""What was asked for came to its end: it is asked for again."""
_FORGETS_S = 60.0
"""A reader of which the servers have heard nothing for so long is gone; another one is made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamPlace:
    """The office has everything up to `place` of the stream that was made then (ISO 8601)."""

    made: str = ""
    place: int = 0


def known(conn: sqlite3.Connection) -> StreamPlace:
    found = office_settings.read(conn, _SETTING)
    return StreamPlace() if found is None else StreamPlace(**json.loads(found))


def note(tx: Tx, at: StreamPlace) -> None:
    office_settings.write(tx, _SETTING, json.dumps({"made": at.made, "place": at.place}))


async def ready(stream: "JetStreamContext", servers: int) -> "StreamInfo":
    """It is made where there is none. What a server says that it has, most of three have."""
    import nats.js.errors
    from nats.js import api

    try:
        return await stream.stream_info(STREAM)
    except nats.js.errors.NotFoundError:
        return await stream.add_stream(
            api.StreamConfig(
                name=STREAM,
                subjects=[f"{BATCHES}.>"],
                storage=api.StorageType.FILE,
                num_replicas=min(_REPLICAS, servers),
                max_age=KEPT_S,
                duplicate_window=SEEN_AGAIN_S,
                # Full, it refuses what is new: boxes keep that, and nobody loses what is old.
                discard=api.DiscardPolicy.NEW,
            )
        )


def place_in(info: "StreamInfo", before: StreamPlace) -> tuple[StreamPlace, bool]:
    """Where to go on, and whether something vanished that the office had not read."""
    state, made = info.state, info.created.isoformat() if info.created else ""
    if before.made != made:
        return StreamPlace(made=made), bool(before.made)
    least, most = max(state.first_seq - 1, 0), state.last_seq
    place = min(max(before.place, least), most)
    return StreamPlace(made=made, place=place), place != before.place


class StreamReader:
    """Of everything after a place, which the office keeps and no server. It asks for some at once;
    while there is nothing the server says that it is still there.
    """

    def __init__(self, client: "Client", inbox: "Subscription", ask: str) -> None:
        self._client = client
        self._inbox = inbox
        self._ask = ask
        self._open = 0
        self._next = 1

    @classmethod
    async def after(cls, client: "Client", stream: "JetStreamContext", place: int) -> Self:
        from nats.js import api

        made = await stream.add_consumer(
            STREAM,
            api.ConsumerConfig(
                filter_subject=f"{BATCHES}.>",
                deliver_policy=api.DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=place + 1,
                ack_policy=api.AckPolicy.NONE,
                inactive_threshold=_FORGETS_S,
                num_replicas=1,
                mem_storage=True,
            ),
        )
        inbox = await client.subscribe(client.new_inbox())
        return cls(client, inbox, f"$JS.API.CONSUMER.MSG.NEXT.{STREAM}.{made.name}")

    async def read(self) -> "Sequence[Msg]":
        """What is there, in its order; nothing after a second without. Raises LinkAway where the
        server is gone, or something was lost on the way: then another reader begins at the place.
        """
        if self._open <= 0:
            await self._ask_for_more()
        found = [await self._heard()]
        while self._inbox.pending_msgs:
            found.append(await self._heard())
        return [each for each in found if each is not None]

    async def _ask_for_more(self) -> None:
        asked = {"batch": TOGETHER, "expires": _OPEN_NS, "idle_heartbeat": _BEATS_NS}
        await self._client.publish(self._ask, json.dumps(asked).encode(), self._inbox.subject)
        self._open = TOGETHER

    async def _heard(self) -> "Msg | None":
        """None for what is no message."""
        try:
            told = await self._inbox.next_msg(timeout=_SILENT_S)
        except TimeoutError:
            raise LinkAway("timeout") from None
        status = (told.headers or {}).get("Status")
        if status is None:
            self._open -= 1
            self._must_be_next(told.metadata.sequence.consumer)
            return told
        if status in _OVER:
            self._open = 0
        elif status != _BEAT:
            raise LinkAway("connection")
        return None

    def _must_be_next(self, number: int) -> None:
        if number != self._next:
            raise LinkAway("connection")
        self._next += 1


async def has(stream: "JetStreamContext", place: int) -> bool:
    import nats.js.errors

    try:
        await stream.get_msg(STREAM, seq=place)
    except nats.js.errors.NotFoundError:
        return False
    return True


async def purge(stream: "JetStreamContext", box_id: str, up_to: int) -> None:
    """Everything that this box said there up to that place, by whatever key."""
    await stream.purge_stream(STREAM, seq=up_to + 1, subject=f"{BATCHES}.{box_id}.>")
