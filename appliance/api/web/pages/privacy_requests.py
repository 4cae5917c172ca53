"""`/privacy/requests`: taking what somebody asks about their data, and answering it by steps."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.privacy import officer_sight
from appliance.api.web.pages.privacy_people import Language, Without, file_of, saved_file
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, branches_with
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import people
from appliance.desk.contacts.people import ContactEntry, PeopleAsked
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.dossier.overview import DossierShown
from appliance.desk.privacy.requests import due, requests, steps
from appliance.desk.privacy.requests.requests import (
    AnsweredHow,
    AskedHow,
    CheckedHow,
    NewRequest,
    PrivacyRequest,
    RequestKind,
)
from appliance.desk.privacy.requests.steps import StepEntry
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store.branch_settings import BranchSettings
from appliance.store.branches import Branch
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_CHOICES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What stands in the form of a new request. `contact` is empty for nobody who is known."""

    contact: str = ""
    kind: str = RequestKind.ACCESS.value
    asked_by: str = ""
    asked_how: str = AskedHow.MESSAGE.value
    asked_on: str = ""
    branch: str = ""
    wish: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakingShown:
    """`choices` are those whom the words `q` fit; `company`: the officer guards all branches."""

    typed: Taking
    q: str
    person: ContactEntry | None
    choices: Sequence[ContactEntry]
    branches: Sequence[Branch]
    company: bool

    @property
    def shown(self) -> Sequence[Shown]:
        told = [*self.choices, *([self.person] if self.person else ())]
        return [Shown(contact_id=each) for each in dict.fromkeys(each.id for each in told)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestShown:
    request: PrivacyRequest
    steps: Sequence[StepEntry]


def _typed(
    contact: Annotated[str, Form(max_length=40)] = "",
    kind: Annotated[str, Form(max_length=20)] = "",
    asked_by: Annotated[str, Form(max_length=1_000)] = "",
    asked_how: Annotated[str, Form(max_length=20)] = "",
    asked_on: Annotated[str, Form(max_length=20)] = "",
    branch: Annotated[str, Form(max_length=40)] = "",
    wish: Annotated[str, Form(max_length=10_000)] = "",
) -> Taking:
    return Taking(
        contact=contact,
        kind=kind,
        asked_by=asked_by,
        asked_how=asked_how,
        asked_on=asked_on,
        branch=branch,
        wish=wish,
    )


@routes.get("/privacy/requests/new")
async def new_request_page(
    visit: Reading,
    contact: Annotated[str, Query(max_length=40)] = "",
    q: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(max_length=20)] = RequestKind.ACCESS.value,
) -> Response:
    officer_sight(visit.session.rights)
    today = due.today(visit.now_ms, BranchSettings().zone).isoformat()
    typed = Taking(contact=contact, kind=kind, asked_on=today)
    return await _new_page(visit, typed, q=q.strip())


@routes.post("/privacy/requests/new")
async def take_request(visit: Posting, typed: Annotated[Taking, Depends(_typed)]) -> Response:
    def work(tx: Tx, sight: Sight) -> str:
        return requests.take(tx, sight, _new(tx.conn, sight, typed), _by(visit))

    try:
        taken = await visit.write(lambda tx, rights: work(tx, officer_sight(rights)))
    except (InvalidInput, Refused) as exc:
        return await _new_page(visit, typed, 422, note=note_of(visit.words, exc))
    return go(visit, f"/privacy/requests/{taken}")


@routes.get("/privacy/requests/{request_id}")
async def request_page(visit: Reading, request_id: str) -> Response:
    return await _request_page(visit, request_id)


@routes.post("/privacy/requests/{request_id}/checked")
async def check_request(
    visit: Posting, request_id: str, how: Annotated[CheckedHow, Form()]
) -> Response:
    return await _do(visit, request_id, lambda tx, one: requests.check(tx, one, how, _by(visit)))


@routes.post("/privacy/requests/{request_id}/longer")
async def take_longer(
    visit: Posting, request_id: str, why: Annotated[str, Form(max_length=10_000)] = ""
) -> Response:
    return await _do(
        visit, request_id, lambda tx, one: requests.take_longer(tx, one, why, _by(visit))
    )


@routes.post("/privacy/requests/{request_id}/done")
async def close_request(
    visit: Posting,
    request_id: str,
    outcome: Annotated[AnsweredHow, Form()],
    why: Annotated[str, Form(max_length=10_000)] = "",
) -> Response:
    return await _do(
        visit, request_id, lambda tx, one: requests.close(tx, one, outcome, why, _by(visit))
    )


@routes.post("/privacy/requests/{request_id}/reopen")
async def reopen_request(visit: Posting, request_id: str) -> Response:
    return await _do(visit, request_id, lambda tx, one: requests.reopen(tx, one, _by(visit)))


@routes.post("/privacy/requests/{request_id}/preview")
async def preview_file(
    visit: Posting, request_id: str, without: Without = None, language: Language = ""
) -> Response:
    """The same page, with what is of others as the file would have it."""
    return await _request_page(
        visit, request_id, without=without or [], preview=True, language=language
    )


@routes.post("/privacy/requests/{request_id}/file")
async def save_file(
    visit: Posting, request_id: str, without: Without = None, language: Language = ""
) -> Response:
    sight = officer_sight(visit.session.rights)
    found = await visit.read(lambda conn: requests.one(conn, sight, request_id, visit.now_ms))
    try:
        return await saved_file(visit, found.contact_id or "", without or [], found, language)
    except Refused as exc:
        return await _request_page(visit, request_id, 409, note=note_of(visit.words, exc))


def _by(visit: Visit) -> Author:
    return Author(staff_id=visit.staff_id)


def _new(conn: sqlite3.Connection, sight: Sight, typed: Taking) -> NewRequest:
    """Raises InvalidInput."""
    try:
        kind, how = RequestKind(typed.kind), AskedHow(typed.asked_how)
        asked_on = date.fromisoformat(typed.asked_on)
    except ValueError as exc:
        raise InvalidInput("asked_on", "Choose the day on which they asked.") from exc
    return NewRequest(
        kind=kind,
        contact_id=sight.contact(conn, typed.contact).id if typed.contact else None,
        branch_id=sight.branch_id(conn, typed.branch) if typed.branch else None,
        asked_by=typed.asked_by,
        asked_how=how,
        asked_on=asked_on,
        wish=typed.wish,
    )


async def _do(
    visit: Visit, request_id: str, work: Callable[[Tx, PrivacyRequest], None]
) -> Response:
    def write(tx: Tx, sight: Sight) -> None:
        work(tx, requests.one(tx.conn, sight, request_id, tx.now_ms))

    try:
        await visit.write(lambda tx, rights: write(tx, officer_sight(rights)))
    except (InvalidInput, Refused) as exc:
        status = 422 if isinstance(exc, InvalidInput) else 409
        return await _request_page(visit, request_id, status, note=note_of(visit.words, exc))
    return go(visit, f"/privacy/requests/{request_id}")


async def _new_page(
    visit: Visit, typed: Taking, status: int = 200, *, q: str = "", note: Note | None = None
) -> Response:
    rights = visit.session.rights
    sight = officer_sight(rights)

    def read(conn: sqlite3.Connection) -> TakingShown:
        found = sight.contact(conn, typed.contact).id if typed.contact else None
        asked = PeopleAsked(page=Page(limit=_CHOICES), q=q)
        return TakingShown(
            typed=typed,
            q=q,
            person=people.entries(conn, sight, [found])[0] if found else None,
            choices=people.contacts(conn, sight, asked) if q else (),
            branches=branches_with(conn, rights, Permission.PRIVACY_MANAGE),
            company=sight.branches is None,
        )

    shown = await visit.show(read, lambda found: found.shown)
    return visit.page("privacy_request_new.html", status, shown=shown, note=note)


async def _request_page(
    visit: Visit,
    request_id: str,
    status: int = 200,
    *,
    note: Note | None = None,
    without: Sequence[str] = (),
    preview: bool = False,
    language: str = "",
) -> Response:
    sight = officer_sight(visit.session.rights)

    def read(conn: sqlite3.Connection) -> RequestShown:
        found = requests.one(conn, sight, request_id, visit.now_ms)
        return RequestShown(request=found, steps=steps.of_request(conn, found.id))

    shown = await visit.read(read)
    file = await _file_of(visit, shown.request, without)
    return visit.page(
        "privacy_request.html",
        status,
        shown=shown,
        file=file,
        note=note,
        zone=shown.request.zone,
        preview=preview,
        language=language,
    )


async def _file_of(
    visit: Visit, request: PrivacyRequest, without: Sequence[str]
) -> DossierShown | None:
    """None of who is not known here, or not any more."""
    if request.contact_id is None:
        return None
    try:
        return await file_of(visit, request.contact_id, without)
    except NotFound:
        return None
