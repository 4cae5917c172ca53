"""`/settings/views`: the lists of conversations that somebody keeps, their own or shared."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import saved_views
from appliance.desk.team.saved_views import SavedView, ViewChange
from appliance.errors import InvalidInput, NotFound
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/views"
_ALL = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedView:
    view: SavedView
    may_change: bool


@routes.get(PAGE)
async def views_page(visit: Reading, saved: str = "") -> Response:
    return await _page(visit, saved=saved)


@routes.post(f"{PAGE}/{{view_id}}")
async def change(
    visit: Posting,
    view_id: str,
    name: Annotated[str, Form(max_length=200)] = "",
    shared: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        view = saved_views.changeable(tx.conn, sight_of(rights), me(visit), view_id)
        if shared and not view.shared and not sight_of(rights).sees_branch(view.branch_id):
            sentence = "This view is of all branches: only who sees all of them shares it."
            raise InvalidInput("shared", sentence)
        wanted = ViewChange(name=name, shared=bool(shared))
        saved_views.change(tx, view, wanted, by=me(visit))

    try:
        await visit.write(work)
    except InvalidInput as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}?saved=1")


@routes.post(f"{PAGE}/{{view_id}}/remove")
async def remove(visit: Posting, view_id: str) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        view = saved_views.changeable(tx.conn, sight_of(rights), me(visit), view_id)
        saved_views.remove(tx, view, by=me(visit))

    await visit.write(work)
    return go(visit, f"{PAGE}?saved=1")


def me(visit: Visit) -> Author:
    return Author(staff_id=visit.staff_id)


def sight_of(rights: Rights) -> Sight:
    return sight_in(rights, Permission.INBOX_READ)


async def _page(
    visit: Visit, status: int = 200, *, saved: str = "", note: Note | None = None
) -> Response:
    rights, own = visit.session.rights, me(visit)
    if not rights.has(Permission.INBOX_READ):
        raise NotFound("page")

    def read(conn: sqlite3.Connection) -> Sequence[OfferedView]:
        found = saved_views.listed(conn, sight_of(rights), own, Page(limit=_ALL))
        return [
            OfferedView(
                view=each, may_change=saved_views.may_change(conn, sight_of(rights), own, each)
            )
            for each in found
        ]

    offered = await visit.read(read)
    return visit.page("saved_views.html", status, offered=offered, saved=saved, note=note)
