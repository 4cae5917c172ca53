"""The erasure of a person by an officer: what would go, the typed word, and how far it is."""

import sqlite3
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.privacy import must_be_officer
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.erasing import asking
from appliance.desk.privacy.erasing.asking import ErasureWish
from appliance.desk.privacy.erasing.preview import ErasurePreview
from appliance.errors import InvalidInput, Refused
from appliance.store import branches
from appliance.store.contacts import Contact
from appliance.store.erasures import Erasure
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureForm:
    """`preview` None: this officer cannot erase them, and `note` says why."""

    contact: Contact
    preview: ErasurePreview | None
    zone: str
    note: Note | None
    reason: str


@routes.get("/privacy/people/{contact}/erase")
async def erase_page(visit: Reading, contact: str) -> Response:
    must_be_officer(visit)
    return await _form(visit, contact, None, "")


@routes.post("/privacy/people/{contact}/erase")
async def erase_person(
    visit: Posting,
    contact: str,
    reason: Annotated[str, Form(max_length=2_000)] = "",
    typed: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    must_be_officer(visit)
    sight = _sight(visit.session.rights)
    counts = await visit.read(lambda conn: asking.counted(conn, sight, contact))

    def ask(tx: Tx, rights: Rights) -> Erasure:
        wish = ErasureWish(reason=reason, typed=typed.strip())
        by = Author(staff_id=visit.staff_id)
        return asking.ask(tx, _sight(rights), contact, wish, by, counts=counts)

    try:
        asked = await visit.write(ask)
    except (InvalidInput, Refused) as exc:
        return await _form(visit, contact, exc, reason)
    return go(visit, f"/privacy/erasures/{asked.id}")


@routes.get("/privacy/erasures/{erasure_id}")
async def erasure_page(visit: Reading, erasure_id: str) -> Response:
    must_be_officer(visit)
    sight = _sight(visit.session.rights)

    def read(conn: sqlite3.Connection) -> tuple[Erasure, bool, str]:
        found = asking.seen(conn, sight, erasure_id)
        return found, asking.waits_for_hold(conn, found), _zone(conn)

    erasure, is_held, zone = await visit.read(read)
    template = "_privacy_erasure.html" if visit.partial else "privacy_erasure.html"
    return visit.page(template, erasure=erasure, is_held=is_held, zone=zone)


async def _form(
    visit: Visit, contact: str, wrong: InvalidInput | Refused | None, reason: str
) -> Response:
    sight, data = _sight(visit.session.rights), visit.services.data_dir

    def read(conn: sqlite3.Connection) -> ErasureForm:
        found, said = sight.contact(conn, contact), wrong
        try:
            seen: ErasurePreview | None = asking.preview(conn, sight, contact, data)
        except Refused as exc:
            seen, said = None, exc
        return ErasureForm(
            contact=found,
            preview=seen,
            zone=_zone(conn),
            note=note_of(visit.words, said) if said else None,
            reason=reason,
        )

    shown = await visit.show(read, lambda form: [Shown(contact_id=form.contact.id)])
    status = 422 if isinstance(wrong, InvalidInput) else 409 if wrong else 200
    return visit.page("privacy_erase.html", status, form=shown)


def _zone(conn: sqlite3.Connection) -> str:
    return branches.branches(conn)[0].settings.zone


def _sight(rights: Rights) -> Sight:
    return sight_in(rights, Permission.PRIVACY_MANAGE)
