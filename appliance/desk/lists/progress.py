"""How far a send is: what became of each of its people, and what they answered."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.desk.access.sight import Sight
from appliance.desk.lists.sends import JudgedSend, Send
from appliance.desk.outgoing.lists import Recipient
from appliance.messages import MessageState
from appliance.queue.profile import DAY_MS
from appliance.reasons import Reason
from appliance.store import forecast, listed
from appliance.store.care_marks import not_shown

WAITS = frozenset({MessageState.QUEUED, MessageState.SENDING, MessageState.UNCONFIRMED})
ANSWERED_FOR_MS = 7 * DAY_MS
"""What somebody writes longer after a list's message is about something else."""

ENDED = frozenset(
    {MessageState.FAILED, MessageState.REFUSED, MessageState.EXPIRED, MessageState.CANCELLED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendItem:
    """One person of a send. `why`: why they got nothing, or what their message waits for. `text`
    is None where they never were to get one. `unmade`: they get a message that is made in a moment.
    """

    contact_id: str
    name: str | None
    refused: bool
    why: Reason | None
    text: str | None
    expected_ms: int | None
    message_id: str | None
    conversation_id: str | None
    message_state: MessageState | None
    sent_ms: int | None
    unmade: bool = False

    @property
    def waits(self) -> bool:
        """Whether it may still leave; it need not be made yet."""
        return self.unmade or self.message_state in WAITS

    @property
    def state(self) -> str | None:
        return self.message_state and self.message_state.value

    @property
    def verdict(self) -> str:
        return "refused" if self.refused else "goes"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendAnswer:
    """What somebody wrote on that line within a week of the message, before the next list's."""

    contact_id: str
    conversation_id: str
    message_id: str
    text: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleCounts:
    """To whom it goes or went, who gets nothing, who still waits, who got it, who answered."""

    goes: int
    refused: int
    waiting: int
    sent: int
    answered: int

    @classmethod
    def of(cls, items: Sequence[SendItem], answers: Sequence[SendAnswer] = ()) -> "PeopleCounts":
        refused = sum(each.refused for each in items)
        return cls(
            goes=len(items) - refused,
            refused=refused,
            waiting=sum(each.waits for each in items),
            sent=sum(each.message_state in listed.LEFT for each in items),
            answered=len({each.contact_id for each in answers}),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SendProgress:
    """`answers` are the oldest first; nothing is one to a message that is not proven to have
    left. Nothing waits of a send whose `state` is `done`. `done_by_ms`: when the last one will have
    gone, or went; None where nobody can know.
    """

    send: Send
    items: Sequence[SendItem]
    answers: Sequence[SendAnswer]
    counts: PeopleCounts
    state: str
    done_by_ms: int | None

    @property
    def id(self) -> str:
        return self.send.id

    @property
    def list_id(self) -> str:
        return self.send.list_id

    @property
    def line_id(self) -> str:
        return self.send.line_id

    @property
    def variants(self) -> Sequence[str]:
        return self.send.variants

    @property
    def media(self) -> Sequence[str]:
        return self.send.media

    @property
    def deliver_until_ms(self) -> int:
        return self.send.until_ms

    @property
    def resends(self) -> str | None:
        return self.send.resends

    @property
    def created_ms(self) -> int:
        return self.send.created_ms


def done_by_ms(items: Collection[SendItem] | Collection[Recipient]) -> int | None:
    """When the last of these is expected; None where nobody can know of any."""
    return max((each.expected_ms for each in items if each.expected_ms is not None), default=None)


def progress(conn: sqlite3.Connection, sight: Sight, found: Send) -> SendProgress:
    """As far as this reader sees its people."""
    rows = conn.execute(_ITEMS, {"send": found.id}).fetchall()
    seen = set(sight.seen_contacts(conn, [row["contact_id"] for row in rows]))
    items = [_item(row) for row in rows if row["contact_id"] in seen]
    answers = [each for each in _answers(conn, found.id) if each.contact_id in seen]
    return _progress(found, items, answers)


def of_judged(found: JudgedSend) -> SendProgress:
    """What is true of it in the moment when it is accepted."""
    items = [replace(each, unmade=not each.refused) for each in expected_items(found.found)]
    return _progress(found.send, items)


def _progress(
    found: Send, items: Sequence[SendItem], answers: Sequence[SendAnswer] = ()
) -> SendProgress:
    waiting = [each for each in items if each.waits]
    over = not waiting and found.state != "cancelled"
    gone_ms = max((each.sent_ms for each in items if each.sent_ms), default=None)
    return SendProgress(
        send=found,
        items=items,
        answers=answers,
        counts=PeopleCounts.of(items, answers),
        state="done" if over else found.state,
        done_by_ms=done_by_ms(waiting) if waiting else gone_ms,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCounts:
    """People of a send: all, those to whom it goes or went, who still wait, who got it."""

    people: int
    goes: int
    waiting: int
    sent: int


def counts_of(conn: sqlite3.Connection, send_ids: Collection[str]) -> Mapping[str, SendCounts]:
    rows = conn.execute(_COUNTS, {"sends": json.dumps(list(send_ids))})
    return {
        row["send_id"]: SendCounts(
            people=row["people"],
            goes=int(row["goes"]),
            waiting=int(row["waiting"]),
            sent=int(row["sent"]),
        )
        for row in rows
    }


def expected_items(found: Sequence[Recipient]) -> Sequence[SendItem]:
    """What a dry run says of each, in the same words."""
    return [
        SendItem(
            contact_id=each.to,
            name=None,
            refused=each.refusal is not None,
            why=each.refusal or each.reason,
            text=None if each.refusal else each.text,
            expected_ms=each.expected_ms,
            message_id=each.message_id,
            conversation_id=each.conversation_id,
            message_state=None,
            sent_ms=None,
        )
        for each in found
    ]


def named(conn: sqlite3.Connection, sight: Sight, items: Sequence[SendItem]) -> Sequence[SendItem]:
    """With the names of those whom this reader sees."""
    ids = json.dumps(list(sight.seen_contacts(conn, [each.contact_id for each in items])))
    names = {row["id"]: row["name"] for row in conn.execute(_NAMES, (ids,))}
    return [replace(each, name=names.get(each.contact_id)) for each in items]


def _item(row: sqlite3.Row) -> SendItem:
    state = MessageState(row["state"]) if row["state"] else None
    ended = state in ENDED
    return SendItem(
        contact_id=row["contact_id"],
        name=row["office_name"] or row["chosen_name"],
        refused=ended or (state is None and not row["unmade"]),
        why=Reason.of(row["why"] or row["reason"]),
        text=row["text"],
        expected_ms=row["expected_ms"] if state in WAITS or row["unmade"] else None,
        message_id=row["message_id"],
        conversation_id=row["conversation_id"],
        message_state=state,
        sent_ms=row["sent_ms"],
        unmade=bool(row["unmade"]),
    )


def _answers(conn: sqlite3.Connection, send_id: str) -> Sequence[SendAnswer]:
    about = {"send": send_id, "answered_for": ANSWERED_FOR_MS}
    return [SendAnswer(**dict(row)) for row in conn.execute(_ANSWERS, about)]


_ITEMS = f"""
SELECT coalesce(m.contact_id, i.contact_id) AS contact_id, i.message_id, i.why, m.state, m.text,
       iif(m.id IS NULL, NULL, {forecast.EXPECTED_MS}) AS expected_ms,
       iif(m.id IS NULL, NULL, {forecast.REASON}) AS reason,
       m.sent_ms, m.conversation_id, k.office_name, k.chosen_name, 0 AS unmade, i.position
FROM list_send_item i LEFT JOIN message m ON m.id = i.message_id
JOIN contact k ON k.id = coalesce(m.contact_id, i.contact_id)
WHERE i.send_id = :send
UNION ALL
SELECT u.contact_id, NULL, NULL, NULL, u.text,
       iif(s.state = 'paused', NULL, u.expected_ms), iif(s.state = 'paused', 'paused', u.reason),
       NULL, NULL, k.office_name, k.chosen_name, 1, u.position
FROM list_send_unmade u JOIN list_send s ON s.id = u.send_id JOIN contact k ON k.id = u.contact_id
WHERE u.send_id = :send ORDER BY 13
"""  # noqa: S608 -- our own words
_NAMES = """
SELECT k.id, coalesce(k.office_name, k.chosen_name) AS name
FROM json_each(?) f CROSS JOIN contact k ON k.id = f.value
"""
_COUNTS = """
WITH one (send_id, goes, waits, sent) AS (
  SELECT i.send_id, i.message_id IS NOT NULL,
         coalesce(m.state IN ('queued', 'sending', 'unconfirmed'), 0),
         coalesce(m.state IN ('sent', 'delivered', 'read'), 0)
  FROM json_each(:sends) p CROSS JOIN list_send_item i ON i.send_id = p.value
  LEFT JOIN message m ON m.id = i.message_id
  UNION ALL SELECT u.send_id, 1, 1, 0
  FROM json_each(:sends) p CROSS JOIN list_send_unmade u ON u.send_id = p.value)
SELECT send_id, count(*) AS people, total(goes) AS goes, total(waits) AS waiting,
       total(sent) AS sent FROM one GROUP BY send_id
"""
# The tap comes before the proof, and some answer in between.
_ANSWERS = f"""
SELECT a.contact_id, a.conversation_id, a.id AS message_id,
  iif({not_shown("a")}, '', a.text) AS text, a.happened_ms AS at_ms
FROM (
  SELECT m.conversation_id, m.contact_id, m.sent_ms, coalesce((
    SELECT min(t.tapped_ms) FROM attempt t WHERE t.message_id = m.id AND t.outcome = 'sent'
  ), m.sent_ms) AS left_ms
  FROM list_send_item i CROSS JOIN message m ON m.id = i.message_id
  WHERE i.send_id = :send AND m.sent_ms IS NOT NULL
) q CROSS JOIN message a INDEXED BY message_thread
ON a.conversation_id = q.conversation_id AND a.happened_ms > q.left_ms
AND a.happened_ms <= q.left_ms + :answered_for
WHERE a.direction = 'in' AND a.origin = 'person' AND a.contact_id IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM message n INDEXED BY message_of_list
  WHERE n.contact_id = q.contact_id AND n.class = 'list' AND n.sent_ms > q.sent_ms
  AND n.sent_ms <= a.happened_ms AND n.conversation_id = q.conversation_id)
ORDER BY a.happened_ms, a.id
"""  # noqa: S608 -- our own words
