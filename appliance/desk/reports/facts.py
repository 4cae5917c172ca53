"""The facts that reports count: what came, what left, and what a team did with a conversation.

The event log tells each of them once, in order. What was before the log was followed is read from
the messages themselves.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.events import EventKind
from appliance.messages import MessageClass, MessageState
from appliance.queue.overtaken import AFTER_DONE
from appliance.store.listed import LEFT


class What(Enum):
    CAME = "came"
    #: It is proven to have left.
    WENT = "went"
    DONE = "done"
    #: It stays done by itself after somebody said how it went: that is no case.
    STAYED_DONE = "stayed-done"
    #: *Done* was taken back; a new message ends it by itself.
    UNDONE = "undone"
    LABELLED = "labelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFact:
    """`who` is the colleague who did it, '' for nobody in particular. `answers`: it answers, and a
    person or a program wrote it. `ends_wait`: nobody waits after it, answered or not. `labels` are
    all that the conversation has now.
    """

    what: What
    at_ms: int
    conversation_id: str
    line_id: str
    is_group: bool = False
    who: str = ""
    answers: bool = False
    ends_wait: bool = False
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGone:
    """`into` None: it was removed; else it became one with that one."""

    label_id: str
    into: str | None


def told(conn: sqlite3.Connection, *, after: int, until: int) -> Sequence[ReportFact | LabelGone]:
    """The facts of these events, oldest first."""
    values = {"after": after, "until": until, "kinds": json.dumps([each.value for each in _KINDS])}
    found = (_of_event(row) for row in conn.execute(_TOLD, values))
    return [each for each in found if each is not None]


def of_conversation(
    conn: sqlite3.Connection, conversation_id: str, *, from_ms: int, until_ms: int
) -> Sequence[ReportFact]:
    """What was in this time, both ends included, in the order in which it was."""
    values = {"conversation": conversation_id, "from": from_ms, "until": until_ms}
    found = [_of_message(row) for row in conn.execute(_OF_ONE, values)]
    found += [_of_act(row) for row in conn.execute(_ACTS_OF_ONE, values)]
    inside = [each for each in found if each is not None and from_ms <= each.at_ms <= until_ms]
    return sorted(inside, key=lambda each: each.at_ms)


def of_the_past(conn: sqlite3.Connection) -> Iterator[Sequence[ReportFact]]:
    """All facts until now, a conversation at a time, each in the order in which it was."""
    acts = _acts(conn)
    gathered: list[ReportFact] = []
    now_at = None
    for row in conn.execute(_ALL):
        if row["conversation_id"] != now_at:
            yield _in_order(gathered, acts.get(now_at or "", ()))
            gathered, now_at = [], row["conversation_id"]
        if fact := _of_message(row):
            gathered.append(fact)
    yield _in_order(gathered, acts.get(now_at or "", ()))


def _in_order(gathered: Sequence[ReportFact], acts: Sequence[ReportFact]) -> Sequence[ReportFact]:
    return sorted((*gathered, *acts), key=lambda each: each.at_ms)


def _acts(conn: sqlite3.Connection) -> dict[str, list[ReportFact]]:
    """What teams did with their conversations, as far as the log still tells."""
    found: dict[str, list[ReportFact]] = {}
    for row in conn.execute(_ACTS):
        if fact := _of_act(row):
            found.setdefault(fact.conversation_id, []).append(fact)
    return found


def _of_event(row: sqlite3.Row) -> ReportFact | LabelGone | None:
    kind, facts = EventKind(row["kind"]), json.loads(row["facts"])
    if kind in (EventKind.MESSAGE_RECEIVED, EventKind.MESSAGE_STATE):
        return _of_message(row) if _is_news(kind, facts) else None
    if kind is EventKind.LABEL_CHANGED:
        gone = facts.get("what") in ("merged", "removed")
        return LabelGone(label_id=facts["label"], into=facts.get("into")) if gone else None
    return _of_act(row)


def _of_act(row: sqlite3.Row) -> ReportFact | None:
    """None where a message did it by itself, or the conversation became one with another."""
    kind, facts = EventKind(row["kind"]), json.loads(row["facts"])
    by_itself = kind is EventKind.CONVERSATION_REOPENED and facts.get("why") == "message"
    if by_itself or row["line_id"] is None:
        return None
    stays = kind is EventKind.CONVERSATION_DONE and facts.get("why") == AFTER_DONE
    return ReportFact(
        what=What.STAYED_DONE if stays else _ACT[kind],
        at_ms=row["at_ms"],
        conversation_id=row["conversation_id"],
        line_id=row["line_id"],
        who=row["staff_id"] or "",
        labels=tuple(facts.get("labels", ())),
    )


def _is_news(kind: EventKind, facts: dict[str, object]) -> bool:
    """A message comes once, and is proven to have left once."""
    if kind is EventKind.MESSAGE_RECEIVED:
        return True
    before = facts.get("from")
    return facts.get("to") in _LEFT and before not in _COUNTED


def _of_message(row: sqlite3.Row) -> ReportFact | None:
    """None for what counts nowhere: what no person wrote, what was there before Balie was, what
    has not left.
    """
    if row["line_id"] is None or row["direction"] is None or row["imported"] is not None:
        return None
    where = {"conversation_id": row["conversation_id"], "line_id": row["line_id"]}
    is_group = row["group_id"] is not None
    if row["direction"] == "in":
        if row["origin"] != "person":
            return None
        return ReportFact(what=What.CAME, at_ms=row["happened_ms"], is_group=is_group, **where)
    if row["sent_ms"] is None:
        return None
    by_itself = row["rule"] is not None or row["class"] == MessageClass.LIST.value
    return ReportFact(
        what=What.WENT,
        at_ms=row["sent_ms"],
        is_group=is_group,
        who="" if by_itself else row["author_id"] or "",
        answers=not by_itself,
        ends_wait=row["rule"] in (None, "stop", "start"),
        **where,
    )


_LEFT = frozenset(state.value for state in LEFT)
_COUNTED = _LEFT | {MessageState.FAILED.value}
"""Who was here before had left by then: a failure after that, too, is a message that left."""

_ACT = {
    EventKind.CONVERSATION_DONE: What.DONE,
    EventKind.CONVERSATION_REOPENED: What.UNDONE,
    EventKind.CONVERSATION_LABELLED: What.LABELLED,
}
_KINDS = (
    EventKind.MESSAGE_RECEIVED,
    EventKind.MESSAGE_STATE,
    EventKind.LABEL_CHANGED,
    *_ACT,
)

_COLUMNS = """c.line_id, c.group_id, m.direction, m.origin, m.imported, m.happened_ms, m.sent_ms,
  m.rule, m.class, m.staff_id AS author_id"""
_TOLD = f"""
SELECT e.at_ms, k.name AS kind, e.facts, e.staff_id, c.id AS conversation_id, {_COLUMNS}
FROM event e JOIN event_kind k ON k.code = e.kind
LEFT JOIN message m ON m.seq = e.message_seq
LEFT JOIN conversation c ON c.id = coalesce(m.conversation_id, e.conversation_id)
WHERE e.seq > :after AND e.seq <= :until AND k.name IN (SELECT value FROM json_each(:kinds))
ORDER BY e.seq
"""  # noqa: S608 -- our own columns
_OF_ONE = f"""
SELECT m.conversation_id, {_COLUMNS}
FROM message m JOIN conversation c ON c.id = m.conversation_id
WHERE m.conversation_id = :conversation AND m.happened_ms >= :from - {7 * 86_400_000}
AND m.happened_ms <= :until
"""  # noqa: S608 -- our own columns
"""What is written before may leave only in this time: a scheduled message does."""
_ALL = f"""
SELECT m.conversation_id, {_COLUMNS}
FROM message m INDEXED BY message_thread CROSS JOIN conversation c ON c.id = m.conversation_id
ORDER BY m.conversation_id, m.happened_ms
"""  # noqa: S608 -- our own columns
_ACT_KINDS = ", ".join(f"'{each.value}'" for each in _ACT)
_ACTS = f"""
SELECT e.at_ms, k.name AS kind, e.facts, e.staff_id, e.conversation_id, c.line_id
FROM event e JOIN event_kind k ON k.code = e.kind JOIN conversation c ON c.id = e.conversation_id
WHERE k.name IN ({_ACT_KINDS}) ORDER BY e.seq
"""  # noqa: S608 -- our own kinds
_ACTS_OF_ONE = f"""
SELECT e.at_ms, k.name AS kind, e.facts, e.staff_id, e.conversation_id, c.line_id
FROM conversation_event h CROSS JOIN event e ON e.seq = h.event_seq
JOIN event_kind k ON k.code = e.kind JOIN conversation c ON c.id = e.conversation_id
WHERE h.conversation_id = :conversation AND e.at_ms BETWEEN :from AND :until
AND k.name IN ({_ACT_KINDS}) ORDER BY e.seq
"""  # noqa: S608 -- as above
