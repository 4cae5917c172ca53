"""Entering people, and what the office says of them. Each call that changes something is one event.

Nothing here gives consent: whom the office enters may be written to only after they wrote.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from appliance.characters import clean_name, is_blank
from appliance.desk.access.sight import Sight
from appliance.desk.consent import withdrawal
from appliance.desk.contacts import office_fields
from appliance.desk.contacts.editing import MAX_PERSONNEL_NUMBER
from appliance.desk.contacts.parting import closed_stays
from appliance.desk.contacts.people import note_place
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import labels
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store import contacts
from appliance.store.store import Tx

STATES = ("self", "candidate", "placed", "ended")
"""How somebody stands with the agency; `self`: they wrote by themselves, and nobody said more."""
ENTERED = "candidate"
MAX_NOTES = 4_000
_ALL = 1_000
AT_GATE = frozenset({"numbers", "blocked"})
"""Who changes one of these holds the locks of the person's taps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactChange:
    """Only what `given` names counts. `fields` with an empty text are taken away, those that it
    does not name stay. `numbers` are all that the person has from now on; hidden ones stay.
    """

    given: frozenset[str]
    office_name: str | None = None
    personnel_number: str | None = None
    numbers: Sequence[Identity] = ()
    labels: Sequence[str] = ()
    fields: Mapping[str, str | None] = field(default_factory=dict)
    notes: str | None = None
    blocked: bool = False
    state: str | None = None
    #: Since when; None: since now, where the state is another one.
    state_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changer:
    """Who changes a card, and whom they see."""

    by: Author
    sight: Sight
    #: They may be told whose a number is.
    reads: bool = True

    @property
    def author_fact(self) -> Mapping[str, str]:
        """Who it was, where it was no colleague."""
        if self.by.token_id:
            return {"token": self.by.token_id}
        return {"by": self.by.rule} if self.by.rule else {}


def enter(tx: Tx, change: ContactChange, who: Changer, *, branch_id: str | None) -> str:
    """The id of a new person, of this branch or (None) of the company alone.

    Raises InvalidInput, or Refused (`number-taken`) for a number of somebody whom `who` sees.
    """
    if not change.numbers:
        raise InvalidInput("numbers", "Give at least one number, such as +31612345678.")
    contact_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO contact (id, state, created_ms) VALUES (?, ?, ?)",
        (contact_id, ENTERED, tx.now_ms),
    )
    if branch_id is not None:
        tx.conn.execute(
            "INSERT INTO contact_branch (branch_id, contact_id) VALUES (?, ?)",
            (branch_id, contact_id),
        )
    _set_all(tx, contact_id, change, who)
    facts = dict(who.author_fact)
    contacts.tell(tx, EventKind.CONTACT_CREATED, contact_id, staff_id=who.by.staff_id, facts=facts)
    return contact_id


def change(tx: Tx, contact_id: str, wanted: ContactChange, who: Changer) -> bool:
    """False where all of it was so already.

    This process calls it inside `ConsentGate.write` where it concerns one of `AT_GATE`. Raises
    InvalidInput, or Refused for a number of another person.
    """
    changed = _set_all(tx, contact_id, wanted, who)
    if changed:
        facts = {"fields": changed, **who.author_fact}
        contacts.tell(
            tx, EventKind.CONTACT_CHANGED, contact_id, staff_id=who.by.staff_id, facts=facts
        )
    return bool(changed)


def make_known(tx: Tx, contact_id: str, branch_id: str, who: Changer) -> bool:
    """The branch knows them from now on, also if nobody wrote there. False where it did."""
    if Sight(frozenset({branch_id})).sees_contact(tx.conn, contact_id):
        return False
    tx.conn.execute(
        "INSERT INTO contact_branch (branch_id, contact_id) VALUES (?, ?)", (branch_id, contact_id)
    )
    facts = {"fields": ["branches"], **who.author_fact}
    contacts.tell(tx, EventKind.CONTACT_CHANGED, contact_id, staff_id=who.by.staff_id, facts=facts)
    return True


def _set_all(tx: Tx, contact_id: str, wanted: ContactChange, who: Changer) -> list[str]:
    """The names of what is other now."""
    return [
        name
        for name, put in _SETTERS.items()
        if name in wanted.given and put(tx, contact_id, wanted, who)
    ]


def _put(tx: Tx, contact_id: str, column: str, value: str | int | None) -> bool:
    done = tx.conn.execute(
        f"UPDATE contact SET {column} = ?1 WHERE id = ?2 AND {column} IS NOT ?1",  # noqa: S608 -- a column of ours
        (value, contact_id),
    )
    return done.rowcount > 0


def _put_name(tx: Tx, contact_id: str, wanted: ContactChange, _: Changer) -> bool:
    return _put(tx, contact_id, "office_name", clean_name(wanted.office_name))


def _put_personnel_number(tx: Tx, contact_id: str, wanted: ContactChange, _: Changer) -> bool:
    if len(wanted.personnel_number or "") > MAX_PERSONNEL_NUMBER:
        sentence = f"A personnel number has at most {MAX_PERSONNEL_NUMBER} characters."
        raise InvalidInput("personnel_number", sentence)
    return _put(tx, contact_id, "personnel_number", clean_name(wanted.personnel_number))


def _put_state(tx: Tx, contact_id: str, wanted: ContactChange, _: Changer) -> bool:
    if wanted.state not in STATES:
        raise InvalidInput("state", f"A state is one of these: {', '.join(STATES)}.")
    if not _put(tx, contact_id, "state", wanted.state):
        return False
    _put(tx, contact_id, "state_ms", tx.now_ms)
    return True


def _put_state_since(tx: Tx, contact_id: str, wanted: ContactChange, _: Changer) -> bool:
    if wanted.state_ms is not None and wanted.state_ms > tx.now_ms:
        raise InvalidInput("state_since", "Since when they stand so lies behind us.")
    return wanted.state_ms is not None and _put(tx, contact_id, "state_ms", wanted.state_ms)


def _put_fields(tx: Tx, contact_id: str, wanted: ContactChange, _: Changer) -> bool:
    row = tx.conn.execute("SELECT fields FROM contact WHERE id = ?", (contact_id,)).fetchone()
    now = office_fields.changed(json.loads(row["fields"]), wanted.fields)
    return _put(tx, contact_id, "fields", json.dumps(now, ensure_ascii=False, sort_keys=True))


def _put_notes(tx: Tx, contact_id: str, wanted: ContactChange, who: Changer) -> bool:
    text = (wanted.notes or "").strip()
    if len(text) > MAX_NOTES:
        raise InvalidInput("notes", f"A note has at most {MAX_NOTES} characters.")
    about = (contact_id, note_place(who.sight))
    was = tx.conn.execute(
        "SELECT text FROM contact_note WHERE contact_id = ? AND branch_id = ?", about
    ).fetchone()
    if (was["text"] if was else "") == text:
        return False
    tx.conn.execute("DELETE FROM contact_note WHERE contact_id = ? AND branch_id = ?", about)
    if not is_blank(text):
        tx.conn.execute(
            "INSERT INTO contact_note (contact_id, branch_id, text) VALUES (?, ?, ?)",
            (*about, text),
        )
    return True


def _put_labels(tx: Tx, contact_id: str, wanted: ContactChange, who: Changer) -> bool:
    """These and no others, of those that `who` may see."""
    known = {each.id: each for each in labels.listed(tx.conn, who.sight, Page(limit=_ALL))}
    by_name = {each.name.casefold(): each.id for each in reversed(known.values())}
    now = set()
    for name in wanted.labels:
        label_id = by_name.get(name.strip().casefold(), name)
        if label_id not in known:
            raise InvalidInput("labels", f"There is no label “{name}” here. Make it first.")
        now.add(label_id)
    rows = tx.conn.execute("SELECT label_id FROM contact_label WHERE contact_id = ?", (contact_id,))
    had = {row["label_id"] for row in rows} & known.keys()
    for label_id in had - now:
        tx.conn.execute(
            "DELETE FROM contact_label WHERE contact_id = ? AND label_id = ?",
            (contact_id, label_id),
        )
    for label_id in sorted(now - had):
        tx.conn.execute(
            "INSERT INTO contact_label (contact_id, label_id) VALUES (?, ?)",
            (contact_id, label_id),
        )
    return had != now


def _put_blocked(tx: Tx, contact_id: str, wanted: ContactChange, _: Changer) -> bool:
    if _is_blocked(tx, contact_id) == wanted.blocked:
        return False
    _put(tx, contact_id, "blocked_ms", tx.now_ms if wanted.blocked else None)
    withdrawal.cancel_forbidden(tx, contact_id)
    return True


def _is_blocked(tx: Tx, contact_id: str) -> bool:
    row = tx.conn.execute("SELECT blocked_ms FROM contact WHERE id = ?", (contact_id,)).fetchone()
    return row["blocked_ms"] is not None


def _put_numbers(tx: Tx, contact_id: str, wanted: ContactChange, who: Changer) -> bool:
    """A number that is taken away keeps its ledger: whoever has it next is bound by it, too."""
    own = contacts.identities_of(tx.conn, contact_id)
    claimed = {each for each, _ in contacts.claimed_by(tx.conn, contact_id)}
    wants = dict.fromkeys(wanted.numbers)
    new = [each for each in wants if each not in own and each not in claimed]
    gone = [each for each in own if each.is_tel and each not in wanted.numbers]
    dropped = [each for each in claimed if each.is_tel and each not in wanted.numbers]
    if not (set(own) - set(gone) or wanted.numbers):
        raise InvalidInput("numbers", "A person keeps at least one number. Give the new one.")
    if gone and _is_blocked(tx, contact_id):
        sentence = "Whoever is blocked keeps their numbers. End the block before you take one away."
        raise InvalidInput("blocked", sentence)
    with closed_stays(tx, contact_id, who.by):
        for each in new:
            _give(tx, contact_id, each, who)
        for each in gone:
            contacts.detach(tx, each)
    for each in dropped:
        contacts.drop_claim(tx, contact_id, each)
    if gone:
        withdrawal.cancel_forbidden(tx, contact_id)
    return bool(new or gone or dropped)


def _give(tx: Tx, contact_id: str, identity: Identity, who: Changer) -> None:
    """Of somebody out of sight it is only said: nothing tells that they are there."""
    owner = contacts.by_identity(tx.conn, identity)
    if owner is None:
        contacts.attach(tx, contact_id, identity)
    elif who.sight.sees_contact(tx.conn, owner.id):
        raise Refused(
            Reason.NUMBER_TAKEN,
            f"{identity.shown} is the number of {owner.name if who.reads else 'somebody else'}.",
            remedy="If they are one person, join the two.",
        )
    else:
        me = who.by.staff_id or who.by.token_id or ""
        contacts.claim(tx, contact_id, identity, staff_id=me)


_SETTERS: Mapping[str, Callable[[Tx, str, ContactChange, Changer], bool]] = {
    "office_name": _put_name,
    "personnel_number": _put_personnel_number,
    "state": _put_state,
    "state_since": _put_state_since,
    "fields": _put_fields,
    "notes": _put_notes,
    "labels": _put_labels,
    "blocked": _put_blocked,
    "numbers": _put_numbers,
}
