"""Marks of what should not be kept, at the SQL edge: the kind alone, never the value."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from appliance.events import EventKind
from appliance.store.store import Tx


class CareKind(StrEnum):
    BSN = "bsn"
    #: The number of a bank account or a card.
    BANK = "bank"
    #: A picture of a passport or another document.
    IDENTITY = "identity"
    HEALTH = "health"


class CareState(StrEnum):
    OPEN = "open"
    #: Somebody saw that it is none.
    NONE = "none"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CareMark:
    """All of one message. `hidden`: it is shown when somebody opens it. `by` ended it."""

    message_id: str
    kinds: Sequence[CareKind]
    state: CareState
    hidden: bool
    by: str | None
    ended_ms: int | None

    @property
    def is_open(self) -> bool:
        return self.state is CareState.OPEN

    @property
    def is_removed(self) -> bool:
        return self.state is CareState.REMOVED


def not_shown(message: str) -> str:
    """Whether the message under this alias is hidden until somebody opens it."""
    return (
        f"EXISTS (SELECT 1 FROM care_mark care WHERE care.message_id = {message}.id"  # noqa: S608 -- an alias of ours
        " AND care.hidden = 1 AND care.opened_ms IS NULL AND care.state = 'open')"
    )


NOT_SHOWN = not_shown("m")


def mark(
    tx: Tx, message_id: str, kinds: Collection[CareKind], *, hides: Collection[CareKind]
) -> bool:
    """Marks what is not marked yet; whether anything was. What was put away is not marked anew."""
    known = {row["kind"] for row in tx.conn.execute(_KINDS, (message_id,))}
    fresh = sorted(kind.value for kind in kinds if kind.value not in known)
    if not fresh:
        return False
    tx.conn.executemany(
        "INSERT INTO care_mark (message_id, kind, branch_id, hidden, at_ms)"
        " SELECT m.id, ?2, line.branch_id, ?3, ?4 FROM message m"
        " JOIN line ON line.id = m.line_id WHERE m.id = ?1",
        [(message_id, kind, int(CareKind(kind) in hides), tx.now_ms) for kind in fresh],
    )
    # Not the kinds: the log is kept, and that of a person's health is nothing for it.
    tell(tx, message_id, "marked", hidden=any(CareKind(k) in hides for k in fresh))
    return True


def open_up(tx: Tx, message_id: str, *, staff_id: str) -> bool:
    """It is hidden no more; whether it was."""
    changed = tx.conn.execute(
        "UPDATE care_mark SET opened_ms = ? WHERE message_id = ? AND hidden = 1"
        " AND opened_ms IS NULL AND state = 'open'",
        (tx.now_ms, message_id),
    )
    if changed.rowcount:
        tell(tx, message_id, "opened", staff_id=staff_id)
    return changed.rowcount > 0


def end(tx: Tx, message_id: str, state: CareState, *, staff_id: str | None) -> bool:
    """Whether a mark was open."""
    changed = tx.conn.execute(
        "UPDATE care_mark SET state = ?, ended_ms = ?, staff_id = ?"
        " WHERE message_id = ? AND state = 'open'",
        (state.value, tx.now_ms, staff_id, message_id),
    )
    if changed.rowcount:
        tell(tx, message_id, state.value, staff_id=staff_id)
    return changed.rowcount > 0


def marks_of(conn: sqlite3.Connection, message_ids: Iterable[str]) -> Mapping[str, CareMark]:
    """Of those that have one."""
    rows = conn.execute(_OF_MESSAGES, (json.dumps(list(message_ids)),)).fetchall()
    return {
        row["message_id"]: CareMark(
            message_id=row["message_id"],
            kinds=[CareKind(each) for each in sorted(row["kinds"].split(","))],
            state=CareState(row["state"]),
            hidden=bool(row["hides"]),
            by=row["by"],
            ended_ms=row["ended_ms"],
        )
        for row in rows
    }


def of_message(conn: sqlite3.Connection, message_id: str) -> CareMark | None:
    return marks_of(conn, [message_id]).get(message_id)


def is_removed(conn: sqlite3.Connection, message_id: str) -> bool:
    row = conn.execute(
        "SELECT 1 FROM care_mark WHERE message_id = ? AND state = 'removed' LIMIT 1", (message_id,)
    ).fetchone()
    return row is not None


def tell(
    tx: Tx, message_id: str, what: str, *, staff_id: str | None = None, **facts: object
) -> None:
    row = tx.conn.execute(
        "SELECT line_id, conversation_id, contact_id FROM message WHERE id = ?", (message_id,)
    ).fetchone()
    tx.emit(
        EventKind.MESSAGE_CARE,
        line_id=row["line_id"],
        conversation_id=row["conversation_id"],
        contact_id=row["contact_id"],
        message_id=message_id,
        staff_id=staff_id,
        facts={"what": what, **facts},
    )


_KINDS = "SELECT kind FROM care_mark WHERE message_id = ?"
# The gravest counts: removed, then open.
_OF_MESSAGES = """
SELECT care.message_id, group_concat(care.kind) AS kinds, max(care.ended_ms) AS ended_ms,
  CASE WHEN max(care.state = 'removed') THEN 'removed' WHEN max(care.state = 'open') THEN 'open'
    ELSE 'none' END AS state,
  max(care.hidden = 1 AND care.opened_ms IS NULL AND care.state = 'open') AS hides,
  max(staff.name) AS by
FROM care_mark care LEFT JOIN staff ON staff.id = care.staff_id
WHERE care.message_id IN (SELECT value FROM json_each(?)) GROUP BY care.message_id
"""
