"""All that somebody may see of one person: the card, who writes with them, and what they agreed to.

What lies on lines out of sight is left out, as if it were not there.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.contacts import changes, namesakes, past, people
from appliance.desk.contacts.namesakes import Namesake
from appliance.desk.contacts.past import PastEntry
from appliance.desk.contacts.people import BranchNote, ContactEntry
from appliance.desk.inbox.directory import Page
from appliance.desk.team import labels
from appliance.desk.team.labels import Label
from appliance.identities import Identity
from appliance.store import consent, contacts
from appliance.store.branch_settings import settings_of
from appliance.store.consent import ConsentKind, Verdict
from appliance.store.contacts import identity_of

_ALL = 1_000
_HISTORY = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonThread:
    """`verdicts`: for each identity whether this line may write to it."""

    conversation_id: str
    branch: str
    line_number: str
    last_ms: int
    verdicts: Sequence[tuple[Identity, Verdict]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonProof:
    """One row of the consent ledger; `line_number` None: it counts for the whole company."""

    identity: Identity
    kind: ConsentKind
    channel: Channel | None
    line_number: str | None
    by: str | None
    source: str | None
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoable:
    """`name` is the other one's."""

    is_join: bool
    other_id: str
    name: str
    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPerson:
    """`labels` are all that somebody may choose from; `other_notes` those that they only read."""

    card: ContactEntry
    identities: Sequence[Identity]
    threads: Sequence[PersonThread]
    proofs: Sequence[PersonProof]
    past: Sequence[PastEntry]
    labels: Sequence[Label]
    other_notes: Sequence[BranchNote]
    undoable: Undoable | None
    namesake: Namesake | None
    may_edit: bool
    zone: str

    @property
    def id(self) -> str:
        return self.card.id


def person(conn: sqlite3.Connection, sight: Sight, editing: Sight, name: str) -> KnownPerson:
    """`editing` is what the reader may change. Raises NotFound."""
    found = sight.contact(conn, name)
    card = people.entries(conn, sight, [found.id])[0]
    claimed = [said for said, _ in contacts.claimed_by(conn, found.id)]
    identities = [*found.identities, *claimed]
    return KnownPerson(
        card=card,
        identities=identities,
        threads=_threads(conn, sight, found.id, identities),
        proofs=_proofs(conn, sight, found.id),
        past=past.of_person(conn, found.id, None, _HISTORY),
        labels=labels.listed(conn, sight, Page(limit=_ALL)),
        other_notes=people.other_notes(conn, sight, found.id),
        undoable=_undoable(conn, editing, found.id),
        namesake=namesakes.of(conn, sight, found.id),
        may_edit=editing.sees_contact(conn, found.id),
        zone=_zone(conn, sight, found.id),
    )


def _threads(
    conn: sqlite3.Connection, sight: Sight, contact_id: str, identities: Sequence[Identity]
) -> Sequence[PersonThread]:
    about = {"contact": contact_id, "branches": sight.json}
    return [
        PersonThread(
            conversation_id=row["id"],
            branch=row["branch"],
            line_number=row["number"],
            last_ms=row["last_ms"],
            verdicts=[
                (each, consent.verdict_of(conn, row["line_id"], each, contact_id))
                for each in identities
            ],
        )
        for row in conn.execute(_THREADS, about).fetchall()
    ]


def _proofs(conn: sqlite3.Connection, sight: Sight, contact_id: str) -> Sequence[PersonProof]:
    about = {"contact": contact_id, "branches": sight.json}
    return [
        PersonProof(
            identity=identity_of(row),
            kind=ConsentKind(row["kind"]),
            channel=Channel.named(row["channel"]) if row["channel"] else None,
            line_number=row["number"],
            by=row["by"],
            source=row["source"],
            at_ms=row["given_ms"] or row["at_ms"],
        )
        for row in conn.execute(_PROOFS, about)
    ]


def _undoable(conn: sqlite3.Connection, editing: Sight, contact_id: str) -> Undoable | None:
    change = changes.undoable(conn, editing, contact_id)
    if change is None:
        return None
    other_id = change.other_id if change.contact_id == contact_id else change.contact_id
    row = conn.execute(
        "SELECT coalesce(office_name, chosen_name, '?') AS name FROM contact WHERE id = ?",
        (other_id,),
    ).fetchone()
    return Undoable(
        is_join=change.kind is changes.ChangeOfWho.JOIN,
        other_id=other_id,
        name=row["name"],
        at_ms=change.at_ms,
    )


def _zone(conn: sqlite3.Connection, sight: Sight, contact_id: str) -> str:
    """That of a branch that writes with them, else of any that the reader sees."""
    row = conn.execute(_ZONE, {"contact": contact_id, "branches": sight.json}).fetchone()
    return settings_of(row["settings"] if row else "{}").zone


_THREADS = f"""
SELECT c.id, c.line_id, c.last_ms, line.number, branch.name AS branch FROM conversation c
JOIN line ON line.id = c.line_id JOIN branch ON branch.id = line.branch_id
WHERE c.contact_id = :contact AND line.removed_ms IS NULL AND {IN_SIGHT}
ORDER BY c.last_ms DESC, c.id
"""  # noqa: S608 -- our own condition
_PROOFS = f"""
SELECT e.scheme, e.value, e.kind, e.channel, line.number, e.source, e.given_ms, e.at_ms,
  coalesce(staff.name, api_token.name) AS by
FROM contact_identity own
CROSS JOIN consent_of_holder e ON e.value = own.value AND e.scheme = own.scheme
LEFT JOIN line ON line.id = e.line_id
LEFT JOIN staff ON 'staff:' || staff.id = e.recorded_by
LEFT JOIN api_token ON 'token:' || api_token.id = e.recorded_by
WHERE own.contact_id = :contact AND (e.line_id IS NULL OR {IN_SIGHT})
ORDER BY e.seq DESC LIMIT 100
"""  # noqa: S608 -- our own condition
_ZONE = f"""
SELECT branch.settings FROM branch JOIN line ON line.branch_id = branch.id
LEFT JOIN conversation c ON c.line_id = line.id AND c.contact_id = :contact
WHERE {IN_SIGHT} ORDER BY c.last_ms DESC NULLS LAST LIMIT 1
"""  # noqa: S608 -- our own condition
