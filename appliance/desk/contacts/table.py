"""The table of people: by name or by when they were last heard, a page at a time.

By name an index has the order. Somebody who sees a small part of the company's people would walk
it from one end to the other, so theirs are gathered and sorted instead.
"""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from heapq import merge
from itertools import islice
from typing import Any

from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.contacts import people
from appliance.desk.contacts.people import ContactEntry
from appliance.reasons import Reason
from appliance.store import consent
from appliance.store.consent import Ledgers

PAGE = 50
FEW = 2_000
"""Up to so many people are sorted in some milliseconds."""


class PeopleSort(Enum):
    NAME = "name"
    #: Only those with whom there is a conversation have a time.
    RECENT = "recent"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableAsked:
    """`after` is the id of the last person of the page before; `label` the id of a label."""

    q: str = ""
    label: str = ""
    sort: PeopleSort = PeopleSort.NAME
    after: str = ""
    limit: int = PAGE


class TableConsent(Enum):
    """Over all lines that the reader sees; what forbids comes first."""

    BLOCKED = "blocked"
    STOPPED = "stopped"
    GIVEN = "given"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRow:
    """`conversation_id` and `last_ms` are of their newest conversation in sight, if any."""

    card: ContactEntry
    conversation_id: str | None
    last_ms: int | None
    consent: TableConsent

    @property
    def id(self) -> str:
        return self.card.id


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """`next` is the `after` of the page behind it."""

    rows: Sequence[PersonRow]
    next: str | None


def page(conn: sqlite3.Connection, sight: Sight, asked: TableAsked) -> PeoplePage:
    """Raises InvalidInput for a question that cannot be asked."""
    ids = list(islice(_ids(conn, sight, asked), asked.limit + 1))
    more = len(ids) > asked.limit
    shown = ids[: asked.limit]
    return PeoplePage(rows=rows(conn, sight, shown), next=shown[-1] if more else None)


def every(conn: sqlite3.Connection, sight: Sight, asked: TableAsked, most: int) -> Sequence[str]:
    """The ids of all whom the table has, on whatever page; at most so many."""
    return list(islice(_ids(conn, sight, asked), most))


def rows(conn: sqlite3.Connection, sight: Sight, ids: Sequence[str]) -> Sequence[PersonRow]:
    """In the order in which they are named."""
    cards = {each.id: each for each in people.entries(conn, sight, ids)}
    threads, ledgers = _threads(conn, sight, ids), consent.ledgers_of(conn, ids)
    return [_row(ledgers, cards[each], threads.get(each, ())) for each in ids if each in cards]


def _ids(conn: sqlite3.Connection, sight: Sight, asked: TableAsked) -> Iterator[str]:
    if asked.q or asked.label:
        return iter(_gathered(conn, sight, asked, _fitting(conn, sight, asked)))
    if asked.sort is PeopleSort.RECENT:
        return _recent(conn, sight, asked.after)
    if sight.branches is None:
        return _walk(conn, _ALL, asked, {})
    few = few_in_sight(conn, sight)
    if few is not None:
        return iter(_gathered(conn, sight, asked, few))
    return _walk(conn, _SEEN, asked, _places(conn, sight))


def _fitting(conn: sqlite3.Connection, sight: Sight, asked: TableAsked) -> Sequence[str]:
    found: set[str] | None = set(people.called(conn, sight, asked.q)) if asked.q else None
    if asked.label:
        labelled = conn.execute(
            "SELECT contact_id FROM contact_label WHERE label_id = ?", (asked.label,)
        )
        having = {row["contact_id"] for row in labelled}
        found = having if found is None else found & having
    return sorted(sight.seen_contacts(conn, found or ()))


def _gathered(
    conn: sqlite3.Connection, sight: Sight, asked: TableAsked, ids: Sequence[str]
) -> Sequence[str]:
    about = {"ids": json.dumps(ids), "branches": sight.json}
    statement = _BY_TIME if asked.sort is PeopleSort.RECENT else _BY_NAME
    found = [row["id"] for row in conn.execute(statement, about)]
    return found[found.index(asked.after) + 1 :] if asked.after in found else found


def few_in_sight(conn: sqlite3.Connection, sight: Sight) -> Sequence[str] | None:
    """All whom somebody sees; None where they are many."""
    about = {"branches": sight.json, "most": FEW + 1}
    rows = conn.execute(_THEIRS, about).fetchall()
    return None if len(rows) > FEW else sorted({row["contact_id"] for row in rows})


def _places(conn: sqlite3.Connection, sight: Sight) -> Mapping[str, Any]:
    rows = conn.execute(f"SELECT id FROM line WHERE {IN_SIGHT}", {"branches": sight.json})  # noqa: S608 -- our own condition
    return {"branches": sight.json, "lines": json.dumps([row["id"] for row in rows])}


def _walk(
    conn: sqlite3.Connection, statement: str, asked: TableAsked, about: Mapping[str, Any]
) -> Iterator[str]:
    name = conn.execute("SELECT sorts_as FROM contact WHERE id = ?", (asked.after,)).fetchone()
    place = {"name": name["sorts_as"] if name else "", "after": asked.after}
    return (row["id"] for row in conn.execute(statement, {**about, **place}))


def _recent(conn: sqlite3.Connection, sight: Sight, after: str) -> Iterator[str]:
    """Who was heard last comes first; each person at their newest conversation in sight."""
    newest = _newest(conn, sight, [after]).get(after)
    begin = (newest, after) if newest is not None else (1 << 62, "")
    lines = conn.execute(f"SELECT id FROM line WHERE {IN_SIGHT}", {"branches": sight.json})  # noqa: S608 -- our own condition
    found = [
        (
            (row["last_ms"], row["contact_id"])
            for row in conn.execute(_HEARD, {"line": line["id"], "until": begin[0]})
        )
        for line in lines.fetchall()
    ]
    seen: set[str] = set()
    for last_ms, contact_id in merge(*found, reverse=True):
        if (last_ms, contact_id) >= begin or contact_id in seen:
            continue
        seen.add(contact_id)
        if _newest(conn, sight, [contact_id]).get(contact_id) == last_ms:
            yield contact_id


def _newest(conn: sqlite3.Connection, sight: Sight, ids: Sequence[str]) -> Mapping[str, int]:
    about = {"ids": json.dumps(ids), "branches": sight.json}
    return {row["contact_id"]: row["last_ms"] for row in conn.execute(_NEWEST, about)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thread:
    id: str
    line_id: str
    last_ms: int


def _threads(
    conn: sqlite3.Connection, sight: Sight, ids: Sequence[str]
) -> Mapping[str, Sequence[_Thread]]:
    """By person their conversations in sight, the newest first."""
    found: dict[str, list[_Thread]] = {}
    about = {"ids": json.dumps(ids), "branches": sight.json}
    for row in conn.execute(_THREADS, about):
        thread = _Thread(id=row["id"], line_id=row["line_id"], last_ms=row["last_ms"])
        found.setdefault(row["contact_id"], []).append(thread)
    return found


def _row(ledgers: Ledgers, card: ContactEntry, threads: Sequence[_Thread]) -> PersonRow:
    newest = threads[0] if threads else None
    return PersonRow(
        card=card,
        conversation_id=newest.id if newest else None,
        last_ms=newest.last_ms if newest else None,
        consent=_consent(ledgers, card, threads),
    )


def _consent(ledgers: Ledgers, card: ContactEntry, threads: Sequence[_Thread]) -> TableConsent:
    if card.blocked:
        return TableConsent.BLOCKED
    verdicts = [
        ledgers.verdict(thread.line_id, each.identity, card.id)
        for thread in threads
        for each in card.numbers
    ]
    if any(each.code is Reason.OPTED_OUT for each in verdicts):
        return TableConsent.STOPPED
    return TableConsent.GIVEN if any(each.allowed for each in verdicts) else TableConsent.NONE


_ALL = """
SELECT id FROM contact INDEXED BY contact_sorted
WHERE joined_into IS NULL AND (sorts_as, id) > (:name, :after) ORDER BY sorts_as, id
"""
_SEEN = """
SELECT k.id FROM contact k INDEXED BY contact_sorted
WHERE k.joined_into IS NULL AND (k.sorts_as, k.id) > (:name, :after)
AND (EXISTS (SELECT 1 FROM json_each(:lines) l CROSS JOIN conversation c
      ON c.line_id = l.value AND c.contact_id = k.id)
  OR EXISTS (SELECT 1 FROM json_each(:branches) b CROSS JOIN contact_branch e
      ON e.branch_id = b.value AND e.contact_id = k.id))
ORDER BY k.sorts_as, k.id
"""
_THEIRS = f"""
SELECT contact_id FROM contact_branch
WHERE branch_id IN (SELECT value FROM json_each(:branches))
UNION ALL SELECT c.contact_id FROM line CROSS JOIN conversation c ON c.line_id = line.id
WHERE {IN_SIGHT} AND c.group_id IS NULL LIMIT :most
"""  # noqa: S608 -- our own condition
_BY_NAME = """
SELECT k.id FROM json_each(:ids) f CROSS JOIN contact k ON k.id = f.value
WHERE k.joined_into IS NULL ORDER BY k.sorts_as, k.id
"""
_BY_TIME = f"""
SELECT k.id FROM json_each(:ids) f CROSS JOIN contact k ON k.id = f.value
WHERE k.joined_into IS NULL ORDER BY (
  SELECT max(c.last_ms) FROM conversation c JOIN line ON line.id = c.line_id
  WHERE c.contact_id = k.id AND {IN_SIGHT}) DESC NULLS LAST, k.sorts_as, k.id
"""  # noqa: S608 -- our own condition
_HEARD = """
SELECT contact_id, last_ms FROM conversation INDEXED BY conversation_latest
WHERE line_id = :line AND group_id IS NULL AND last_ms <= :until
ORDER BY last_ms DESC, contact_id DESC
"""
_NEWEST = f"""
SELECT c.contact_id, max(c.last_ms) AS last_ms FROM json_each(:ids) f
CROSS JOIN conversation c ON c.contact_id = f.value JOIN line ON line.id = c.line_id
WHERE {IN_SIGHT} GROUP BY c.contact_id
"""  # noqa: S608 -- our own condition
_THREADS = f"""
SELECT c.contact_id, c.id, c.line_id, c.last_ms FROM json_each(:ids) f
CROSS JOIN conversation c ON c.contact_id = f.value JOIN line ON line.id = c.line_id
WHERE {IN_SIGHT} ORDER BY c.last_ms DESC, c.id
"""  # noqa: S608 -- our own condition
