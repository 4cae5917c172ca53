"""Runs that let go of what is older than its term: one at a time, each ends as a report."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any

from appliance.events import EventKind
from appliance.store import terms
from appliance.store.store import Tx
from appliance.store.terms import Terms

BEHIND_ALL = "~"
"""Sorts behind every id."""


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"


class RunPart(Enum):
    """What a run does, in this order."""

    CONVERSATIONS = "conversations"
    CALLS = "calls"
    READINGS = "readings"
    #: Words of what is gone leave the index of the search.
    INDEX = "index"
    #: The file of the database gives room back.
    ROOM = "room"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRun:
    """`by` is who asked for it; None: it was due. `part` and `after` are how far it is. `busy_ms`
    are all `steps`, its transactions, together.
    """

    id: str
    state: RunState
    by: str | None
    terms: Terms
    part: RunPart
    after: str
    begun_ms: int
    ended_ms: int | None
    messages: int
    people: int
    media: int
    bytes: int
    notes: int
    evidence: int
    calls: int
    readings: int
    steps: int
    busy_ms: int
    longest_ms: int
    freed: int


def begin(tx: Tx, *, staff_id: str | None = None, token_id: str | None = None) -> str:
    """The id of the run that is under way from here on; of one that was, if there is."""
    if (running := current(tx.conn)) is not None:
        return running.id
    now = terms.house(tx.conn).in_force
    tx.conn.execute(
        "INSERT INTO retention_run (id, state, staff_id, token_id, terms, begun_ms)"
        " VALUES (?, 'running', ?, ?, ?, ?)",
        (run_id := tx.new_id(), staff_id, token_id, terms.written(now), tx.now_ms),
    )
    facts = {"run": run_id, "state": RunState.RUNNING.value} | (
        {"token": token_id} if token_id else {}
    )
    tx.emit(EventKind.RETENTION_RUN, staff_id=staff_id, facts=facts)
    return run_id


def current(conn: sqlite3.Connection) -> RetentionRun | None:
    row = conn.execute(f"{_RUNS} WHERE r.state = 'running'").fetchone()
    return None if row is None else _from_row(row)


def one(conn: sqlite3.Connection, run_id: str) -> RetentionRun | None:
    row = conn.execute(f"{_RUNS} WHERE r.id = ?", (run_id,)).fetchone()
    return None if row is None else _from_row(row)


def newest(
    conn: sqlite3.Connection, most: int, *, before: str = BEHIND_ALL
) -> Sequence[RetentionRun]:
    """The newest first; those before this one, where one is named."""
    rows = conn.execute(f"{_RUNS} WHERE r.id < ? ORDER BY r.id DESC LIMIT ?", (before, most))
    return [_from_row(row) for row in rows]


def came_to(tx: Tx, run_id: str, part: RunPart, after: str = "") -> None:
    """What lies before is done."""
    place = json.dumps({"part": part.value, "after": after})
    tx.conn.execute("UPDATE retention_run SET place = ? WHERE id = ?", (place, run_id))


def count(tx: Tx, run_id: str, **more: int) -> None:
    """So much more of each, by column."""
    names = ", ".join(f"{name} = {name} + :{name}" for name in more)
    tx.conn.execute(f"UPDATE retention_run SET {names} WHERE id = :id", {**more, "id": run_id})  # noqa: S608 -- names of ours


def took(tx: Tx, run_id: str, steps: int, busy_ms: int, longest_ms: int) -> None:
    """So many transactions, which took so long together."""
    tx.conn.execute(
        "UPDATE retention_run SET steps = steps + ?, busy_ms = busy_ms + ?,"
        " longest_ms = max(longest_ms, ?) WHERE id = ?",
        (steps, busy_ms, longest_ms, run_id),
    )


def met(tx: Tx, run_id: str, contact_ids: Collection[str | None]) -> None:
    """Something of these people was let go."""
    tx.conn.executemany(
        "INSERT OR IGNORE INTO retention_met (run_id, contact_id) VALUES (?, ?)",
        [(run_id, each) for each in contact_ids if each is not None],
    )


def end(tx: Tx, run_id: str) -> None:
    ended = tx.conn.execute(
        "UPDATE retention_run SET state = 'done', ended_ms = ?1, people ="
        " (SELECT count(*) FROM retention_met WHERE run_id = ?2)"
        " WHERE id = ?2 AND state = 'running'",
        (tx.now_ms, run_id),
    )
    if not ended.rowcount:  # another process did
        return
    tx.conn.execute("DELETE FROM retention_met WHERE run_id = ?", (run_id,))
    row = tx.conn.execute(
        "SELECT messages, people, media FROM retention_run WHERE id = ?", (run_id,)
    ).fetchone()
    facts = {"run": run_id, "state": RunState.DONE.value, **dict(row)}
    tx.emit(EventKind.RETENTION_RUN, facts=facts)


def put_places(tx: Tx, places: Mapping[str, Mapping[str, int]]) -> None:
    """Up to when these conversations have nothing left, by kind."""
    tx.conn.executemany(
        "INSERT INTO retention_place (conversation_id, texts_ms, media_ms, evidence_ms)"
        " SELECT c.id, :texts, :media, :evidence FROM conversation c WHERE c.id = :id"
        " ON CONFLICT (conversation_id) DO UPDATE SET texts_ms = max(texts_ms, excluded.texts_ms),"
        " media_ms = max(media_ms, excluded.media_ms),"
        " evidence_ms = max(evidence_ms, excluded.evidence_ms)",
        [
            {"id": each, "texts": 0, "media": 0, "evidence": 0, **until}
            for each, until in places.items()
        ],
    )


def forget_notes(
    tx: Tx, conversation_id: str, before_ms: int, most: int
) -> tuple[int, Sequence[str]]:
    """Deletes some of what colleagues noted before then: how many, and the ids of their files."""
    rows = tx.conn.execute(_OLD_NOTES, (conversation_id, before_ms, most)).fetchall()
    ids = json.dumps([row["id"] for row in rows])
    files = [row["media_id"] for row in tx.conn.execute(_NOTE_FILES, (ids,)).fetchall()]
    for statement in _FORGET_NOTES:
        tx.conn.execute(statement, (ids,))
    return len(rows), files


def _from_row(row: sqlite3.Row) -> RetentionRun:
    known: dict[str, Any] = dict(row)
    place = json.loads(known.pop("place"))
    return RetentionRun(
        **{
            **known,
            "state": RunState(known["state"]),
            "terms": terms.read(known["terms"]),
            "part": RunPart(place.get("part", RunPart.CONVERSATIONS.value)),
            "after": place.get("after", ""),
        }
    )


_RUNS = """
SELECT r.id, r.state, coalesce(staff.name, api_token.name) AS by, r.terms, r.place, r.begun_ms,
  r.ended_ms, r.messages, r.people, r.media, r.bytes, r.notes, r.evidence, r.calls, r.readings,
  r.steps, r.busy_ms, r.longest_ms, r.freed
FROM retention_run r LEFT JOIN staff ON staff.id = r.staff_id
LEFT JOIN api_token ON api_token.id = r.token_id
"""
_OLD_NOTES = """
SELECT id FROM note WHERE conversation_id = ? AND at_ms < ? ORDER BY at_ms, id LIMIT ?
"""
_THESE = "IN (SELECT value FROM json_each(?))"
_NOTE_FILES = f"SELECT media_id FROM note_media WHERE note_id {_THESE}"  # noqa: S608 -- our own words
_FORGET_NOTES = (
    f"DELETE FROM note_media WHERE note_id {_THESE}",  # noqa: S608 -- our own words
    f"DELETE FROM note_mention WHERE note_id {_THESE}",  # noqa: S608 -- our own words
    f"DELETE FROM note WHERE id {_THESE}",  # noqa: S608 -- our own words
)
