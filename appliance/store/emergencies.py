"""Emergency access at the SQL edge: who took it, where, why and until when."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """`branch_id` None: every branch. `ended_ms` None: it has not been noted that it ended."""

    id: str
    staff_id: str
    name: str
    branch_id: str | None
    branch: str | None
    reason: str
    began_ms: int
    until_ms: int
    ended_ms: int | None


_EMERGENCIES = """
SELECT e.id, e.staff_id, staff.name, e.branch_id, branch.name AS branch, e.reason, e.began_ms,
  e.until_ms, e.ended_ms
FROM emergency e JOIN staff ON staff.id = e.staff_id LEFT JOIN branch ON branch.id = e.branch_id
"""


def branches_of(
    conn: sqlite3.Connection, staff_id: str, now_ms: int | None
) -> Collection[str | None]:
    """Where somebody has it now. Of those whose time has come `now_ms` leaves nothing; None takes
    what was not noted as ended.
    """
    rows = conn.execute(
        "SELECT branch_id FROM emergency JOIN staff ON staff.id = staff_id"
        " WHERE staff_id = ?1 AND ended_ms IS NULL AND disabled_ms IS NULL"
        " AND (?2 IS NULL OR until_ms > ?2)",
        (staff_id, now_ms),
    )
    return [row["branch_id"] for row in rows]


def running(conn: sqlite3.Connection, now_ms: int) -> Sequence[Emergency]:
    """The earliest first."""
    rows = conn.execute(
        f"{_EMERGENCIES} WHERE e.ended_ms IS NULL AND e.until_ms > ? ORDER BY e.id",
        (now_ms,),
    )
    return [Emergency(**dict(row)) for row in rows]


def latest(conn: sqlite3.Connection) -> Sequence[Emergency]:
    """All, those that ended, too; the newest first."""
    rows = conn.execute(f"{_EMERGENCIES} ORDER BY e.id DESC")
    return [Emergency(**dict(row)) for row in rows]


def begin(tx: Tx, staff_id: str, *, branch_id: str | None, reason: str, until_ms: int) -> str:
    emergency_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO emergency (id, staff_id, branch_id, reason, began_ms, until_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (emergency_id, staff_id, branch_id, reason, tx.now_ms, until_ms),
    )
    return emergency_id


def open_ones(
    conn: sqlite3.Connection, *, staff_id: str | None = None, emergency_id: str | None = None
) -> Sequence[sqlite3.Row]:
    """Of this person, or the one of this id: rows as `end` gives them. Those whose time has come
    are among them until that is noted.
    """
    return conn.execute(
        "SELECT id, staff_id, branch_id FROM emergency WHERE ended_ms IS NULL"
        " AND (?1 IS NULL OR staff_id = ?1) AND (?2 IS NULL OR id = ?2)",
        (staff_id, emergency_id),
    ).fetchall()


def end_one(tx: Tx, emergency_id: str) -> None:
    tx.conn.execute("UPDATE emergency SET ended_ms = ? WHERE id = ?", (tx.now_ms, emergency_id))


def end(tx: Tx, *, staff_id: str | None = None) -> Sequence[sqlite3.Row]:
    """Those of this person; None: those whose time has come. Rows of id, person and branch."""
    return tx.conn.execute(
        "UPDATE emergency SET ended_ms = ?1 WHERE ended_ms IS NULL"
        " AND iif(?2 IS NULL, until_ms <= ?1, staff_id = ?2) RETURNING id, staff_id, branch_id",
        (tx.now_ms, staff_id),
    ).fetchall()


def is_due(conn: sqlite3.Connection, now_ms: int) -> bool:
    return bool(
        conn.execute(
            "SELECT 1 FROM emergency WHERE ended_ms IS NULL AND until_ms <= ?", (now_ms,)
        ).fetchone()
    )
