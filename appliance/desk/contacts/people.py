"""The people whom somebody may see, each with what the office keeps of them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.inbox import merged
from appliance.desk.inbox.directory import Page
from appliance.desk.inbox.merged import Ask
from appliance.desk.search import match
from appliance.desk.search.question import question_of
from appliance.identities import Identity

LOOKED_AT = 1_000
"""Of all in sight whose name or number fits; those who became known last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberEntry:
    """`on_whatsapp` is None while nobody has asked WhatsApp."""

    number: str
    scheme: str
    on_whatsapp: bool | None

    @property
    def identity(self) -> Identity:
        return Identity(self.number, self.scheme)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactEntry:
    """`notes` are those of the reader's own branch, else the company's; `labels` those that the
    reader may see.
    """

    id: str
    chosen_name: str | None
    office_name: str | None
    personnel_number: str | None
    numbers: Sequence[NumberEntry]
    labels: Sequence[str]
    fields: Mapping[str, str]
    notes: str | None
    blocked_ms: int | None
    state: str
    state_since_ms: int
    created_ms: int
    updated_ms: int

    @property
    def name(self) -> str | None:
        return self.office_name or self.chosen_name

    @property
    def blocked(self) -> bool:
        return self.blocked_ms is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchNote:
    """`branch` None: of the whole company."""

    branch: str | None
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleAsked:
    """`q`: words of a name, a number or a personnel number, by their beginnings."""

    page: Page
    q: str | None = None
    personnel_number: str | None = None

    @property
    def limit(self) -> int:
        return self.page.limit


def contacts(conn: sqlite3.Connection, sight: Sight, asked: PeopleAsked) -> Sequence[ContactEntry]:
    """By id. Raises InvalidInput for a question that cannot be asked."""
    after = asked.page.after.lower()
    about = {"branches": sight.json, "after": after, "limit": asked.limit}
    if asked.q or asked.personnel_number:
        found = [each for each in fitting(conn, sight, asked) if each > after]
        return entries(conn, sight, found[: asked.limit])
    if sight.json is None:
        asks: Sequence[Ask] = [(_IDS, about)]
    else:
        asks = [
            *_each(conn, _LINES, _WRITERS, about),
            *((_ENTERED, {**about, "place": each}) for each in sorted(sight.branches or ())),
        ]
    return entries(conn, sight, merged.first(conn, asks, limit=asked.limit))


def contact(conn: sqlite3.Connection, sight: Sight, name: str) -> ContactEntry:
    """By id or number. Raises NotFound."""
    return entries(conn, sight, [sight.contact(conn, name).id])[0]


def entries(
    conn: sqlite3.Connection, sight: Sight, contact_ids: Sequence[str]
) -> Sequence[ContactEntry]:
    """By id, whatever the order in which they are named. Who names them has asked whether the
    reader sees them.
    """
    about = {"ids": json.dumps(contact_ids), "branches": sight.json, "place": note_place(sight)}
    return [_entry(row) for row in conn.execute(_ENTRIES, about)]


def note_place(sight: Sight) -> str:
    """Whose notes somebody reads and writes: the one branch that they see, else the company's."""
    branches = sorted(sight.branches or ())
    return branches[0] if len(branches) == 1 else ""


def other_notes(conn: sqlite3.Connection, sight: Sight, contact_id: str) -> Sequence[BranchNote]:
    """Those that somebody sees and does not write: of other branches, and of the company."""
    about = {"contact": contact_id, "branches": sight.json, "own": note_place(sight)}
    return [BranchNote(branch=row["name"], text=row["text"]) for row in conn.execute(_NOTES, about)]


def called(conn: sqlite3.Connection, sight: Sight, q: str) -> Sequence[str]:
    """The ids of those in sight whom these words fit. Raises InvalidInput."""
    terms = question_of(q).terms
    if not terms:
        return []
    asked = {"asked": match.in_any_column(terms), "most": LOOKED_AT, "branches": sight.json}
    if sight.branches is None:
        return [row["contact_id"] for row in conn.execute(_CALLED, asked)]
    lines = json.dumps([row["id"] for row in conn.execute(_LINES, asked)])
    return [row["contact_id"] for row in conn.execute(_CALLED_HERE, {**asked, "lines": lines})]


def with_personnel_number(conn: sqlite3.Connection, number: str) -> Sequence[str]:
    """The ids of those who have it; there should be one."""
    rows = conn.execute(
        "SELECT id FROM contact WHERE personnel_number = ? COLLATE NOCASE"
        " AND personnel_number IS NOT NULL AND joined_into IS NULL ORDER BY id",
        (number,),
    )
    return [row["id"] for row in rows]


def fitting(conn: sqlite3.Connection, sight: Sight, asked: PeopleAsked) -> Sequence[str]:
    """The ids of those in sight whom `q` and the personnel number fit. Raises InvalidInput."""
    found: set[str] | None = None
    if asked.q:
        found = set(called(conn, sight, asked.q))
    if asked.personnel_number:
        having = set(with_personnel_number(conn, asked.personnel_number))
        found = having if found is None else found & having
    return sorted(sight.seen_contacts(conn, found or ()))


def _each(
    conn: sqlite3.Connection, places: str, statement: str, about: Mapping[str, Any]
) -> Sequence[Ask]:
    rows = conn.execute(places, about).fetchall()
    return [(statement, {**about, "place": row["id"]}) for row in rows]


def _entry(row: sqlite3.Row) -> ContactEntry:
    numbers = [
        NumberEntry(number=value, scheme=scheme, on_whatsapp=None if known is None else bool(known))
        for value, scheme, known in json.loads(row["numbers"])
    ]
    told = {"numbers": numbers, "labels": json.loads(row["labels"])}
    return ContactEntry(**{**dict(row), **told, "fields": json.loads(row["fields"])})


_LINES = f"SELECT id FROM line WHERE {IN_SIGHT}"  # noqa: S608 -- our own condition
_IDS = """
SELECT id FROM contact WHERE joined_into IS NULL AND id > :after ORDER BY id LIMIT :limit
"""
# Of two contacts that were joined only one has conversations.
_WRITERS = """
SELECT contact_id FROM conversation
WHERE line_id = :place AND contact_id > :after ORDER BY contact_id LIMIT :limit
"""
_ENTERED = """
SELECT contact_id FROM contact_branch
WHERE branch_id = :place AND contact_id > :after ORDER BY contact_id LIMIT :limit
"""
_CALLED = """
SELECT s.contact_id FROM (
  SELECT rowid AS seq FROM search_name WHERE search_name MATCH :asked
  ORDER BY rowid DESC LIMIT :most) f
CROSS JOIN search_subject s ON s.seq = f.seq WHERE s.contact_id IS NOT NULL
"""
_CALLED_HERE = """
SELECT s.contact_id FROM search_name CROSS JOIN search_subject s ON s.seq = search_name.rowid
WHERE search_name MATCH :asked AND (
  EXISTS (SELECT 1 FROM conversation WHERE contact_id = s.contact_id
    AND line_id IN (SELECT value FROM json_each(:lines)))
  OR EXISTS (SELECT 1 FROM contact_branch WHERE contact_id = s.contact_id
    AND branch_id IN (SELECT value FROM json_each(:branches))))
ORDER BY search_name.rowid DESC LIMIT :most
"""
_NOTES = """
SELECT branch.name, n.text FROM contact_note n LEFT JOIN branch ON branch.id = n.branch_id
WHERE n.contact_id = :contact AND n.branch_id <> :own AND (n.branch_id = ''
  OR :branches IS NULL OR n.branch_id IN (SELECT value FROM json_each(:branches)))
ORDER BY branch.name
"""
# The view `shown_identity` would be read from one end to the other for each contact.
_ENTRIES = """
SELECT contact.id, chosen_name, office_name, personnel_number, contact.created_ms, updated_ms,
  fields, state, coalesce(state_ms, contact.created_ms) AS state_since_ms, blocked_ms,
  (SELECT json_group_array(json_array(value, scheme, on_whatsapp)) FROM
   (SELECT value, scheme, created_ms, on_whatsapp FROM contact_identity
    WHERE contact_id = contact.id
    UNION ALL SELECT value, scheme, at_ms, NULL FROM identity_claim WHERE contact_id = contact.id
    ORDER BY 3, 1, 2)) AS numbers,
  (SELECT json_group_array(name) FROM (SELECT label.name FROM contact_label of
   CROSS JOIN label ON label.id = of.label_id WHERE of.contact_id = contact.id
   AND (:branches IS NULL OR label.branch_id IS NULL
     OR label.branch_id IN (SELECT value FROM json_each(:branches)))
   ORDER BY label.name)) AS labels,
  coalesce(
    (SELECT text FROM contact_note WHERE contact_id = contact.id AND branch_id = :place),
    (SELECT text FROM contact_note WHERE contact_id = contact.id AND branch_id = '')) AS notes
FROM contact WHERE contact.id IN (SELECT value FROM json_each(:ids)) ORDER BY contact.id
"""
