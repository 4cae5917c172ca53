"""The contact's card: what the office may change about a person."""

import asyncio
import sqlite3
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from appliance.api.web.refusal import Note, note_of
from appliance.api.web.route import PageRoute
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk import contacts
from appliance.desk.access import Permission
from appliance.desk.card import Card, card
from appliance.desk.sight import Sight
from appliance.desk.thread import Conversation, conversation
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.phone_numbers import parse_number
from appliance.store.contacts import Contact, by_number

routes = APIRouter(route_class=PageRoute)

MAX_PERSONNEL_NUMBER = 40


@routes.get("/c/{conversation_id}/contact")
async def contact_part(
    visit: Reading,
    conversation_id: str,
    kept: Annotated[Literal["", "asked", "all"], Query()] = "",
) -> Response:
    """`kept`: what the browser does not want drawn anew, because somebody is at it."""
    return await _show(visit, conversation_id, kept=kept)


@routes.post("/c/{conversation_id}/contact")
async def rename(
    visit: Posting,
    conversation_id: str,
    office_name: Annotated[str, Form(max_length=200)] = "",
    personnel_number: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    _, shown = await visit.read(lambda conn: _editable(conn, visit, conversation_id))
    if len(personnel_number) > MAX_PERSONNEL_NUMBER:
        exc = InvalidInput("personnel_number", "A personnel number has at most 40 characters.")
        return await _show(visit, conversation_id, 422, note=note_of(visit.words, exc))
    await visit.write(
        lambda tx: contacts.rename(
            tx,
            shown.contact_id,
            office_name=office_name,
            personnel_number=personnel_number,
            staff_id=visit.staff_id,
        )
    )
    return await _show(visit, conversation_id, saved=True)


@routes.post("/c/{conversation_id}/contact/numbers")
async def add_number(
    visit: Posting,
    conversation_id: str,
    number: Annotated[str, Form(max_length=200)] = "",
    join: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """A number that another contact has is joined only after that contact was named."""
    about, shown = await visit.read(lambda conn: _editable(conn, visit, conversation_id))
    try:
        e164 = parse_number(number, field="number")
        other = await visit.read(lambda conn: _owner(conn, visit, about, e164, shown.contact_id))
        if other is not None and other.id != join:
            return await _show(visit, conversation_id, other=other, number=e164)
        # In a thread and under the gate: a STOP of either of the two counts for both from here on.
        await asyncio.to_thread(
            visit.services.gate.write,
            visit.services.store,
            (e164, *(each.number for each in shown.numbers)),
            lambda tx: contacts.add_number(tx, shown.contact_id, e164, visit.staff_id),
        )
    except (InvalidInput, Refused) as exc:
        note = note_of(visit.words, exc)
        return await _show(visit, conversation_id, 422, note=note, number=number)
    return await _show(visit, conversation_id, saved=True)


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
    about, shown = await visit.read(lambda conn: _card(conn, visit, conversation_id))
    if not visit.partial:
        return go(visit, f"/c/{about.id}")
    return visit.page(
        "_contact_panes.html",
        status,
        about=about,
        card=shown,
        note=note,
        other=other,
        number=number,
        saved=saved,
        kept=kept,
    )


def _card(
    conn: sqlite3.Connection, visit: Visit, conversation_id: str
) -> tuple[Conversation, Card]:
    about = conversation(conn, visit.session.rights, conversation_id)
    return about, card(conn, visit.session.rights, about)


def _editable(
    conn: sqlite3.Connection, visit: Visit, conversation_id: str
) -> tuple[Conversation, Card]:
    about, shown = _card(conn, visit, conversation_id)
    if not shown.may_edit:
        raise NotFound("contact")
    return about, shown


def _owner(
    conn: sqlite3.Connection, visit: Visit, about: Conversation, number: str, contact_id: str
) -> Contact | None:
    """Who has this number already. Somebody out of sight is not named and not joined."""
    other = by_number(conn, number)
    if other is None:
        return None
    if other.id == contact_id:
        raise Refused("same-contact", "This number belongs to this contact already.")
    sight = Sight(visit.session.rights.branches(Permission.CONTACT_EDIT))
    if not sight.sees_contact(conn, other.id):
        raise Refused(
            "number-elsewhere",
            f"This number cannot be added at {about.branch}.",
            remedy="Ask an administrator.",
        )
    return other
