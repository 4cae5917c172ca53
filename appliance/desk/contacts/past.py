"""The history of a person: what became of their card, from the event log."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.events import Event, EventKind
from appliance.store import events


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAsked:
    """`after`: the `id` of an entry; older ones follow it."""

    contact: str
    after: int | None
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEntry:
    """`by` is who did it: a colleague, a program, `console`, or None where it happened by itself.
    `other_id` is the other contact, where two were joined or split.
    """

    id: str
    at_ms: int
    kind: EventKind
    by: str | None
    fields: Sequence[str]
    other_id: str | None
    undone: bool

    @property
    def what(self) -> str:
        return self.kind.value


def past(conn: sqlite3.Connection, sight: Sight, asked: PastAsked) -> Sequence[PastEntry]:
    """The newest first; ids and names of fields, no person's data. Raises NotFound."""
    found = sight.contact(conn, asked.contact)
    return of_person(conn, found.id, asked.after, asked.limit)


def of_person(
    conn: sqlite3.Connection, contact_id: str, after: int | None, limit: int
) -> Sequence[PastEntry]:
    """Theirs, and that of all who were joined into them."""
    about = {"contact": contact_id, "after": after or 1 << 62, "limit": limit}
    seqs = [row["event_seq"] for row in conn.execute(_SEQS, about)]
    rows = conn.execute(
        "SELECT * FROM event_log WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq DESC",
        (json.dumps(seqs),),
    ).fetchall()
    return [_entry(conn, events.from_row(row)) for row in rows]


def _entry(conn: sqlite3.Connection, event: Event) -> PastEntry:
    facts = event.facts
    by = _name(conn, "staff", event.staff_id) or _name(conn, "api_token", facts.get("token"))
    by = by or facts.get("by")
    return PastEntry(
        id=str(event.seq),
        at_ms=event.at_ms,
        kind=event.kind,
        by=by,
        fields=facts.get("fields") or ([facts["field"]] if "field" in facts else []),
        other_id=facts.get("other"),
        undone=bool(facts.get("undone")),
    )


def _name(conn: sqlite3.Connection, table: str, wanted_id: str | None) -> str | None:
    row = conn.execute(f"SELECT name FROM {table} WHERE id = ?", (wanted_id,)).fetchone()  # noqa: S608 -- two names of ours
    return None if row is None else str(row["name"])


_SAME = """
WITH RECURSIVE same (id) AS (
  VALUES (:contact) UNION
  SELECT contact.id FROM same CROSS JOIN contact ON contact.joined_into = same.id
    AND contact.joined_into IS NOT NULL)
"""
_SEQS = f"""
{_SAME}
SELECT DISTINCT event_seq FROM same CROSS JOIN contact_event e ON e.contact_id = same.id
WHERE e.event_seq < :after ORDER BY event_seq DESC LIMIT :limit
"""  # noqa: S608 -- our own words
