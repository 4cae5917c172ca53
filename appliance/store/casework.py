"""What a team does with a conversation: whose it is, whether it is done or put away.

Who may do what is the desk's; here are the rows, and each change with its event.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.store import events, listed
from appliance.store.branch_settings import settings_of
from appliance.store.store import Tx

LOG_OUT = "log-out"


class Returns(Enum):
    """What ends it that a conversation is put away; a message of theirs always does."""

    TIME = "time"
    REPLY = "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Casework:
    """`news_id` is the newest message that came in."""

    conversation_id: str
    line_id: str
    branch_id: str
    contact_id: str | None
    news_id: str | None
    assignee_id: str | None
    done_ms: int | None
    closing_note: str | None
    returns: Returns | None
    returns_ms: int | None

    @property
    def is_done(self) -> bool:
        return self.done_ms is not None


def of(conn: sqlite3.Connection, conversation_id: str) -> Casework:
    """Raises NotFound."""
    row = conn.execute(_CASE, (conversation_id,)).fetchone()
    if row is None:
        raise NotFound("conversation")
    returns = Returns(row["returns"]) if row["returns"] else None
    return Casework(**{**dict(row), "returns": returns})


def change(
    tx: Tx,
    case: Casework,
    kind: EventKind,
    *,
    facts: Mapping[str, Any],
    staff_id: str | None = None,
    **columns: Any,
) -> None:
    """Sets these columns, and tells of it. `facts` without value are left out."""
    if columns:
        tx.conn.execute(
            "INSERT OR IGNORE INTO casework (conversation_id, line_id) VALUES (?, ?)",
            (case.conversation_id, case.line_id),
        )
        names = ", ".join(f"{name} = ?" for name in columns)
        tx.conn.execute(
            f"UPDATE casework SET {names} WHERE conversation_id = ?",  # noqa: S608 -- column names are ours
            (*columns.values(), case.conversation_id),
        )
    tx.emit(
        kind,
        line_id=case.line_id,
        conversation_id=case.conversation_id,
        contact_id=case.contact_id,
        staff_id=staff_id,
        facts={name: value for name, value in facts.items() if value is not None},
    )
    tx.conn.execute(
        "INSERT INTO conversation_event (conversation_id, event_seq) VALUES (?, ?)",
        (case.conversation_id, events.last_seq(tx.conn)),
    )


def close(
    tx: Tx, case: Casework, *, note: str | None, facts: Mapping[str, Any], staff_id: str | None
) -> None:
    """Nobody waits there any more, whatever was answered."""
    tx.conn.execute(
        "INSERT OR IGNORE INTO casework (conversation_id, line_id) VALUES (?, ?)",
        (case.conversation_id, case.line_id),
    )
    tx.conn.execute(
        "UPDATE casework SET undone_id = done_id, done_id = ? WHERE conversation_id = ?",
        (tx.new_id(), case.conversation_id),
    )
    closed = {"done_ms": tx.now_ms, "closing_note": note, "returns": None, "returns_ms": None}
    change(tx, case, EventKind.CONVERSATION_DONE, facts=facts, staff_id=staff_id, **closed)
    listed.settle_wait(tx.conn, case.conversation_id)


def take_back(tx: Tx, case: Casework, *, facts: Mapping[str, Any], staff_id: str | None) -> None:
    """It is as if it had never been done: who waited waits since then."""
    tx.conn.execute(
        "UPDATE casework SET done_id = undone_id WHERE conversation_id = ?",
        (case.conversation_id,),
    )
    opened = {"done_ms": None, "closing_note": None}
    change(tx, case, EventKind.CONVERSATION_REOPENED, facts=facts, staff_id=staff_id, **opened)
    listed.settle_wait(tx.conn, case.conversation_id)


def they_wrote(tx: Tx, conversation_id: str) -> None:
    """A new message ends *done* and *later*; what was said at the close stays readable."""
    row = tx.conn.execute(
        "SELECT done_ms FROM casework WHERE conversation_id = ?"
        " AND (done_ms IS NOT NULL OR returns IS NOT NULL)",
        (conversation_id,),
    ).fetchone()
    if row is None:
        return
    kind = EventKind.CONVERSATION_RETURNED
    if row["done_ms"] is not None:
        kind = EventKind.CONVERSATION_REOPENED
    opened = {"done_ms": None, "returns": None, "returns_ms": None}
    change(tx, of(tx.conn, conversation_id), kind, facts={"why": "message"}, **opened)


def release_all(tx: Tx, staff_id: str, *, why: str) -> None:
    """Nobody has what this person had. At a log-out it stays where its branch says so."""
    rows = tx.conn.execute(
        "SELECT w.conversation_id, branch.settings FROM casework w JOIN line ON line.id = w.line_id"
        " JOIN branch ON branch.id = line.branch_id WHERE w.assignee_id = ?"
        " ORDER BY w.conversation_id",
        (staff_id,),
    ).fetchall()
    for row in rows:
        if why != LOG_OUT or settings_of(row["settings"]).claims_go_back == LOG_OUT:
            release(tx, row["conversation_id"], why=why)


def claims_of(conn: sqlite3.Connection, staff_id: str) -> Sequence[str]:
    """The conversations that this person has."""
    rows = conn.execute(
        "SELECT conversation_id FROM casework WHERE assignee_id = ? ORDER BY conversation_id",
        (staff_id,),
    )
    return [row["conversation_id"] for row in rows]


def release(tx: Tx, conversation_id: str, *, why: str) -> None:
    """It goes back by itself."""
    case = of(tx.conn, conversation_id)
    facts = {"from": case.assignee_id, "why": why}
    change(tx, case, EventKind.CONVERSATION_ASSIGNED, facts=facts, assignee_id=None)


def returning(conn: sqlite3.Connection, now_ms: int) -> Sequence[str]:
    """The conversations that were put away until now."""
    rows = conn.execute(
        "SELECT conversation_id FROM casework WHERE returns_ms <= ? ORDER BY returns_ms", (now_ms,)
    )
    return [row["conversation_id"] for row in rows]


def join(tx: Tx, kept_id: str, other_id: str) -> None:
    """Two threads become one. Who has it stays; whether that is done somebody has to say again."""
    both = {"kept": kept_id, "other": other_id}
    owner = tx.conn.execute(_OWNER, both).fetchone()
    for table in ("conversation_label", "conversation_event"):
        tx.conn.execute(
            f"UPDATE OR IGNORE {table} SET conversation_id = :kept WHERE conversation_id = :other",  # noqa: S608 -- names of ours
            both,
        )
        tx.conn.execute(f"DELETE FROM {table} WHERE conversation_id = :other", both)  # noqa: S608 -- names of ours
    tx.conn.execute("UPDATE note SET conversation_id = :kept WHERE conversation_id = :other", both)
    tx.conn.execute("DELETE FROM note_draft WHERE conversation_id = :other", both)
    tx.conn.execute("DELETE FROM casework WHERE conversation_id IN (:kept, :other)", both)
    if owner is not None:
        tx.conn.execute(
            "INSERT INTO casework (conversation_id, line_id, assignee_id) VALUES (?, ?, ?)",
            (kept_id, owner["line_id"], owner["assignee_id"]),
        )


_CASE = """
SELECT c.id AS conversation_id, c.line_id, line.branch_id, c.contact_id, c.news_id, w.assignee_id,
  w.done_ms, w.closing_note, w.returns, w.returns_ms
FROM conversation c JOIN line ON line.id = c.line_id
LEFT JOIN casework w ON w.conversation_id = c.id
WHERE c.id = ?
"""

_OWNER = """
SELECT line_id, assignee_id FROM casework
WHERE conversation_id IN (:kept, :other) AND assignee_id IS NOT NULL
ORDER BY conversation_id = :kept DESC LIMIT 1
"""
