"""The log with names, for who reads it on a page: who it was, and whom they read."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.accesses import Shown
from appliance.desk.access.sight import Sight
from appliance.desk.privacy.log import readers, reads
from appliance.desk.privacy.log.audit import NEWEST, AuditEntry
from appliance.desk.privacy.log.reads import WantedReadings
from appliance.store.readings import ReadingEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """`by` None: they are gone. `whom` None: nobody in particular, or somebody without a name."""

    entry: AuditEntry
    by: str | None
    whom: str | None
    is_group: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonReader:
    """One entry about a person. `by` None: they are gone."""

    entry: ReadingEntry
    by: str | None


def rows_of(conn: sqlite3.Connection, entries: Sequence[AuditEntry]) -> Sequence[AuditRow]:
    names = readers.names_of(conn, {each.by for each in entries})
    people = {each.contact_id for each in entries if each.contact_id}
    threads = {each.conversation_id for each in entries if each.conversation_id}
    called = dict(conn.execute(_PEOPLE, (json.dumps(sorted(people)),)).fetchall())
    groups = dict(conn.execute(_GROUPS, (json.dumps(sorted(threads)),)).fetchall())
    return [
        AuditRow(
            entry=each,
            by=names.get(each.by),
            whom=called.get(each.contact_id) or groups.get(each.conversation_id),
            is_group=each.conversation_id in groups,
        )
        for each in entries
    ]


def called(conn: sqlite3.Connection, contact_id: str) -> str:
    """The name of a person, else a number; empty for one who has neither any more."""
    row = conn.execute(_PEOPLE, (json.dumps([contact_id]),)).fetchone()
    return (row and row[1]) or ""


def readers_of(
    conn: sqlite3.Connection, sight: Sight, contact_id: str, most: int
) -> Sequence[PersonReader]:
    """Who read this person last in the branches in sight, newest first."""
    wanted = WantedReadings(
        before_seq=NEWEST,
        limit=most,
        who=None,
        contact_id=contact_id,
        kind=None,
        hashes=(),
        from_ms=0,
        until_ms=NEWEST,
    )
    found = reads.newest(conn, sight, wanted)
    names = readers.names_of(conn, {each.who for each in found})
    return [PersonReader(entry=each, by=names.get(each.who)) for each in found]


def people_in(rows: Sequence[AuditRow]) -> Sequence[Shown]:
    """Each of whom the rows name, once."""
    where: dict[str, str | None] = {}
    groups = []
    for row in rows:
        entry = row.entry
        if entry.contact_id:
            where[entry.contact_id] = where.get(entry.contact_id) or entry.conversation_id
        elif entry.conversation_id:
            groups.append(entry.conversation_id)
    return [
        *(Shown(contact_id=each, conversation_id=at, listed=True) for each, at in where.items()),
        *(Shown(conversation_id=each, listed=True) for each in groups),
    ]


_PEOPLE = """
SELECT k.id, coalesce(k.office_name, k.chosen_name,
  (SELECT i.value FROM shown_identity i WHERE i.contact_id = k.id ORDER BY i.created_ms LIMIT 1))
FROM json_each(?) w CROSS JOIN contact k ON k.id = w.value
"""
_GROUPS = """
SELECT c.id, coalesce(g.name, '') FROM json_each(?) w
CROSS JOIN conversation c ON c.id = w.value CROSS JOIN chat_group g ON g.id = c.group_id
"""
