"""The messages of an open conversation as they are drawn, with what is proven of them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from appliance.channels import Channel
from appliance.desk.care.removing import ready_sentence
from appliance.desk.consent.near_stop import NearStopAnswer
from appliance.desk.inbox.earlier_texts import earlier_texts
from appliance.desk.inbox.thread import Conversation
from appliance.desk.inbox.tries import Try, tries_of
from appliance.desk.outgoing.decisions import Decision
from appliance.desk.team.notes import TeamNote
from appliance.identities import Identity
from appliance.messages import Direction, MessageState, Origin
from appliance.queue.routing import OF_A_SERVICE
from appliance.reasons import Reason
from appliance.store import forecast, texts_below
from appliance.store.care_marks import CareMark, CareState, marks_of
from appliance.store.contacts import identity_of
from appliance.store.media import Media, media_of
from appliance.store.media_left import left_by
from appliance.store.quotes import QuotedMessage, quoted_by
from appliance.store.reactions import reactions_of
from appliance.store.round_messages import rounds_of

LATE_MS = 5 * 60_000
"""A message that was under way for longer than this is shown with the time it was written."""
BLOCK_MS = 5 * 60_000
"""Messages of one sender this close together are drawn as one block."""

_DEVICE_CANNOT = frozenset(
    {
        Reason.DEVICE_ABSENT,
        Reason.DEVICE_UNAUTHORIZED,
        Reason.DEVICE_OFFLINE,
        Reason.DEVICE_LOCKED,
        Reason.DEVICE_DEGRADED,
        Reason.TOO_HOT,
        *OF_A_SERVICE,
    }
)

_ROUND = "round"
"""The rule of what a round says: without such a message in sight, there is no answer to one."""
_TRIED_AGAIN = frozenset({Reason.RETRY, Reason.PROVEN_ABSENT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A person's decision about its outcome after a look at the phone; `by` is that person."""

    decision: Decision
    by: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NearStop:
    """It reads like STOP; `answer` is None while nobody has decided, `by` is who decided."""

    answer: NearStopAnswer | None
    by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BubbleCare:
    """`ask` is the sentence that asks them for another way; empty where the mark is over."""

    mark: CareMark
    ask: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAsked:
    """A head office has asked a box to send it, and the box has not decided. `is_away`: the box
    cannot be reached now; `withdraws`: it was asked to let it be, as well.
    """

    box: str
    is_away: bool
    withdraws: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMark:
    """A call that nobody took. `channel` None: over the mobile network."""

    id: str
    at_ms: int
    channel: Channel | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message as it is drawn.

    `awaited`: the phone has it and cannot read it yet. `earlier` is what it said before they
    changed it, oldest first.
    `key` names it on the page: the browser's own id for what it sent, so that the bubble drawn
    at once and the one from the server are the same element. `day` is set on the first of a
    day, `joins` when it continues the block above.
    """

    id: str
    key: str
    direction: Direction
    state: MessageState
    channel: Channel | None
    text: str
    author: str | None
    rule: str | None
    identity: Identity
    reason: Reason | None
    expected_ms: int | None
    exact: bool
    at_ms: int
    sent_ms: int | None
    delivered_ms: int | None
    read_ms: int | None
    tries: Sequence[Try]
    day: date | None
    joins: bool
    #: The message above went another way, or there is none.
    names_channel: bool = True
    origin: Origin = Origin.PERSON
    #: Set where it was long on its way.
    written_ms: int | None = None
    near_stop: NearStop | None = None
    decided: Sequence[Decided] = ()
    awaited: bool = False
    deleted: bool = False
    earlier: Sequence[str] = ()
    #: What a mail quotes of what it answers.
    below: str = ""
    media: Sequence[Media] = ()
    #: How many of them are proven to have left.
    files_left: int = 0
    #: The emoji that they put on it.
    reactions: Sequence[str] = ()
    quoted: QuotedMessage | None = None
    #: Somebody wrote it on the device itself.
    by_hand: bool = False
    #: The phone had it before Balie came; its place in the thread is true where it is `dated`.
    imported: bool = False
    dated: bool = True
    #: Between the message above and this one.
    calls: Sequence[CallMark] = ()
    notes: Sequence[TeamNote] = ()
    #: The round that it asks for, or answers.
    round_id: str | None = None
    #: What of it should not be kept.
    care: BubbleCare | None = None
    asked: MessageAsked | None = None

    @property
    def was_seen_by_a_person(self) -> bool:
        """Only a person's word proves that it left."""
        return bool(self.decided) and self.decided[-1].decision is Decision.LEFT

    @property
    def waits_for_a_person(self) -> bool:
        """A person may say what became of it."""
        return self.reason in (Reason.PERSON, Reason.DEVICE_GONE)

    @property
    def tried_in_vain(self) -> Try | None:
        """The last try, where it waits for the next one."""
        again = self.state is MessageState.QUEUED and self.reason in _TRIED_AGAIN
        return self.tries[-1] if again and self.tries else None

    @property
    def takes_another_way(self) -> bool:
        """It is expected although the device of its best route cannot send."""
        return self.expected_ms is not None and self.reason in _DEVICE_CANNOT

    @property
    def took_over(self) -> Try | None:
        """The attempt by which it left, if that used another device than the line's own."""
        left = next((each for each in reversed(self.tries) if each.may_have_left), None)
        return left if left and left.fallback else None

    @property
    def is_at_service(self) -> bool:
        """What became of it only a service knows, as of a bot or a mailbox."""
        return bool(self.tries) and self.tries[-1].at_service

    @property
    def is_hidden(self) -> bool:
        """The branch's rule hid it, and nobody has opened it."""
        return self.care is not None and self.care.mark.hidden

    @property
    def is_removed(self) -> bool:
        return self.care is not None and self.care.mark.is_removed

    @property
    def mine(self) -> bool:
        return self.direction is Direction.OUT


def drawn(
    conn: sqlite3.Connection,
    about: Conversation,
    rows: Sequence[tuple[sqlite3.Row | None, sqlite3.Row]],
) -> Sequence[Bubble]:
    """Each row of `MESSAGES` as a bubble, below the row that it follows."""
    tries = tries_of(conn, [row["id"] for _, row in rows])
    decided = _decided(conn, tries)
    earlier = earlier_texts(conn, [row["id"] for _, row in rows if row["edited_ms"] is not None])
    ids = [row["id"] for _, row in rows]
    media, reactions, quoted = media_of(conn, ids), reactions_of(conn, ids), quoted_by(conn, ids)
    left, below = left_by(conn, ids), texts_below.of_messages(conn, ids)
    care = marks_of(conn, ids)
    rounds = rounds_of(conn, ids) if any(row["rule"] == _ROUND for _, row in rows) else {}
    zone = ZoneInfo(about.zone)
    return [
        _bubble(
            row,
            previous,
            zone,
            tries=tries.get(row["id"], ()),
            decided=decided.get(row["id"], ()),
            earlier=earlier.get(row["id"], ()),
            below=below.get(row["id"], ""),
            media=media.get(row["id"], ()),
            files_left=len(left.get(row["id"], ())),
            reactions=[each.emoji for each in reactions.get(row["id"], ())],
            quoted=quoted.get(row["id"]),
            round_id=rounds.get(row["id"]),
            care=_care(conn, care.get(row["id"])),
        )
        for previous, row in rows
    ]


def _bubble(
    row: sqlite3.Row, previous: sqlite3.Row | None, zone: ZoneInfo, **beside: Any
) -> Bubble:
    """`beside` is what other tables have of it."""
    day = _day(row["happened_ms"], zone)
    new_day = _is_dated(row) and (
        previous is None or not _is_dated(previous) or _day(previous["happened_ms"], zone) != day
    )
    return Bubble(
        id=row["id"],
        key=row["client_id"] or row["id"],
        direction=Direction(row["direction"]),
        state=MessageState(row["state"]),
        channel=_channel(_way(row)),
        text=row["text"],
        author=row["author"],
        rule=row["rule"],
        identity=identity_of(row),
        reason=Reason.of(row["forecast_reason"]),
        expected_ms=row["forecast_ms"],
        exact=bool(row["exact"]),
        at_ms=row["happened_ms"],
        sent_ms=row["sent_ms"],
        delivered_ms=row["delivered_ms"],
        read_ms=row["read_ms"],
        day=day if new_day else None,
        joins=not new_day and previous is not None and _one_block(previous, row),
        names_channel=previous is None or _way(previous) != _way(row),
        origin=Origin(row["origin"]),
        written_ms=_late(row),
        near_stop=_near_stop(row) if row["is_near_stop"] else None,
        awaited=bool(row["awaited"]),
        deleted=row["deleted_ms"] is not None,
        by_hand=bool(row["by_hand"]),
        imported=row["imported"] is not None,
        dated=_is_dated(row),
        **beside,
    )


def _care(conn: sqlite3.Connection, mark: CareMark | None) -> BubbleCare | None:
    if mark is None or mark.state is CareState.NONE:
        return None
    return BubbleCare(mark=mark, ask=ready_sentence(conn, mark) if mark.is_open else "")


def _way(row: sqlite3.Row) -> str | None:
    way: str | None = row["channel"] or row["wanted"]
    return way


def _is_dated(row: sqlite3.Row) -> bool:
    """Of what a phone had before Balie came, some shows no day: it stands below no other's."""
    return bool(row["imported"] != 0)


def _late(row: sqlite3.Row) -> int | None:
    written_ms: int | None = row["written_ms"]
    is_late = written_ms is not None and row["happened_ms"] - written_ms >= LATE_MS
    return written_ms if is_late else None


def _near_stop(row: sqlite3.Row) -> NearStop:
    answer = NearStopAnswer(row["decision"]) if row["decision"] else None
    return NearStop(answer=answer, by=row["decided_by"])


def _one_block(above: sqlite3.Row, below: sqlite3.Row) -> bool:
    same = all(
        above[name] == below[name]
        for name in (
            "direction",
            "author",
            "rule",
            "value",
            "scheme",
            "channel",
            "origin",
            "by_hand",
        )
    )
    return same and below["happened_ms"] - above["happened_ms"] < BLOCK_MS


_DOUBTS = ("unknown", "partly")


def _decided(
    conn: sqlite3.Connection, tries: Mapping[str, Sequence[Try]]
) -> Mapping[str, Sequence[Decided]]:
    """What people decided, by message; only a doubt is ever decided."""
    doubted = [each for each, of_it in tries.items() if any(a.outcome in _DOUBTS for a in of_it)]
    found: dict[str, list[Decided]] = {}
    for row in conn.execute(_DECIDED, (json.dumps(doubted),)) if doubted else ():
        found.setdefault(row["message_id"], []).append(
            Decided(decision=Decision(row["decision"]), by=row["name"], at_ms=row["at_ms"])
        )
    return found


def _day(at_ms: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(zone).date()


def _channel(value: str | None) -> Channel | None:
    return Channel.named(value) if value else None


MESSAGES = f"""
SELECT m.*, m.direction = 'out' AND m.device_key IS NOT NULL AS by_hand,
  coalesce(staff.name, api_token.name, m.sender_name) AS author,
  {forecast.EXPECTED_MS} AS forecast_ms, {forecast.REASON} AS forecast_reason,
  near.message_id IS NOT NULL AS is_near_stop, near.decision, decider.name AS decided_by
FROM message m
LEFT JOIN staff ON staff.id = m.staff_id
LEFT JOIN api_token ON api_token.id = m.token_id
LEFT JOIN near_stop near ON near.message_id = m.id
LEFT JOIN staff decider ON decider.id = near.staff_id
"""  # noqa: S608 -- our own words

_DECIDED = """
SELECT m.id AS message_id, e.at_ms, e.facts ->> '$.decision' AS decision,
  coalesce(staff.name, '?') AS name
FROM message m JOIN event e ON e.message_seq = m.seq
JOIN event_kind ON event_kind.code = e.kind AND event_kind.name = 'message.state'
LEFT JOIN staff ON staff.id = e.facts ->> '$.staff'
WHERE m.id IN (SELECT value FROM json_each(?))
AND e.facts ->> '$.by' = 'person' ORDER BY e.seq
"""
