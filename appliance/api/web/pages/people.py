"""The table of people, with its search, order and page in the address; and entering somebody."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights, branches_with
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.contacts import changing, table
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.contacts.table import PeoplePage, PeopleSort, TableAsked
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import labels
from appliance.desk.team.labels import Label
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import meant
from appliance.store import branches, import_folders
from appliance.store.branch_settings import BranchSettings
from appliance.store.branches import Branch
from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_ALL = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableShown:
    """`files_waiting`: files of people that the reader has to look at. `wrong` says what is not
    right about `asked.q`.
    """

    asked: TableAsked
    people: PeoplePage
    labels: Sequence[Label]
    branches: Sequence[Branch]
    files_waiting: int = 0
    wrong: bool = False

    @property
    def shown(self) -> Sequence[Shown]:
        return [
            Shown(contact_id=each.id, conversation_id=each.conversation_id, listed=True)
            for each in self.people.rows
        ]

    @property
    def zone(self) -> str:
        return (self.branches[0].settings if self.branches else BranchSettings()).zone

    def address(self, path: str = "/people", **other: str) -> str:
        """Of this table with something else asked; what is as usual is left out."""
        asked = {
            "q": self.asked.q,
            "label": self.asked.label,
            "sort": self.asked.sort.value,
            **other,
        }
        usual = {"sort": PeopleSort.NAME.value}
        said = {name: value for name, value in asked.items() if value != usual.get(name, "")}
        return f"{path}?{urlencode(said)}" if said else path


@dataclass(frozen=True, slots=True, kw_only=True)
class Entering:
    """What stands in the form of a new person."""

    office_name: str = ""
    number: str = ""
    personnel_number: str = ""
    branch: str = ""


def asked_of(
    q: Annotated[str, Query(max_length=500)] = "",
    label: Annotated[str, Query(max_length=40)] = "",
    sort: Annotated[PeopleSort, Query()] = PeopleSort.NAME,
    after: Annotated[str, Query(max_length=40)] = "",
) -> TableAsked:
    return TableAsked(q=q.strip(), label=label, sort=sort, after=after)


def reading(visit: Visit) -> Sight:
    """Whom somebody may see. Raises NotFound for who sees nobody."""
    rights = visit.session.rights
    if not rights.has(Permission.INBOX_READ):
        raise NotFound("page")
    return sight_in(rights, Permission.INBOX_READ)


def editing(rights: Rights) -> Sight:
    """Whose card somebody may change."""
    return Sight(rights.branches(Permission.CONTACT_EDIT))


def writing(rights: Rights) -> Sight:
    """Where somebody may write to people."""
    return sight_in(rights, Permission.INBOX_WRITE)


async def own_branches(visit: Visit) -> Sequence[Branch]:
    """Where somebody may enter people. Raises NotFound for who may nowhere."""
    rights = visit.session.rights
    own = await visit.read(lambda conn: branches_with(conn, rights, Permission.CONTACT_EDIT))
    if not own:
        raise NotFound("page")
    return own


@routes.get("/people")
async def people_page(
    visit: Reading,
    q: Annotated[str, Query(max_length=500)] = "",
    label: Annotated[str, Query(max_length=40)] = "",
    sort: Annotated[PeopleSort, Query()] = PeopleSort.NAME,
    after: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    asked = asked_of(q, label, sort, after)
    cursor = visit.cursor
    shown = await visit.show(lambda conn: _table(conn, visit, asked), lambda found: found.shown)
    if asked.q and not asked.after:
        visit.accesses.tell(ReadingKind.SEARCH, Thing.SEARCH, words=asked.q)
    return visit.page("people.html", shown=shown, cursor=cursor)


@routes.get("/people/new")
async def new_person_page(
    visit: Reading,
    name: Annotated[str, Query(max_length=200)] = "",
    number: Annotated[str, Query(max_length=80)] = "",
) -> Response:
    return await _new_page(visit, Entering(office_name=name, number=number))


@routes.post("/people/new")
async def enter_person(
    visit: Posting,
    office_name: Annotated[str, Form(max_length=200)] = "",
    number: Annotated[str, Form(max_length=80)] = "",
    personnel_number: Annotated[str, Form(max_length=200)] = "",
    branch: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    typed = Entering(
        office_name=office_name, number=number, personnel_number=personnel_number, branch=branch
    )

    def work(tx: Tx, rights: Rights) -> str:
        branch_id = branches.branch(tx.conn, branch).id
        rights.require(Permission.CONTACT_EDIT, branch_id, "branch")
        change = ContactChange(
            given=frozenset({"office_name", "numbers", "personnel_number"}),
            office_name=office_name,
            personnel_number=personnel_number,
            numbers=[meant(number, field="number")],
        )
        who = Changer(by=Author(staff_id=visit.staff_id), sight=editing(rights))
        return changing.enter(tx, change, who, branch_id=branch_id)

    try:
        entered = await visit.write(work)
    except (InvalidInput, Refused) as exc:
        return await _new_page(visit, typed, 422, note=note_of(visit.words, exc))
    return go(visit, f"/people/{entered}?saved=1")


def _table(conn: sqlite3.Connection, visit: Visit, asked: TableAsked) -> TableShown:
    sight = reading(visit)
    known = labels.listed(conn, sight, Page(limit=_ALL))
    seen = [each for each in branches.branches(conn) if sight.sees_branch(each.id)]
    rights = visit.session.rights
    files = [
        each
        for each in import_folders.waiting(conn)
        if rights.may(Permission.CONTACT_EDIT, each.folder.branch_id)
    ]
    plain = TableShown(
        asked=asked,
        people=PeoplePage(rows=(), next=None),
        labels=known,
        branches=seen,
        files_waiting=len(files),
    )
    if asked.label and asked.label not in {each.id for each in known}:
        return plain
    try:
        return replace(plain, people=table.page(conn, sight, asked))
    except InvalidInput:  # a filter that is not written to its end
        return replace(plain, wrong=True)


async def _new_page(
    visit: Visit, typed: Entering, status: int = 200, *, note: Note | None = None
) -> Response:
    own = await own_branches(visit)
    return visit.page("person_new.html", status, typed=typed, branches=own, note=note)
