"""The page of one person: what is known of them, and what the office may change."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.people import editing, reading, writing
from appliance.api.web.pages.privacy import officer_sight
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import (
    beginnable,
    card_form,
    changing,
    joining,
    namesakes,
    splitting,
    table,
)
from appliance.desk.contacts.beginnable import BeginWay
from appliance.desk.contacts.card_form import CardForm
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.contacts.person import KnownPerson, person
from appliance.desk.contacts.table import PersonRow, TableAsked
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.log.shown import PersonReader, readers_of
from appliance.desk.privacy.retention import holding
from appliance.desk.privacy.retention.holding import HeldNow
from appliance.errors import InvalidInput, Refused
from appliance.identities import Identity
from appliance.store import contacts, readings
from appliance.store.readings import Thing
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

T = TypeVar("T")
_CHOICES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonShown:
    """`choices` are those who may be the same person, for the words `join`. `hold` is for who
    guards their privacy; None for others. `begins`: where the reader may write to them first.
    """

    person: KnownPerson
    join: str
    choices: Sequence[PersonRow]
    #: None for who does not guard the privacy of this person.
    readers: Sequence[PersonReader] | None = None
    hold: HeldNow | None
    begins: Sequence[BeginWay] = ()

    @property
    def held_until(self) -> str:
        until_ms = self.hold and self.hold.until_ms
        return card_form.day_of(until_ms) if until_ms else ""

    @property
    def stands_since(self) -> str:
        return card_form.day_of(self.person.card.state_since_ms)

    @property
    def was(self) -> str:
        return card_form.drawn(self.person.card, self.person.labels)

    @property
    def were_numbers(self) -> str:
        return card_form.drawn_numbers(self.person.identities)

    @property
    def shown(self) -> Sequence[Shown]:
        me = self.person.id
        threads = [
            Shown(contact_id=me, conversation_id=each.conversation_id)
            for each in self.person.threads
        ]
        return [
            *(threads or [Shown(contact_id=me)]),
            *(Shown(contact_id=c.id, listed=True) for c in self.choices),
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedPerson:
    """Who may be the same person; `back` names the page that shows both."""

    id: str
    back: str


@routes.get("/people/{contact}")
async def person_page(
    visit: Reading,
    contact: str,
    join: Annotated[str, Query(max_length=200)] = "",
    saved: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    return await _page(visit, contact, join=join, saved=bool(saved))


def _card(
    *,
    was: Annotated[str, Form(max_length=100_000)] = "",
    office_name: Annotated[str, Form(max_length=200)] = "",
    personnel_number: Annotated[str, Form(max_length=200)] = "",
    state: Annotated[str, Form(max_length=20)] = "",
    state_since: Annotated[str, Form(max_length=10)] = "",
    notes: Annotated[str, Form(max_length=20_000)] = "",
    label: Annotated[list[str] | None, Form()] = None,
    field_name: Annotated[list[str] | None, Form()] = None,
    field_text: Annotated[list[str] | None, Form()] = None,
) -> CardForm:
    fields = dict(zip(field_name or (), field_text or (), strict=False))
    return CardForm(
        was=was,
        office_name=office_name,
        personnel_number=personnel_number,
        state=state,
        state_since=state_since,
        notes=notes,
        labels=label or (),
        fields={name: text for name, text in fields.items() if name.strip()},
    )


@routes.post("/people/{contact}")
async def change_person(
    visit: Posting, contact: str, form: Annotated[CardForm, Depends(_card)]
) -> Response:
    def change(tx: Tx, sight: Sight, contact_id: str) -> ContactChange:
        return card_form.card_change(tx.conn, sight, contact_id, form)

    return await _change(visit, contact, change)


@routes.post("/people/{contact}/numbers")
async def change_numbers(
    visit: Posting,
    contact: str,
    number: Annotated[list[str] | None, Form()] = None,
    was: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """An emptied field takes its number away."""

    def change(tx: Tx, _: Sight, contact_id: str) -> ContactChange:
        return card_form.numbers_change(tx.conn, contact_id, was, number or ())

    return await _change(visit, contact, change)


@routes.post("/people/{contact}/block")
async def block_person(
    visit: Posting, contact: str, blocked: Annotated[bool, Form()] = False
) -> Response:
    change = ContactChange(given=frozenset({"blocked"}), blocked=blocked)
    return await _change(visit, contact, lambda *_: change)


def _compared(
    other: Annotated[str, Form(max_length=40)] = "",
    back: Annotated[str, Form(max_length=10)] = "",
) -> ComparedPerson:
    return ComparedPerson(id=other, back=back)


Compared = Annotated[ComparedPerson, Depends(_compared)]


@routes.post("/people/{contact}/join")
async def join_person(visit: Posting, contact: str, like: Compared) -> Response:
    return await _judge(visit, contact, like, joining.join)


@routes.post("/people/{contact}/apart")
async def keep_apart(visit: Posting, contact: str, like: Compared) -> Response:
    """Somebody says that these are two people; nobody asks again."""
    return await _judge(visit, contact, like, namesakes.keep_apart)


@routes.post("/people/{contact}/split")
async def split_person(
    visit: Posting, contact: str, number: Annotated[list[str] | None, Form()] = None
) -> Response:
    def work(tx: Tx, _: Sight, contact_id: str) -> None:
        own = contacts.identities_of(tx.conn, contact_id)
        chosen = [each for each in own if each.value in (number or ())]
        splitting.split(tx, contact_id, chosen, Author(staff_id=visit.staff_id))

    return await _write(visit, contact, work)


@routes.post("/people/{contact}/undo")
async def undo_person(
    visit: Posting, contact: str, other: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    def work(tx: Tx, sight: Sight, contact_id: str) -> None:
        me = Author(staff_id=visit.staff_id)
        splitting.undo(tx, contact_id, me, sight=sight, other_id=other or None)

    return await _write(visit, contact, work)


async def _change(
    visit: Visit, contact: str, change: Callable[[Tx, Sight, str], ContactChange]
) -> Response:
    def work(tx: Tx, sight: Sight, contact_id: str) -> None:
        who = Changer(by=Author(staff_id=visit.staff_id), sight=sight)
        changing.change(tx, contact_id, change(tx, sight, contact_id), who)

    return await _write(visit, contact, work)


async def _judge(
    visit: Visit, contact: str, like: ComparedPerson, verdict: Callable[[Tx, str, str, str], None]
) -> Response:
    """Whether both are one person."""

    def work(tx: Tx, sight: Sight, contact_id: str) -> None:
        verdict(tx, contact_id, sight.contact(tx.conn, like.id).id, visit.staff_id)

    return await _write(visit, contact, work, also=like.id, back=like.back)


async def _write(
    visit: Visit,
    contact: str,
    work: Callable[[Tx, Sight, str], None],
    *,
    also: str = "",
    back: str = "",
) -> Response:
    """While nothing is sent to whom it concerns. After it the page is shown anew, or the one that
    it was done from.
    """

    def change(tx: Tx) -> None:
        sight = editing(visit.rights_in(tx))
        work(tx, sight, sight.contact(tx.conn, contact).id)

    def whose(conn: sqlite3.Connection) -> tuple[Identity, ...]:
        sight = editing(visit.session.rights)
        found = splitting.concerned(conn, sight.contact(conn, contact).id)
        other = sight.contact(conn, also).identities if also else ()
        return (*found, *other)

    services = visit.services
    held = await visit.read(whose)
    try:
        await services.at_gate(partial(services.gate.write, services.store, held, change))
    except (InvalidInput, Refused) as exc:
        return await _page(visit, contact, 422, note=note_of(visit.words, exc))
    return go(visit, f"/people/{'unknown' if back == 'unknown' else contact}?saved=1")


async def person_again(visit: Visit, contact: str, *, note: Note) -> Response:
    """The page after a form on it was refused."""
    return await _page(visit, contact, 422, note=note)


async def _page(
    visit: Visit,
    contact: str,
    status: int = 200,
    *,
    join: str = "",
    saved: bool = False,
    note: Note | None = None,
) -> Response:
    def read(conn: sqlite3.Connection) -> PersonShown:
        found = person(conn, reading(visit), editing(visit.session.rights), contact)
        hold = holding.seen_by(conn, visit.session.rights, found.id)
        return PersonShown(
            person=found,
            join=join,
            choices=_choices(conn, visit, found, join),
            readers=_readers(conn, visit, found.id),
            hold=hold,
            begins=beginnable.ways(conn, writing(visit.session.rights), found.id),
        )

    cursor = visit.cursor
    shown = await visit.show(read, lambda found: found.shown, thing=Thing.PERSON)
    about = {"shown": shown, "person": shown.person, "saved": saved, "note": note}
    return visit.page("person.html", status, cursor=cursor, **about)


def _readers(
    conn: sqlite3.Connection, visit: Visit, contact_id: str
) -> Sequence[PersonReader] | None:
    rights = visit.session.rights
    if not readings.is_on(conn) or not rights.has(Permission.PRIVACY_MANAGE):
        return None
    sight = officer_sight(rights)
    if not sight.sees_contact(conn, contact_id):
        return None
    return readers_of(conn, sight, contact_id, _CHOICES)


def _choices(
    conn: sqlite3.Connection, visit: Visit, found: KnownPerson, join: str
) -> Sequence[PersonRow]:
    if not join.strip() or not found.may_edit:
        return ()
    sight = editing(visit.session.rights)
    try:
        rows = table.page(conn, sight, TableAsked(q=join, limit=_CHOICES)).rows
    except InvalidInput:  # a filter that is not written to its end
        return ()
    return [each for each in rows if each.id != found.id]
