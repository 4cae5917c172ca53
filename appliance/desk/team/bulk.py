"""One thing done with several conversations at once, and how to take it back.

Each of them is changed as `cases` changes one, in one transaction. Taking it back leaves alone
what was changed again since.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from appliance.desk.access.rights import Rights
from appliance.desk.inbox import thread
from appliance.desk.inbox.thread import Conversation
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, labels, later
from appliance.desk.team.former import (
    FormerCase,
    FormerState,
    former,
    give_back,
    label_as_before,
    put_course_back,
)
from appliance.desk.team.later import Until
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import events
from appliance.store.store import Tx

MOST = 100
"""More at once would hold up who else writes."""


class BulkAct(Enum):
    """The values are those of the buttons."""

    CLAIM = "claim"
    HAND_OVER = "hand-over"
    LABELS = "labels"
    LATER = "later"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkWish:
    """What is to be done. `to` None: nobody is to have them. `put` and `off` are ids of labels."""

    act: BulkAct
    to: str | None = None
    until: Until = Until.REPLY
    at: str = ""
    put: Sequence[str] = ()
    off: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenRow:
    """A conversation, and when the newest message of it was that its reader was shown."""

    conversation_id: str
    seen_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkDone:
    """`changed` is how those were that are other now. `taken`: a colleague has them; `wrote`: they
    wrote meanwhile.
    """

    act: BulkAct
    changed: Sequence[FormerCase]
    taken: int
    wrote: int


def act_on(tx: Tx, rights: Rights, rows: Sequence[ChosenRow], wish: BulkWish, me: str) -> BulkDone:
    """Conversations that this person may not write in, or that are gone, are left out.

    Raises InvalidInput for too many, and for a colleague, a time or a label as `cases` does.
    """
    if len(rows) > MOST:
        raise InvalidInput("chosen", f"Choose at most {MOST} conversations at once.")
    changed: list[FormerCase] = []
    refused: list[str] = []
    shown = {each.conversation_id: each for each in rows}
    for about in writable(tx.conn, rights, shown):
        before, seq = former(tx.conn, about.id), events.last_seq(tx.conn)
        try:
            _act(tx, about, shown[about.id], wish, Author(staff_id=me))
        except Refused as exc:
            refused.append(exc.code)
        if (now_seq := events.last_seq(tx.conn)) != seq:
            changed.append(FormerCase(before=before, seq=now_seq))
    return BulkDone(
        act=wish.act,
        changed=changed,
        taken=refused.count(Reason.CLAIMED),
        wrote=refused.count(Reason.THEY_WROTE),
    )


def undo(tx: Tx, rights: Rights, done: BulkDone, me: str) -> int:
    """How many are as they were again. With each of the others more was done since."""
    kinds, put_back = _UNDOES[done.act]
    count = 0
    for each in done.changed:
        found = _found(tx.conn, rights, each.before.conversation_id)
        if found is not None and not _was_touched(tx.conn, each, kinds):
            count += put_back(tx, each.before, Author(staff_id=me))
    return count


def writable(
    conn: sqlite3.Connection, rights: Rights, ids: Iterable[str]
) -> Iterator[Conversation]:
    """Those of them in which this person may write, each once."""
    for conversation_id in dict.fromkeys(ids):
        about = _found(conn, rights, conversation_id)
        if about is not None:
            yield about


def _found(conn: sqlite3.Connection, rights: Rights, conversation_id: str) -> Conversation | None:
    try:
        about = thread.conversation(conn, rights, conversation_id)
    except NotFound:
        return None
    return about if about.may_write else None


def _act(tx: Tx, about: Conversation, row: ChosenRow, wish: BulkWish, me: Author) -> None:
    match wish.act:
        case BulkAct.CLAIM:
            cases.claim(tx, about.id, me.staff_id or "")
        case BulkAct.HAND_OVER:
            cases.assign(tx, about.id, wish.to, me)
        case BulkAct.LABELS:
            on = {each.id for each in labels.on(tx.conn, about.id)}
            cases.put_labels(tx, about.id, sorted((on - {*wish.off}) | {*wish.put}), me)
        case BulkAct.LATER:
            until_ms = later.time_of(wish.until, now_ms=tx.now_ms, zone=about.zone, at=wish.at)
            cases.put_away(tx, about.id, until_ms, me)
        case BulkAct.DONE:
            _check_seen(tx.conn, row)
            cases.close(tx, about.id, me)


def _check_seen(conn: sqlite3.Connection, row: ChosenRow) -> None:
    """Raises Refused when a message came that the list had not shown yet."""
    newer = conn.execute(
        "SELECT 1 FROM conversation c JOIN message m ON m.id = c.news_id"
        " WHERE c.id = ? AND m.happened_ms > ?",
        (row.conversation_id, row.seen_ms),
    )
    if newer.fetchone():
        raise Refused(Reason.THEY_WROTE, "They wrote just now, so it is not done.")


def _was_touched(conn: sqlite3.Connection, was: FormerCase, about: Sequence[EventKind]) -> bool:
    """Whether something of this kind happened to it since."""
    found = conn.execute(
        "SELECT 1 FROM conversation_event of CROSS JOIN event e ON e.seq = of.event_seq"
        " CROSS JOIN event_kind k ON k.code = e.kind WHERE of.conversation_id = ?"
        " AND of.event_seq > ? AND k.name IN (SELECT value FROM json_each(?)) LIMIT 1",
        (was.before.conversation_id, was.seq, json.dumps([each.value for each in about])),
    )
    return found.fetchone() is not None


_Undoes = tuple[Sequence[EventKind], Callable[[Tx, FormerState, Author], bool]]
_OWNER: _Undoes = ((EventKind.CONVERSATION_ASSIGNED,), give_back)
_COURSE: _Undoes = (
    (
        EventKind.CONVERSATION_DONE,
        EventKind.CONVERSATION_REOPENED,
        EventKind.CONVERSATION_SNOOZED,
        EventKind.CONVERSATION_RETURNED,
    ),
    put_course_back,
)
_UNDOES: Mapping[BulkAct, _Undoes] = {
    BulkAct.CLAIM: _OWNER,
    BulkAct.HAND_OVER: _OWNER,
    BulkAct.LABELS: ((EventKind.CONVERSATION_LABELLED,), label_as_before),
    BulkAct.LATER: _COURSE,
    BulkAct.DONE: _COURSE,
}
