"""The history of a conversation: what colleagues did with it, from the event log."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.events import Event, EventKind
from appliance.store import events

MOST = 200
"""The newest are shown; what is older stands in the log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """`by` is who did it: a colleague, a program, or None where it happened by itself."""

    at_ms: int
    kind: EventKind
    by: str | None
    to: str | None
    why: str | None
    until_ms: int | None
    labels: Sequence[str]


def history(conn: sqlite3.Connection, conversation_id: str) -> Sequence[HistoryEntry]:
    """The newest first."""
    rows = conn.execute(
        "SELECT event_seq FROM conversation_event WHERE conversation_id = ?"
        " ORDER BY event_seq DESC LIMIT ?",
        (conversation_id, MOST),
    )
    seqs = json.dumps([row["event_seq"] for row in rows])
    found = conn.execute(
        "SELECT * FROM event_log WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC",
        (seqs,),
    ).fetchall()
    return [_entry(conn, events.from_row(row)) for row in found]


def _entry(conn: sqlite3.Connection, event: Event) -> HistoryEntry:
    facts = event.facts
    return HistoryEntry(
        at_ms=event.at_ms,
        kind=event.kind,
        by=_name(conn, "staff", event.staff_id) or _name(conn, "api_token", facts.get("token")),
        to=_name(conn, "staff", facts.get("to")),
        why=facts.get("why"),
        until_ms=facts.get("until_ms"),
        labels=[name for each in facts.get("labels", ()) if (name := _name(conn, "label", each))],
    )


def _name(conn: sqlite3.Connection, table: str, wanted_id: str | None) -> str | None:
    row = conn.execute(f"SELECT name FROM {table} WHERE id = ?", (wanted_id,)).fetchone()  # noqa: S608 -- three names of ours
    return None if row is None else str(row["name"])
