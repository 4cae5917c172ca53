"""Holds for a dispute: nothing of a person who is held is let go or erased.

A hold is of a contact; of contacts that are joined it holds the one person. It ends when somebody
ends it, or by `end_over`, never by the clock alone: whoever asks knows it from the rows.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appliance.events import EventKind
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """`until_ms` is when it ends by itself. `by` and `ended_by` are names, of a colleague or of a
    program; None: time ended it.
    """

    id: str
    contact_id: str
    reason: str
    since_ms: int
    until_ms: int | None
    by: str | None
    ended_ms: int | None
    ended_by: str | None

    @property
    def is_on(self) -> bool:
        return self.ended_ms is None


def is_held(conn: sqlite3.Connection, contact_id: str) -> bool:
    """Whether this person, or a contact that was joined into it, is held."""
    return conn.execute(f"{_ONE_PERSON} {_OPEN} LIMIT 1", (contact_id,)).fetchone() is not None


def current(conn: sqlite3.Connection, contact_id: str) -> Hold | None:
    """The newest one that holds this person."""
    row = conn.execute(f"{_ONE_PERSON} {_OPEN} ORDER BY since_ms DESC", (contact_id,)).fetchone()
    return None if row is None else Hold(**dict(row))


def of_contact(conn: sqlite3.Connection, contact_id: str) -> Sequence[Hold]:
    """All that there were, the newest first."""
    rows = conn.execute(f"{_ONE_PERSON} {_ANY} ORDER BY h.since_ms DESC, h.id", (contact_id,))
    return [Hold(**dict(row)) for row in rows]


def all_open(conn: sqlite3.Connection) -> Sequence[Hold]:
    """The newest first; `contact_id` is who the person is now."""
    rows = conn.execute(f"{_EACH} ORDER BY h.since_ms DESC, h.id")
    return [Hold(**dict(row)) for row in rows]


def held_contacts(conn: sqlite3.Connection) -> frozenset[str]:
    """The ids of all who are held, as they are known now."""
    return frozenset(each.contact_id for each in all_open(conn))


def put(
    tx: Tx,
    contact_id: str,
    reason: str,
    *,
    until_ms: int | None,
    staff_id: str | None = None,
    token_id: str | None = None,
) -> bool:
    """Holds this person, or says another reason or end; False where it was so already."""
    was = current(tx.conn, contact_id)
    if was is not None and (was.reason, was.until_ms) == (reason, until_ms):
        return False
    if was is None:
        tx.conn.execute(
            "INSERT INTO hold (id, contact_id, reason, since_ms, until_ms, staff_id, token_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (hold_id := tx.new_id(), contact_id, reason, tx.now_ms, until_ms, staff_id, token_id),
        )
    else:
        hold_id = was.id
        tx.conn.execute(
            "UPDATE hold SET reason = ?, until_ms = ? WHERE id = ?", (reason, until_ms, hold_id)
        )
    facts = {"on": True, "hold": hold_id, "until_ms": until_ms, "token": token_id}
    _tell(tx, contact_id, staff_id, facts)
    return True


def end(
    tx: Tx, contact_id: str, *, staff_id: str | None = None, token_id: str | None = None
) -> bool:
    """Ends all that hold this person; False where nothing did."""
    ended = [each for each in of_contact(tx.conn, contact_id) if each.is_on]
    for each in ended:
        _end(tx, each, staff_id)
        _tell(tx, contact_id, staff_id, {"on": False, "hold": each.id, "token": token_id})
    return bool(ended)


def end_over(tx: Tx) -> None:
    """Ends those whose time is over."""
    for each in all_open(tx.conn):
        if each.until_ms is not None and each.until_ms <= tx.now_ms:
            _end(tx, each, None)
            _tell(tx, each.contact_id, None, {"on": False, "hold": each.id, "why": "time"})


def follow(tx: Tx, contact_id: str, new_id: str, *, since_ms: int = 0) -> None:
    """A contact became two people: what holds the one since then holds the other, too. Whom the
    dispute is about only a person can say.
    """
    was = current(tx.conn, contact_id)
    if was is None or was.since_ms < since_ms or is_held(tx.conn, new_id):
        return
    tx.conn.execute(
        "INSERT INTO hold (id, contact_id, reason, since_ms, until_ms, staff_id, token_id)"
        " SELECT ?, ?, reason, since_ms, until_ms, staff_id, token_id FROM hold WHERE id = ?",
        (hold_id := tx.new_id(), new_id, was.id),
    )
    _tell(tx, new_id, None, {"on": True, "hold": hold_id, "until_ms": was.until_ms})


def _end(tx: Tx, hold: Hold, staff_id: str | None) -> None:
    tx.conn.execute(
        "UPDATE hold SET ended_ms = ?, ended_by = ? WHERE id = ?", (tx.now_ms, staff_id, hold.id)
    )


def _tell(tx: Tx, contact_id: str, staff_id: str | None, facts: dict[str, Any]) -> None:
    """Not in the person's history: a dispute is the officer's affair."""
    said = {name: value for name, value in facts.items() if value is not None}
    tx.emit(EventKind.CONTACT_HOLD, contact_id=contact_id, staff_id=staff_id, facts=said)


_COLUMNS = """
h.id, h.contact_id, h.reason, h.since_ms, h.until_ms, coalesce(staff.name, api_token.name) AS by,
h.ended_ms, ender.name AS ended_by FROM hold h
LEFT JOIN staff ON staff.id = h.staff_id LEFT JOIN api_token ON api_token.id = h.token_id
LEFT JOIN staff ender ON ender.id = h.ended_by
"""
_ONE_PERSON = f"""
WITH RECURSIVE person (id) AS (
  SELECT ?1 UNION SELECT c.id FROM person JOIN contact c ON c.joined_into = person.id)
SELECT {_COLUMNS}
"""  # noqa: S608 -- our own columns
_ANY = "WHERE h.contact_id IN (SELECT id FROM person)"
_OPEN = f"{_ANY} AND h.ended_ms IS NULL"
_EACH = f"""
WITH RECURSIVE now (hold_id, contact_id, joined_into) AS (
  SELECT h.id, c.id, c.joined_into FROM hold h JOIN contact c ON c.id = h.contact_id
  WHERE h.ended_ms IS NULL
  UNION SELECT now.hold_id, c.id, c.joined_into FROM now JOIN contact c ON c.id = now.joined_into)
SELECT {_COLUMNS.replace("h.contact_id", "now.contact_id")}
JOIN now ON now.hold_id = h.id AND now.joined_into IS NULL
"""  # noqa: S608 -- our own columns
