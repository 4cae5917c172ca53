"""The event log: written inside the transaction that it reports; each reader has its own cursor."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from appliance.errors import NotFound
from appliance.events import Event, EventKind

SPARED = 100_000
"""More events than a power cut takes back: what was not synced is half a minute old at most."""

_APPEND = """
INSERT INTO event (seq, at_ms, kind, message_seq, attempt_seq, of_message, branch_id, line_id,
  conversation_id, contact_id, device_id, staff_id, facts)
VALUES (max(coalesce((SELECT max(seq) FROM event), 0) + 1,
    coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'event.next'), 0)),
  ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_AS_TOLD = "SELECT * FROM event_log WHERE"


def append(
    conn: sqlite3.Connection,
    *,
    at_ms: int,
    kind: EventKind,
    branch_id: str | None = None,
    line_id: str | None = None,
    conversation_id: str | None = None,
    contact_id: str | None = None,
    message_id: str | None = None,
    device_id: str | None = None,
    staff_id: str | None = None,
    facts: dict[str, Any] | None = None,
) -> None:
    """Appends one event; the branch is the line's unless given.

    Half of the database is events of messages, so what the message says is not said again.
    """
    message = _message(conn, message_id)
    where = (line_id, conversation_id, contact_id)
    of_message = message is not None and branch_id is None and where == tuple(message[1:])
    if not of_message and branch_id is None:
        branch_id = branch_of(conn, line_id)
    attempt_seq, others = _without_attempt(conn, facts or {})
    conn.execute(
        _APPEND,
        (
            at_ms,
            _code(conn, kind),
            message and message["seq"],
            attempt_seq,
            of_message,
            *((None,) * 4 if of_message else (branch_id, *where)),
            device_id,
            staff_id,
            json.dumps(others, separators=(",", ":")),
        ),
    )


def append_of_messages(
    conn: sqlite3.Connection,
    message_seqs: Iterable[int],
    *,
    at_ms: int,
    kind: EventKind,
    staff_id: str | None,
    facts: dict[str, Any],
) -> None:
    """One event for each of these messages, in their order, with the same facts."""
    code, said = _code(conn, kind), json.dumps(facts, separators=(",", ":"))
    conn.executemany(
        _APPEND,
        [
            (at_ms, code, seq, None, True, None, None, None, None, None, staff_id, said)
            for seq in message_seqs
        ],
    )


def seqs_of(conn: sqlite3.Connection, message_ids: Sequence[str]) -> Sequence[int]:
    """What the log calls these messages, in their order."""
    return [row["seq"] for row in conn.execute(_SEQS, (json.dumps(list(message_ids)),))]


_SEQS = "SELECT m.seq FROM json_each(?) f CROSS JOIN message m ON m.id = f.value ORDER BY f.key"


def _code(conn: sqlite3.Connection, kind: EventKind) -> int:
    """The number of the kind, given to it when it is new."""
    found = conn.execute("SELECT code FROM event_kind WHERE name = ?", (kind.value,)).fetchone()
    added = "INSERT INTO event_kind (name) VALUES (?) RETURNING code"
    return int((found or conn.execute(added, (kind.value,)).fetchone())["code"])


def _without_attempt(
    conn: sqlite3.Connection, facts: Mapping[str, Any]
) -> tuple[int | None, Mapping[str, Any]]:
    """An attempt that is there is named by its number; the log is told with its id."""
    if (attempt_id := facts.get("attempt")) is None:
        return None, facts
    found = conn.execute("SELECT seq FROM attempt WHERE id = ?", (attempt_id,)).fetchone()
    if found is None:
        return None, facts
    return int(found["seq"]), {name: each for name, each in facts.items() if name != "attempt"}


def _message(conn: sqlite3.Connection, message_id: str | None) -> sqlite3.Row | None:
    """Raises NotFound: an event tells of what is there."""
    if message_id is None:
        return None
    row: sqlite3.Row | None = conn.execute(
        "SELECT seq, line_id, conversation_id, contact_id FROM message WHERE id = ?", (message_id,)
    ).fetchone()
    if row is None:
        raise NotFound("message")
    return row


def branch_of(conn: sqlite3.Connection, line_id: str | None) -> str | None:
    row = conn.execute("SELECT branch_id FROM line WHERE id = ?", (line_id,)).fetchone()
    return row and str(row["branch_id"])


def after(conn: sqlite3.Connection, seq: int, *, limit: int = 500) -> Sequence[Event]:
    """Events that follow `seq`, oldest first."""
    rows = conn.execute(f"{_AS_TOLD} seq > ? ORDER BY seq LIMIT ?", (seq, limit))
    return [from_row(row) for row in rows]


def one(conn: sqlite3.Connection, seq: int) -> Event | None:
    row = conn.execute(f"{_AS_TOLD} seq = ?", (seq,)).fetchone()
    return None if row is None else from_row(row)


def of_message(conn: sqlite3.Connection, message_id: str) -> Sequence[Event]:
    """The history of one message, oldest first."""
    rows = conn.execute(f"{_AS_TOLD} message_id = ? ORDER BY seq", (message_id,))
    return [from_row(row) for row in rows]


def spare_numbers(conn: sqlite3.Connection) -> None:
    """Events that a power cut took back may have been told: their numbers are not given again."""
    if seq := last_seq(conn):
        conn.execute(
            "INSERT INTO meta (name, value) VALUES ('event.next', ?1)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (str(seq + SPARED),),
        )


def last_seq(conn: sqlite3.Connection) -> int:
    return int(conn.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0])


def between(conn: sqlite3.Connection, from_ms: int, until_ms: int) -> range:
    """The numbers of the events of a time; later events have later times."""
    first = conn.execute("SELECT min(seq) FROM event").fetchone()[0]
    if first is None:
        return range(0)
    ends = range(int(first), last_seq(conn) + 1)
    return range(_first_since(conn, ends, from_ms), _first_since(conn, ends, until_ms))


def at_ms_of(conn: sqlite3.Connection, seq: int) -> int:
    """When the first event of this number or a later one was."""
    row = conn.execute("SELECT at_ms FROM event WHERE seq >= ? ORDER BY seq LIMIT 1", (seq,))
    found = row.fetchone()
    return int(found["at_ms"]) if found else 0


def _first_since(conn: sqlite3.Connection, among: range, at_ms: int) -> int:
    low, high = among.start, among.stop
    while low < high:
        middle = (low + high) // 2
        if at_ms_of(conn, middle) < at_ms:
            low = middle + 1
        else:
            high = middle
    return low


def from_row(row: sqlite3.Row) -> Event:
    values = dict(row)
    values["kind"] = EventKind(values["kind"])
    values["facts"] = json.loads(values["facts"])
    return Event(**values)
