"""People to whom somebody begins to write, found by name, number or personnel number."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.search import finding
from appliance.desk.search.finding import Search
from appliance.desk.search.hits import HitKind
from appliance.errors import InvalidInput
from appliance.identities import Identity
from appliance.store import contacts


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonToWrite:
    """`name` None: they are known by the number alone. One stands for each of their numbers."""

    contact_id: str
    name: str | None
    personnel_number: str | None
    to: Identity


def people(
    conn: sqlite3.Connection, sight: Sight, typed: str, limit: int
) -> Sequence[PersonToWrite]:
    """Nobody where what was typed cannot be asked."""
    if not typed.strip():
        return ()
    try:
        page = finding.found(conn, sight, Search(q=typed, kind=HitKind.CONTACT, limit=limit))
    except InvalidInput:  # a filter that is not written to its end
        return ()
    found = (contacts.find(conn, hit.contact_id) for hit in page.hits if hit.contact_id)
    every = [
        PersonToWrite(
            contact_id=each.id,
            name=each.office_name or each.chosen_name,
            personnel_number=each.personnel_number,
            to=identity,
        )
        for each in found
        if each is not None
        for identity in each.identities
        if Channel.any_writes_to(identity)
    ]
    return every[:limit]
