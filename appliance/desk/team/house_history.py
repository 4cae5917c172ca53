"""The history of a branch, a number and a colleague: who changed what, from the event log."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.events import Event, EventKind
from appliance.store import events

MOST = 100
"""The newest are shown; what is older stands in the log."""
CONSOLE = "console"
_OWN = (
    *("password", "account", "passkey-added", "passkey-renamed", "passkey-removed"),
    *("absence", "absence-ended", "calendar"),
)
"""What only the colleague themself changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseEntry:
    """`by` is who did it: a colleague, `console`, or None where it happened by itself. `fields` are
    the names of what is other since then; of a colleague one word.
    """

    at_ms: int
    kind: EventKind
    by: str | None
    fields: Sequence[str]


def of_branch(conn: sqlite3.Connection, branch_id: str) -> Sequence[HouseEntry]:
    """The newest first, as all below."""
    kinds = (EventKind.BRANCH_ADDED, EventKind.BRANCH_CHANGED)
    return [_entry(conn, each) for each in _found(conn, kinds, "branch_id", branch_id)]


def of_line(conn: sqlite3.Connection, line_id: str) -> Sequence[HouseEntry]:
    kinds = (
        EventKind.LINE_ADDED,
        EventKind.LINE_CHANGED,
        EventKind.LINE_STOPPED,
        EventKind.LINE_RESUMED,
        EventKind.LINE_ROSTER,
    )
    return [_entry(conn, each) for each in _found(conn, kinds, "line_id", line_id)]


def of_colleague(conn: sqlite3.Connection, staff_id: str) -> Sequence[HouseEntry]:
    """Without how they want their pages to look."""
    kinds = (EventKind.STAFF_ADDED, EventKind.STAFF_CHANGED)
    found = _found(conn, kinds, "staff_id", staff_id)
    return [_of_staff(conn, each) for each in found if each.facts.get("changed") != "look"]


def _found(
    conn: sqlite3.Connection, kinds: Collection[EventKind], about: str, wanted_id: str
) -> Sequence[Event]:
    values = {"kinds": json.dumps([each.value for each in kinds]), "id": wanted_id, "most": MOST}
    seqs = [row["seq"] for row in conn.execute(_SEQS.format(about=about), values)]
    rows = conn.execute(
        "SELECT * FROM event_log WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC",
        (json.dumps(seqs),),
    )
    return [events.from_row(row) for row in rows.fetchall()]


def _entry(conn: sqlite3.Connection, event: Event) -> HouseEntry:
    by = _name(conn, event.staff_id)
    console = CONSOLE if "by" in event.facts else None
    return HouseEntry(
        at_ms=event.at_ms,
        kind=event.kind,
        by=by or console,
        fields=event.facts.get("fields") or [event.facts.get("what", "")],
    )


def _of_staff(conn: sqlite3.Connection, event: Event) -> HouseEntry:
    """The event is about them, so who did it stands in its facts."""
    what = event.facts.get("changed", "")
    by = _name(conn, event.staff_id if what in _OWN else event.facts.get("by"))
    is_first = event.kind is EventKind.STAFF_ADDED  # of all, on the page
    unknown = CONSOLE if "by" in event.facts and not is_first else None
    return HouseEntry(
        at_ms=event.at_ms, kind=event.kind, by=by or unknown, fields=[what] if what else ()
    )


def _name(conn: sqlite3.Connection, staff_id: str | None) -> str | None:
    row = conn.execute("SELECT name FROM staff WHERE id = ?", (staff_id,)).fetchone()
    return None if row is None else str(row["name"])


_SEQS = """
SELECT e.seq FROM event e INDEXED BY event_of_house
WHERE e.kind IN (SELECT code FROM event_kind WHERE name IN (SELECT value FROM json_each(:kinds)))
AND e.message_seq IS NULL AND e.conversation_id IS NULL AND e.contact_id IS NULL
AND e.{about} = :id
ORDER BY e.seq DESC LIMIT :most
"""
