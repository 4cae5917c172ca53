"""What a shift hands over to the next one on a line: one note stands, until another one replaces it
or somebody puts it away.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.characters import is_blank
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.store.store import Tx

MAX_TEXT = 2000
MOST = 50
"""The newest are shown as history; what is older stands in the database."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverNote:
    """`ended_ms` None: it stands. `ended_by` is the name of who put it away or replaced it."""

    id: str
    line_id: str
    text: str
    author: str
    at_ms: int
    ended_ms: int | None
    ended_by: str | None


def write(tx: Tx, line_id: str, text: str, staff_id: str) -> str:
    """The id of the note. It replaces the one that stands. Raises InvalidInput."""
    said = text.strip()
    if is_blank(said) or len(said) > MAX_TEXT or "\0" in said:
        raise InvalidInput("handover", f"A handover note has 1 to {MAX_TEXT} characters.")
    _end(tx, line_id, staff_id)
    note_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO handover (id, line_id, staff_id, text, at_ms) VALUES (?, ?, ?, ?, ?)",
        (note_id, line_id, staff_id, said, tx.now_ms),
    )
    _tell(tx, line_id, note_id, staff_id, "written")
    return note_id


def put_away(tx: Tx, line_id: str, note_id: str, staff_id: str) -> None:
    """Nothing changes where it does not stand any more. Raises NotFound."""
    found = tx.conn.execute(
        "SELECT ended_ms FROM handover WHERE id = ? AND line_id = ?", (note_id, line_id)
    ).fetchone()
    if found is None:
        raise NotFound("handover")
    if found["ended_ms"] is None:
        _end(tx, line_id, staff_id)
        _tell(tx, line_id, note_id, staff_id, "put-away")


def standing(conn: sqlite3.Connection, line_ids: Sequence[str]) -> Mapping[str, HandoverNote]:
    """By line; one without any is not in it."""
    rows = conn.execute(
        f"{_NOTE} WHERE h.ended_ms IS NULL AND h.line_id IN (SELECT value FROM json_each(?))",  # noqa: S608 -- our own columns
        (json.dumps(list(line_ids)),),
    )
    return {row["line_id"]: HandoverNote(**dict(row)) for row in rows}


def history(conn: sqlite3.Connection, line_id: str) -> Sequence[HandoverNote]:
    """The newest first."""
    rows = conn.execute(
        f"{_NOTE} WHERE h.line_id = ? ORDER BY h.at_ms DESC, h.id DESC LIMIT ?", (line_id, MOST)
    )
    return [HandoverNote(**dict(row)) for row in rows]


def _end(tx: Tx, line_id: str, staff_id: str) -> None:
    tx.conn.execute(
        "UPDATE handover SET ended_ms = ?, ended_by = ? WHERE line_id = ? AND ended_ms IS NULL",
        (tx.now_ms, staff_id, line_id),
    )


def _tell(tx: Tx, line_id: str, note_id: str, staff_id: str, what: str) -> None:
    facts = {"note": note_id, "what": what}
    tx.emit(EventKind.LINE_HANDOVER, line_id=line_id, staff_id=staff_id, facts=facts)


_NOTE = """
SELECT h.id, h.line_id, h.text, writer.name AS author, h.at_ms, h.ended_ms, ender.name AS ended_by
FROM handover h JOIN staff writer ON writer.id = h.staff_id
LEFT JOIN staff ender ON ender.id = h.ended_by
"""
