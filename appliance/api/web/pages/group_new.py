"""A new group: its number, its name, its picture, and the people who agreed to it."""

import asyncio
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.datastructures import FormData, UploadFile

from appliance.api.form_files import kept_files, uploads_of
from appliance.api.uploads import FIELD, ReceivedFile
from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.groups import changing, newcomers, pictures
from appliance.desk.groups.changing import GroupAuthor
from appliance.desk.groups.newcomers import Joiner
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import InboxLine
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import Identity, tel
from appliance.phone_numbers import parse_number
from appliance.store import groups
from appliance.store.media import add_upload
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_LONGEST = 400
_MOST = 1_000
"""WhatsApp takes fewer into a group."""

PersonQuery = Annotated[list[str] | None, Query()]
TextQuery = Annotated[str, Query(max_length=_LONGEST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """What stands in the form. `person` are ids of contacts."""

    line: str = ""
    name: str = ""
    q: str = ""
    person: Sequence[str] = ()

    @classmethod
    def of(cls, form: FormData) -> "NewGroup":
        told = {name: str(form.get(name) or "")[:_LONGEST] for name in ("line", "name", "q")}
        people = [str(each) for each in form.getlist("person")[:_MOST]]
        return cls(**told, person=people)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroupPage:
    lines: Sequence[InboxLine]
    typed: NewGroup
    people: Sequence[Joiner]

    @property
    def shown(self) -> Sequence[Shown]:
        return shown_of(self.people)


def shown_of(people: Sequence[Joiner]) -> Sequence[Shown]:
    return [Shown(contact_id=each.card.id, listed=True) for each in people]


@routes.get("/groups/new")
async def new_group(
    visit: Reading, line: TextQuery = "", q: TextQuery = "", person: PersonQuery = None
) -> Response:
    return await _page(visit, NewGroup(line=line, q=q, person=person or ()))


@routes.get("/groups/people")
async def people(
    visit: Reading, line: TextQuery = "", q: TextQuery = "", person: PersonQuery = None
) -> Response:
    """Whom the search finds, below those who are chosen; for the part of a form."""
    rights = visit.session.rights

    def read(conn: sqlite3.Connection) -> Sequence[Joiner]:
        sight = writing(rights)
        line_id = sight.line(conn, line).id
        return newcomers.people_for(conn, sight, line_id, q=q, chosen=(person or ())[:_MOST])

    try:
        found = await visit.show(read, shown_of)
    except InvalidInput:
        found = ()
    return visit.page("_group_people.html", people=found, asked=bool(q))


@routes.post("/groups")
async def make(visit: Posting, request: Request) -> Response:
    """Nothing of the form is read before it is known who sends it."""
    writing(visit.session.rights)
    async with request.form() as form:
        typed = NewGroup.of(form)
        try:
            received = await _picture(visit, form)
            made = await visit.write(lambda tx, rights: _make(tx, rights, visit, typed, received))
        except Refused as exc:
            return await _page(visit, typed, 409, refused=exc)
        except InvalidInput as exc:
            return await _page(visit, typed, 422, note=note_of(visit.words, exc))
    return go(visit, f"/c/{made}/group")


def writing(rights: Rights) -> Sight:
    """Raises NotFound for who may write nowhere."""
    if not rights.has(Permission.INBOX_WRITE):
        raise NotFound("page")
    return sight_in(rights, Permission.INBOX_WRITE)


def identities_of(
    conn: sqlite3.Connection,
    sight: Sight,
    line_id: str,
    chosen: Sequence[str],
    *,
    or_number: str,
) -> Sequence[Identity]:
    """Of who is chosen; where nobody is, of the number that was typed. Raises InvalidInput."""
    people = newcomers.identities_of(conn, sight, line_id, chosen)
    if not people and not or_number.strip():
        raise InvalidInput("people", "Choose at least one person.")
    return people or [tel(parse_number(or_number, field="number"))]


async def _picture(visit: Visit, form: FormData) -> Sequence[ReceivedFile]:
    """Empty where none was chosen; a browser then sends an empty file. Raises InvalidInput."""
    given = form.get(FIELD)
    if not isinstance(given, UploadFile) or not given.size:
        return ()
    return await asyncio.to_thread(kept_files, form, visit.services.media_files)


def _make(
    tx: Tx, rights: Rights, visit: Visit, typed: NewGroup, received: Sequence[ReceivedFile]
) -> str:
    """The id of its conversation."""
    sight = writing(rights)
    line = sight.line(tx.conn, typed.line)
    picture = None
    for upload in uploads_of(received, staff_id=visit.staff_id, branch_id=line.branch_id):
        medium = add_upload(tx, upload)
        pictures.check_picture(medium)
        picture = medium.id
    people = identities_of(tx.conn, sight, line.id, typed.person, or_number=typed.q)
    author = GroupAuthor(staff_id=visit.staff_id)
    made = changing.create(tx, line.id, typed.name, people, author, picture=picture)
    return groups.conversation_of(tx, made)


async def _page(
    visit: Visit,
    typed: NewGroup,
    status: int = 200,
    *,
    note: Note | None = None,
    refused: Refused | None = None,
) -> Response:
    page = await visit.show(lambda conn: _read(conn, visit, typed), lambda page: page.shown)
    if refused is not None:
        note = of_refusal(visit, refused, page.people)
    return visit.page(
        "group_new.html", status, page=page, note=note, people=page.people, asked=bool(typed.q)
    )


def of_refusal(visit: Visit, refused: Refused, people: Sequence[Joiner]) -> Note:
    """It names those who have not agreed."""
    said = note_of(visit.words, refused)
    names = [each.called for each in people if each.chosen and each.refusal is not None]
    if not names:
        return said
    sentence = visit.words.text("May not be taken into a group: {names}.")
    return replace(said, sentence=sentence.format(names=", ".join(names)))


def _read(conn: sqlite3.Connection, visit: Visit, typed: NewGroup) -> NewGroupPage:
    rights = visit.session.rights
    sight = writing(rights)
    own = [
        each
        for each in overview.lines(conn, rights, visit.staff_id)
        if each.may_write and newcomers.has_groups(conn, each.id)
    ]
    if not own:
        return NewGroupPage(lines=(), typed=typed, people=())
    chosen = next((each for each in own if typed.line in (each.id, each.number)), own[0])
    typed = replace(typed, line=chosen.id)
    try:
        people = newcomers.people_for(
            conn, sight, chosen.id, q=typed.q, chosen=typed.person[:_MOST]
        )
    except InvalidInput:
        people = ()
    return NewGroupPage(lines=own, typed=typed, people=people)
