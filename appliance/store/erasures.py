"""Erasures of people at the SQL edge: what was asked, how far each is, what it has yet to do."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import webhook_deliveries
from appliance.store.store import Tx


class ErasureState(StrEnum):
    #: A message to them is in the hands of a device, or the device is asked what became of one.
    WAITING = "waiting"
    #: They are nobody here any more, and what they wrote is emptied piece by piece.
    ERASING = "erasing"
    #: The rows are empty; files, index, free pages and write-ahead log are cleaned.
    CLEANING = "cleaning"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """`counts` are those of when it was asked. `left`: messages that are still to be emptied."""

    id: str
    contact_id: str
    state: ErasureState
    reason: str
    counts: Mapping[str, int]
    staff_id: str | None
    token_id: str | None
    asked_ms: int
    erased_ms: int | None
    complete_ms: int | None
    left: int


def begin(
    tx: Tx,
    contact_id: str,
    *,
    reason: str,
    counts: Mapping[str, int],
    staff_id: str | None,
    token_id: str | None,
) -> Erasure:
    erasure_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO person_erasure (id, contact_id, state, reason, counts, staff_id, token_id,"
        " asked_ms) VALUES (?, ?, 'waiting', ?, ?, ?, ?, ?)",
        (
            erasure_id,
            contact_id,
            reason,
            json.dumps(dict(counts)),
            staff_id,
            token_id,
            tx.now_ms,
        ),
    )
    begun = one(tx.conn, f"{_ERASURE} WHERE e.id = ?", erasure_id)
    if begun is None:
        raise sqlite3.IntegrityError("an erasure that was just kept is not there")
    tell(tx, EventKind.ERASURE_ASKED, begun)
    return begun


def by_id(conn: sqlite3.Connection, erasure_id: str) -> Erasure | None:
    return one(conn, f"{_ERASURE} WHERE e.id = ?", erasure_id)


def open_of(conn: sqlite3.Connection, contact_id: str) -> Erasure | None:
    return one(conn, f"{_ERASURE} WHERE e.contact_id = ? AND e.state <> 'complete'", contact_id)


def of_contact(conn: sqlite3.Connection, contact_id: str) -> Erasure | None:
    """The newest."""
    return one(conn, f"{_ERASURE} WHERE e.contact_id = ? ORDER BY e.id DESC LIMIT 1", contact_id)


def is_waiting(conn: sqlite3.Connection, erasure_id: str) -> bool:
    return bool(conn.execute(_IS_WAITING, (erasure_id,)).fetchone()[0])


def all_open(conn: sqlite3.Connection) -> Sequence[Erasure]:
    """Oldest first."""
    rows = conn.execute(f"{_ERASURE} WHERE e.state <> 'complete' ORDER BY e.id")
    return [_from_row(row) for row in rows.fetchall()]


def are_due_again(conn: sqlite3.Connection) -> bool:
    """Whether somebody is to be erased whom a copy that was put back still knows."""
    found = conn.execute(
        "SELECT 1 FROM person_erasure WHERE reason = ? AND state IN ('waiting', 'erasing')",
        (Reason.RESTORED.value,),
    )
    return found.fetchone() is not None


def newest(conn: sqlite3.Connection, limit: int) -> Sequence[Erasure]:
    rows = conn.execute(f"{_ERASURE} ORDER BY e.id DESC LIMIT ?", (limit,))
    return [_from_row(row) for row in rows.fetchall()]


def note_begun(tx: Tx, erasure_id: str, sought: bytes, message_ids: Sequence[str]) -> None:
    """`sought` is sealed. These messages are to be emptied, and are told to nobody from now on."""
    tx.conn.executemany(
        "INSERT INTO person_erasure_left (erasure_id, message_id) VALUES (?, ?)",
        [(erasure_id, each) for each in message_ids],
    )
    tx.conn.execute(
        "UPDATE person_erasure SET state = 'erasing', sought = ?, erased_ms = ? WHERE id = ?",
        (sought, tx.now_ms, erasure_id),
    )
    webhook_deliveries.drop_bodies(tx, message_ids)


def sought(conn: sqlite3.Connection, erasure_id: str) -> bytes | None:
    row = conn.execute("SELECT sought FROM person_erasure WHERE id = ?", (erasure_id,)).fetchone()
    return None if row is None else row["sought"]


def next_left(conn: sqlite3.Connection, erasure_id: str, most: int) -> Sequence[str]:
    rows = conn.execute(
        "SELECT message_id FROM person_erasure_left WHERE erasure_id = ? ORDER BY message_id"
        " LIMIT ?",
        (erasure_id, most),
    )
    return [row["message_id"] for row in rows]


def strike(tx: Tx, erasure_id: str, message_ids: Sequence[str]) -> None:
    tx.conn.execute(
        "DELETE FROM person_erasure_left WHERE erasure_id = ?"
        " AND message_id IN (SELECT value FROM json_each(?))",
        (erasure_id, json.dumps(list(message_ids))),
    )


def is_of_nobody(conn: sqlite3.Connection, message_id: str) -> bool:
    """It is of somebody who was erased, whether it is emptied yet or not."""
    return conn.execute(_OF_NOBODY, (message_id,)).fetchone() is not None


def note_emptied(tx: Tx, erasure_id: str) -> None:
    """What others wrote of the person is gone, too, so what was told of it is made anew."""
    webhook_deliveries.drop_bodies(tx)
    tx.conn.execute(
        "UPDATE person_erasure SET state = 'cleaning' WHERE id = ? AND state = 'erasing'",
        (erasure_id,),
    )


def note_complete(tx: Tx, erasure: Erasure) -> None:
    done = tx.conn.execute(
        "UPDATE person_erasure SET state = 'complete', sought = NULL, complete_ms = ?"
        " WHERE id = ? AND state = 'cleaning'",
        (tx.now_ms, erasure.id),
    )
    if done.rowcount:
        tell(tx, EventKind.ERASURE_COMPLETE, erasure)


def tell(tx: Tx, kind: EventKind, erasure: Erasure, **facts: Any) -> None:
    said = {"erasure": erasure.id, "token": erasure.token_id, **facts}
    tx.emit(
        kind,
        contact_id=erasure.contact_id,
        staff_id=erasure.staff_id,
        facts={name: value for name, value in said.items() if value is not None},
    )


def one(conn: sqlite3.Connection, statement: str, *values: str) -> Erasure | None:
    row = conn.execute(statement, values).fetchone()
    return None if row is None else _from_row(row)


def _from_row(row: sqlite3.Row) -> Erasure:
    values = dict(row)
    values["state"] = ErasureState(values["state"])
    values["counts"] = json.loads(values["counts"])
    return Erasure(**values)


_IS_WAITING = "SELECT EXISTS (SELECT 1 FROM person_erasure WHERE id = ? AND state = 'waiting')"
_ERASURE = """
SELECT e.id, e.contact_id, e.state, e.reason, e.counts, e.staff_id, e.token_id, e.asked_ms,
  e.erased_ms, e.complete_ms,
  (SELECT count(*) FROM person_erasure_left l WHERE l.erasure_id = e.id) AS left
FROM person_erasure e
"""
_OF_NOBODY = """
SELECT 1 WHERE EXISTS (SELECT 1 FROM person_erasure_left WHERE message_id = ?1)
OR EXISTS (
  SELECT 1 FROM message m JOIN contact k ON k.id = m.contact_id
  WHERE m.id = ?1 AND k.joined_into = k.id)
"""
