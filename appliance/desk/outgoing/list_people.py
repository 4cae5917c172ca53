"""Who the recipients of a list are: read for all of them at once, by number or by contact."""

import json
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.recipients import identity_of_contact
from appliance.errors import InvalidInput
from appliance.identities import TEL, Identity
from appliance.phone_numbers import parse_number
from appliance.queue.heard import SINCE_HEARD
from appliance.store import consent
from appliance.store.consent import Standing
from appliance.store.contacts import identity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPerson:
    """`identity` None: no number is known to be theirs. Conversation and `last_in_ms`, when they
    last wrote, are of the line that the list goes out on.
    """

    contact_id: str
    identity: Identity | None
    name: str | None
    personnel_number: str | None
    on_whatsapp: bool | None
    conversation_id: str | None
    last_in_ms: int | None


@dataclass(frozen=True, slots=True)
class Begun:
    """What Balie or a list began with somebody: how much left, and how much went unanswered."""

    all_of_it: int = 0
    unanswered: int = 0


def by_number(
    conn: sqlite3.Connection, line_id: str, numbers: Sequence[str]
) -> Mapping[str, ListPerson]:
    """Looked up as they are written first: reading a number costs more than all the rest."""
    found = _by_value(conn, line_id, numbers)
    missing = {to: number for to in numbers if to not in found and (number := number_in(to))}
    others = _by_value(conn, line_id, missing.values())
    return found | {to: others[number] for to, number in missing.items() if number in others}


def by_contact(
    conn: sqlite3.Connection, line_id: str, contact_ids: Sequence[str]
) -> Mapping[str, ListPerson]:
    """Each by the identity that they last wrote from to this line, else the first that is known."""
    about = {"ids": json.dumps(list(contact_ids)), "line": line_id}
    rows = conn.execute(_BY_CONTACT, about).fetchall()
    once: dict[str, sqlite3.Row] = {}
    several: dict[str, list[sqlite3.Row]] = {}
    for row in rows:
        first = once.setdefault(row["contact_id"], row)
        if first is not row:
            several.setdefault(row["contact_id"], [first]).append(row)
    chosen = {
        key: _chosen(conn, line_id, sorted(having, key=_since)) for key, having in several.items()
    }
    return {key: _person(row) for key, row in (once | chosen).items()}


def standings(
    conn: sqlite3.Connection, line_id: str, people: Iterable[ListPerson]
) -> Mapping[Identity, Standing]:
    return consent.standings(conn, line_id, [each.identity for each in people if each.identity])


def said(conn: sqlite3.Connection, conversation_ids: Collection[str]) -> Mapping[str, Begun]:
    """By conversation; one in which nothing was begun is not in it."""
    rows = conn.execute(_SAID, (json.dumps(list(conversation_ids)),))
    return {row["id"]: Begun(row["all_of_it"], int(row["unanswered"])) for row in rows}


def number_in(to: str) -> str | None:
    """The number that somebody wrote, or None where it is none."""
    try:
        return parse_number(to)
    except InvalidInput:
        return None


def _by_value(
    conn: sqlite3.Connection, line_id: str, values: Iterable[str]
) -> dict[str, ListPerson]:
    about = {"values": json.dumps(list(values)), "line": line_id, "tel": TEL}
    found: dict[str, ListPerson] = {}
    for row in conn.execute(_BY_VALUE, about):
        found.setdefault(row["value"], _person(row))
    return found


def _chosen(conn: sqlite3.Connection, line_id: str, having: Sequence[sqlite3.Row]) -> sqlite3.Row:
    if len(having) == 1 or having[0]["last_in_ms"] is None:
        return having[0]
    everywhere = Sight(None)  # who named them has asked whether they may be seen
    meant = identity_of_contact(conn, everywhere, having[0]["contact_id"], line_id=line_id)
    return next((row for row in having if identity_of(row) == meant), having[0])


def _since(row: sqlite3.Row) -> tuple[int, str]:
    """Of somebody's identities the first that was known comes first."""
    return row["created_ms"], row["value"]


def _person(row: sqlite3.Row) -> ListPerson:
    scheme, value, contact_id, known, office_name, chosen_name, personnel, thread, in_ms, _ = row
    name = office_name or chosen_name
    return ListPerson(
        contact_id=contact_id,
        identity=None if value is None else Identity(value, scheme),
        name=str(name).strip() or None if name else None,
        personnel_number=personnel,
        on_whatsapp=None if known is None else bool(known),
        conversation_id=thread,
        last_in_ms=in_ms,
    )


_COLUMNS = """
SELECT n.scheme, n.value, c.id AS contact_id, n.on_whatsapp, c.office_name, c.chosen_name,
       c.personnel_number, v.id AS conversation_id, v.last_in_ms, n.created_ms
"""
_BY_VALUE = f"""
{_COLUMNS} FROM json_each(:values) p CROSS JOIN contact_identity n ON n.value = p.value
CROSS JOIN contact c ON c.id = n.contact_id
LEFT JOIN conversation v ON v.line_id = :line AND v.contact_id = c.id
ORDER BY n.scheme = :tel DESC
"""
_BY_CONTACT = f"""
{_COLUMNS} FROM json_each(:ids) p CROSS JOIN contact c ON c.id = p.value
LEFT JOIN contact_identity n ON n.contact_id = c.id
LEFT JOIN conversation v ON v.line_id = :line AND v.contact_id = c.id
"""
_SAID = f"""
SELECT c.id, count(*) AS all_of_it, total({SINCE_HEARD}) AS unanswered
FROM json_each(?) p CROSS JOIN conversation c ON c.id = p.value
CROSS JOIN message b ON b.conversation_id = c.id
WHERE b.direction = 'out' AND b.answering = 0 AND b.sent_ms IS NOT NULL GROUP BY c.id
"""  # noqa: S608 -- our own words
