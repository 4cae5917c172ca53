"""The card of a contact: names, numbers, and who agreed to what, with the proof."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import sight_in
from appliance.desk.contacts import people
from appliance.desk.contacts.people import BranchNote, ContactEntry
from appliance.desk.inbox.thread import Conversation
from appliance.errors import NotFound
from appliance.identities import Identity
from appliance.store import consent, contacts
from appliance.store.care_marks import NOT_SHOWN
from appliance.store.consent import ConsentKind, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactNumber:
    """`on_whatsapp` is None while nobody has asked WhatsApp."""

    identity: Identity
    on_whatsapp: bool | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentProof:
    """One row of the consent ledger; `words` is what they wrote, or were shown.

    `source` is the document or system that an import names; `at_ms` is when they gave it there.
    """

    identity: Identity
    kind: ConsentKind
    channel: Channel | None
    words: str | None
    message_id: str | None
    by: str | None
    source: str | None
    at_ms: int
    #: It was read from a phone that had it before Balie came; `at_ms` is when it was read.
    adopted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherConversation:
    """Another conversation with the same person, on a line that the reader may see, too."""

    conversation_id: str
    branch: str
    line_number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """`kept` is what the office keeps of them, as far as the reader sees it; `other_notes` those
    beside the one in it.
    """

    contact_id: str
    chosen_name: str | None
    office_name: str | None
    personnel_number: str | None
    known_since_ms: int
    numbers: Sequence[ContactNumber]
    blocked: bool
    proofs: Sequence[ConsentProof]
    elsewhere: Sequence[OtherConversation]
    kept: ContactEntry
    other_notes: Sequence[BranchNote]
    may_edit: bool

    @property
    def has_hidden_number_only(self) -> bool:
        """A colleague who knows them can say who it is."""
        return all(each.identity.is_hidden for each in self.numbers)


def card(conn: sqlite3.Connection, rights: Rights, about: Conversation) -> Card:
    """Raises NotFound for a group, which is no contact."""
    found = contacts.find(conn, about.contact_id) if about.contact_id else None
    if found is None:
        raise NotFound("contact")
    sight = sight_in(rights, Permission.INBOX_READ)
    since = conn.execute(
        "SELECT created_ms, blocked_ms FROM contact WHERE id = ?", (found.id,)
    ).fetchone()
    return Card(
        contact_id=found.id,
        chosen_name=found.chosen_name,
        office_name=found.office_name,
        personnel_number=found.personnel_number,
        known_since_ms=since["created_ms"],
        numbers=_numbers(conn, about, found.id),
        blocked=since["blocked_ms"] is not None,
        proofs=_proofs(conn, about.line_id, found.id),
        elsewhere=_elsewhere(conn, rights, about, found.id),
        kept=people.entries(conn, sight, [found.id])[0],
        other_notes=people.other_notes(conn, sight, found.id),
        may_edit=rights.may(Permission.CONTACT_EDIT, about.branch_id),
    )


def _numbers(
    conn: sqlite3.Connection, about: Conversation, contact_id: str
) -> Sequence[ContactNumber]:
    rows = conn.execute(
        "SELECT scheme, value, on_whatsapp FROM shown_identity WHERE contact_id = ?"
        " ORDER BY created_ms, value, scheme",
        (contact_id,),
    ).fetchall()
    return [
        ContactNumber(
            identity=contacts.identity_of(row),
            on_whatsapp=None if row["on_whatsapp"] is None else bool(row["on_whatsapp"]),
            verdict=consent.verdict_of(conn, about.line_id, contacts.identity_of(row), contact_id),
        )
        for row in rows
    ]


def _proofs(conn: sqlite3.Connection, line_id: str, contact_id: str) -> Sequence[ConsentProof]:
    rows = conn.execute(_PROOFS, {"contact": contact_id, "line": line_id})
    return [
        ConsentProof(
            identity=contacts.identity_of(row),
            kind=ConsentKind(row["kind"]),
            channel=Channel.named(row["channel"]) if row["channel"] else None,
            words=row["words"],
            message_id=row["message_id"],
            by=row["by"],
            source=row["source"],
            at_ms=row["given_ms"] or row["at_ms"],
            adopted=row["recorded_by"] == "adoption",
        )
        for row in rows
    ]


def _elsewhere(
    conn: sqlite3.Connection, rights: Rights, about: Conversation, contact_id: str
) -> Sequence[OtherConversation]:
    rows = conn.execute(
        "SELECT c.id, line.number, line.branch_id, branch.name FROM conversation c"
        " JOIN line ON line.id = c.line_id JOIN branch ON branch.id = line.branch_id"
        " WHERE c.contact_id = ? AND c.id <> ? AND line.removed_ms IS NULL ORDER BY branch.name",
        (contact_id, about.id),
    )
    return [
        OtherConversation(conversation_id=row["id"], branch=row["name"], line_number=row["number"])
        for row in rows
        if rights.may(Permission.INBOX_READ, row["branch_id"])
    ]


# By identity, not by contact: after a join the ledger still names the contact it was written for.
# A message proves by what it said then, whatever it was changed to. What somebody said who had the
# number before proves nothing.
_PROOFS = f"""
SELECT consent.scheme, consent.value, consent.kind, consent.channel, consent.message_id,
  coalesce(consent.words, iif({NOT_SHOWN}, NULL, coalesce(
           (SELECT e.text FROM earlier_text e WHERE e.message_id = consent.message_id
            AND e.until_ms > consent.at_ms ORDER BY e.until_ms LIMIT 1), m.text))) AS words,
  consent.at_ms, consent.source, consent.given_ms, consent.recorded_by, staff.name AS by
FROM contact_identity own
CROSS JOIN consent_of_holder AS consent ON consent.value = own.value AND consent.scheme = own.scheme
LEFT JOIN message m ON m.id = consent.message_id
LEFT JOIN staff ON 'staff:' || staff.id = consent.recorded_by
WHERE own.contact_id = :contact AND (consent.line_id = :line OR consent.line_id IS NULL)
ORDER BY consent.seq DESC
"""  # noqa: S608 -- our own words
