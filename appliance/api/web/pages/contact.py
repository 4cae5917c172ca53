"""The contact's card: what the office may change about a person."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Rights
from appliance.desk.contacts import editing
from appliance.desk.contacts.card import Card, card
from appliance.desk.inbox.thread import Conversation, conversation
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import meant
from appliance.store.contacts import Contact
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

NO = "no"
"""The answer that these are two people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panes:
    """`other` has the `number` that may be this contact's too; the page asks about it."""

    about: Conversation
    card: Card
    number: str
    other: Contact | None

    @property
    def shown(self) -> Sequence[Shown]:
        other = [Shown(contact_id=self.other.id, listed=True)] if self.other else []
        return [Shown(contact_id=self.about.contact_id, conversation_id=self.about.id), *other]


@routes.get("/c/{conversation_id}/contact")
async def contact_part(
    visit: Reading,
    conversation_id: str,
    kept: Annotated[Literal["", "asked", "all"], Query()] = "",
) -> Response:
    """`kept`: what the browser does not want drawn anew, because somebody is using it."""
    return await _show(visit, conversation_id, kept=kept)


@routes.post("/c/{conversation_id}/contact")
async def rename(
    visit: Posting,
    conversation_id: str,
    office_name: Annotated[str, Form(max_length=200)] = "",
    personnel_number: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """What is as the form showed it stays as it is now: a colleague may have changed it."""
    sent = await visit.request.form()
    mine = visit.session.rights
    await visit.read(lambda conn: _editable(conn, mine, conversation_id))

    def work(tx: Tx, rights: Rights) -> None:
        now = _editable(tx.conn, rights, conversation_id)
        same_name = office_name == sent.get("was_name")
        same_number = personnel_number == sent.get("was_personnel_number")
        editing.rename(
            tx,
            now.contact_id,
            office_name=now.office_name if same_name else office_name,
            personnel_number=now.personnel_number if same_number else personnel_number,
            staff_id=visit.staff_id,
        )

    try:
        await visit.write(work)
    except InvalidInput as exc:
        return await _show(visit, conversation_id, 422, note=note_of(visit.words, exc))
    return await _show(visit, conversation_id, saved=True)


@routes.post("/c/{conversation_id}/contact/numbers")
async def add_number(
    visit: Posting,
    conversation_id: str,
    number: Annotated[str, Form(max_length=200)] = "",
    join: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """A number of another contact is joined only after the page has named that contact."""
    mine = visit.session.rights
    shown = await visit.read(lambda conn: _editable(conn, mine, conversation_id))
    try:
        said = meant(number, field="number")

        def work(tx: Tx) -> Contact | None:
            rights = visit.rights_in(tx)
            contact_id = _editable(tx.conn, rights, conversation_id).contact_id
            me = visit.staff_id
            if join == NO:
                editing.deny_number(tx, contact_id, said, rights=rights, staff_id=me)
                return None
            return editing.say_number(
                tx, contact_id, said, rights=rights, join_id=join, staff_id=me
            )

        # A STOP of either of the two counts for both from here on.
        services, both = visit.services, (said, *(each.identity for each in shown.numbers))
        other = await services.at_gate(partial(services.gate.write, services.store, both, work))
    except (InvalidInput, Refused) as exc:
        note = note_of(visit.words, exc)
        return await _show(visit, conversation_id, 422, note=note, number=number)
    if other is not None:
        return await _show(visit, conversation_id, other=other, number=said.value)
    return await _show(visit, conversation_id, saved=join != NO)


async def _show(
    visit: Visit,
    conversation_id: str,
    status: int = 200,
    *,
    note: Note | None = None,
    other: Contact | None = None,
    number: str = "",
    saved: bool = False,
    kept: str = "",
) -> Response:
    rights = visit.session.rights
    if not visit.partial:
        about, _ = await visit.read(lambda conn: _card(conn, rights, conversation_id))
        return go(visit, f"/c/{about.id}")

    def read(conn: sqlite3.Connection) -> Panes:
        about, shown = _card(conn, rights, conversation_id)
        asked = (number, other) if other or number else _said(conn, rights, shown)
        return Panes(about=about, card=shown, number=asked[0], other=asked[1])

    panes = await visit.show(read, lambda panes: panes.shown)
    return visit.page(
        "_contact_panes.html",
        status,
        about=panes.about,
        card=panes.card,
        note=note,
        other=panes.other,
        number=panes.number,
        saved=saved,
        kept=kept,
    )


def _card(
    conn: sqlite3.Connection, rights: Rights, conversation_id: str
) -> tuple[Conversation, Card]:
    about = conversation(conn, rights, conversation_id)
    return about, card(conn, rights, about)


def _editable(conn: sqlite3.Connection, rights: Rights, conversation_id: str) -> Card:
    _, shown = _card(conn, rights, conversation_id)
    if not shown.may_edit:
        raise NotFound("contact")
    return shown


def _said(conn: sqlite3.Connection, rights: Rights, shown: Card) -> tuple[str, Contact | None]:
    """A number that a colleague said is theirs and that another contact has; the page asks."""
    if not shown.may_edit:
        return "", None
    found = editing.same_person(conn, shown.contact_id, rights)
    return (found[0].value, found[1]) if found else ("", None)
