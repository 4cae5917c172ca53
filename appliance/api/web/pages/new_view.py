"""`/settings/views/new`: what one looks at is kept as a view, one's own or shared."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.saved_views import PAGE, me, sight_of
from appliance.api.web.pages.views import Choices, InboxView, Wanted
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.inbox import overview
from appliance.desk.inbox.directory import Page
from appliance.desk.inbox.overview import InboxLine
from appliance.desk.team import labels, saved_views, staff
from appliance.desk.team.labels import Label
from appliance.desk.team.saved_list import NOBODY
from appliance.desk.team.staff import Member
from appliance.errors import InvalidInput, NotFound
from appliance.store import branches
from appliance.store.branches import Branch
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_ALL = 1_000
COMPANY = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewForm:
    """What was written in the form, or what it begins with. `shared` empty: with nobody."""

    name: str = ""
    shared: str = ""
    filter: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewChoices:
    """What a view can be made of. `company`: it may be shared with all branches."""

    lines: Sequence[InboxLine]
    labels: Sequence[Label]
    colleagues: Sequence[Member]
    branches: Sequence[Branch]
    company: bool


@routes.get(f"{PAGE}/new")
async def new_view_page(
    visit: Reading, choices: Choices, q: Annotated[str, Query(max_length=500)] = ""
) -> Response:
    begun = {"q": q} if q else _begun(choices, visit.staff_id)
    return await _page(visit, ViewForm(filter=begun))


@routes.post(PAGE)
async def add_view(
    visit: Posting,
    *,
    name: Annotated[str, Form(max_length=200)] = "",
    shared: Annotated[str, Form(max_length=40)] = "",
    q: Annotated[str, Form(max_length=500)] = "",
    line: Annotated[str, Form(max_length=40)] = "",
    label: Annotated[str, Form(max_length=64)] = "",
    assignee: Annotated[str, Form(max_length=80)] = "",
    state: Annotated[Literal["", "open", "done"], Form()] = "",
    waiting: Annotated[Literal["", "true"], Form()] = "",
    sort: Annotated[Literal["recent", "waiting"], Form()] = "recent",
) -> Response:
    said = {"line": line, "label": label, "assignee": assignee, "state": state}
    kept: dict[str, Any] = {key: value for key, value in said.items() if value}
    kept |= {"sort": sort, **({"waiting": True} if waiting else {})}
    form = ViewForm(name=name, shared=shared, filter={"q": q} if q else kept)

    def work(tx: Tx, rights: Rights) -> str:
        if not rights.has(Permission.INBOX_READ):
            raise NotFound("page")
        return saved_views.add(
            tx,
            me(visit),
            name=form.name,
            shared=bool(form.shared),
            filters=form.filter,
            branch_id=_branch(tx.conn, rights, form),
        )

    try:
        view_id = await visit.write(work)
    except InvalidInput as exc:
        return await _page(visit, form, 422, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}?saved=1" if q else f"/inbox/{view_id}")


def _begun(choices: Wanted, staff_id: str) -> Mapping[str, Any]:
    """The choices of a list, in the words of a view."""
    shown: Mapping[InboxView, Mapping[str, Any]] = {
        InboxView.WAITING: {"waiting": True, "sort": "waiting"},
        InboxView.NOBODYS: {"waiting": True, "sort": "waiting", "assignee": NOBODY},
        InboxView.MINE: {"assignee": staff_id, "state": "open"},
    }
    return {**shown.get(choices.view, {}), "line": choices.line}


def _branch(conn: sqlite3.Connection, rights: Rights, form: ViewForm) -> str | None:
    """Whose colleagues may have it. One's own is of the branch whose colleagues it could be shared
    with later. Raises InvalidInput for a branch that is not in sight.
    """
    sight = sight_of(rights)
    if form.shared == COMPANY and sight.branches is None:
        return None
    if form.shared:
        if not sight.sees_branch(form.shared) or not _exists(conn, form.shared):
            raise InvalidInput("shared", "Choose with whom you share the view.")
        return form.shared
    if form.filter.get("line"):
        return sight.line(conn, form.filter["line"]).branch_id
    return next(iter(sight.branches)) if sight.branches and len(sight.branches) == 1 else None


def _exists(conn: sqlite3.Connection, branch_id: str) -> bool:
    return any(each.id == branch_id for each in branches.branches(conn))


async def _page(
    visit: Visit, form: ViewForm, status: int = 200, *, note: Note | None = None
) -> Response:
    rights = visit.session.rights
    if not rights.has(Permission.INBOX_READ):
        raise NotFound("page")
    offered = await visit.read(lambda conn: _offered(conn, rights, visit.staff_id))
    return visit.page("new_view.html", status, form=form, offered=offered, note=note)


def _offered(conn: sqlite3.Connection, rights: Rights, staff_id: str) -> ViewChoices:
    sight = sight_of(rights)
    return ViewChoices(
        lines=overview.lines(conn, rights, staff_id),
        labels=labels.listed(conn, sight, Page(limit=_ALL)),
        colleagues=[each for each in staff.members(conn) if not each.disabled],
        branches=[each for each in branches.branches(conn) if sight.sees_branch(each.id)],
        company=sight.branches is None,
    )
