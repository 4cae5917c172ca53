"""Messages of lists that were promised and are not made yet, at the SQL edge.

A send to thousands would hold up everybody who writes if all of its messages were made in the
transaction that accepts it. So it is accepted with these rows, and they become messages piece by
piece. They lie here for seconds; after a crash the rest is made at the next start.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store.contacts import identity_of
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmade:
    """`contact_id` is who they were when it was accepted. `expected_ms` None: nobody can know."""

    position: int
    contact_id: str
    identity: Identity
    wanted: Channel | None
    text: str
    answering: bool
    expected_ms: int | None
    reason: Reason | None


def packed(found: Iterable[Unmade]) -> str:
    """As `keep` takes them. It is for a reader: packing thousands takes its time."""
    return json.dumps(
        [
            (
                each.position,
                each.contact_id,
                *each.identity,
                each.wanted.name if each.wanted else None,
                each.text,
                int(each.answering),
                each.expected_ms,
                each.reason,
            )
            for each in found
        ]
    )


def keep(tx: Tx, send_id: str, rows: str) -> None:
    tx.conn.execute(_KEEP, {"send": send_id, "rows": rows})


def next_send(conn: sqlite3.Connection, *, after: str) -> str | None:
    """A send of which something is not made yet: the next one after this, else the first."""
    row = conn.execute(_NEXT_SEND, (after,)).fetchone()
    return None if row["id"] is None else str(row["id"])


def first(conn: sqlite3.Connection, send_id: str, *, limit: int) -> Sequence[Unmade]:
    rows = conn.execute(
        "SELECT * FROM list_send_unmade WHERE send_id = ? ORDER BY position LIMIT ?",
        (send_id, limit),
    )
    return [_from_row(row) for row in rows]


def made(tx: Tx, send_id: str, *, until: int) -> None:
    """All up to this position are messages now, or are kept as refused."""
    tx.conn.execute(
        "DELETE FROM list_send_unmade WHERE send_id = ? AND position <= ?", (send_id, until)
    )


def withdraw(tx: Tx, send_id: str, reason: Reason) -> int:
    """None of them will be made; gives how many they are."""
    tx.conn.execute(_WITHDRAW, (reason, send_id))
    gone = tx.conn.execute("DELETE FROM list_send_unmade WHERE send_id = ?", (send_id,))
    return gone.rowcount


def count(conn: sqlite3.Connection, send_id: str) -> int:
    found = conn.execute("SELECT count(*) FROM list_send_unmade WHERE send_id = ?", (send_id,))
    return int(found.fetchone()[0])


def count_on(conn: sqlite3.Connection, line_id: str) -> int:
    """How many of them will wait on this line."""
    return int(conn.execute(_COUNT_ON, (line_id,)).fetchone()[0])


def latest_expected(
    conn: sqlite3.Connection, line_id: str, *, answering: bool, now_ms: int, limit: int
) -> Sequence[int]:
    """As `rows.latest_expected` has it of messages."""
    values = {"line": line_id, "answering": int(answering), "now": now_ms, "limit": limit}
    return [int(row[0]) for row in conn.execute(_LATEST, values)]


def _from_row(row: sqlite3.Row) -> Unmade:
    return Unmade(
        position=row["position"],
        contact_id=row["contact_id"],
        identity=identity_of(row),
        wanted=Channel.named(row["wanted"]) if row["wanted"] else None,
        text=row["text"],
        answering=bool(row["answering"]),
        expected_ms=row["expected_ms"],
        reason=Reason.of(row["reason"]),
    )


# One statement for all rows: each step of one by one would wait for the interpreter.
_KEEP = """
INSERT INTO list_send_unmade (send_id, position, contact_id, value, scheme, wanted, text, answering,
  expected_ms, reason)
SELECT :send, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
  value ->> 6, value ->> 7, value ->> 8 FROM json_each(:rows)
"""
_NEXT_SEND = """
SELECT coalesce((SELECT min(send_id) FROM list_send_unmade WHERE send_id > ?),
  (SELECT min(send_id) FROM list_send_unmade)) AS id
"""
_WITHDRAW = """
INSERT INTO list_send_item (send_id, position, contact_id, why)
SELECT send_id, position, contact_id, ? FROM list_send_unmade WHERE send_id = ?
"""
_COUNT_ON = """
SELECT count(*) FROM list_send_unmade u CROSS JOIN list_send s ON s.id = u.send_id
WHERE s.line_id = ?
"""
_LATEST = """
SELECT u.expected_ms FROM list_send_unmade u CROSS JOIN list_send s ON s.id = u.send_id
WHERE s.line_id = :line AND u.answering = :answering AND u.expected_ms > :now
AND coalesce(s.not_before_ms, 0) <= :now AND s.state = 'running'
ORDER BY u.send_id DESC, u.position DESC LIMIT :limit
"""
