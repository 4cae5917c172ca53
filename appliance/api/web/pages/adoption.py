"""The chats that a phone had before Balie came: how far they are taken over, and whose are not."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting, Reading, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Rights
from appliance.desk.lines import adopting
from appliance.desk.lines.adopting import AdoptionView
from appliance.errors import NotFound
from appliance.store import branches, contacts
from appliance.store.branches import Branch
from appliance.store.lines import Line
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_STEPS = {
    "begin": adopting.begin,
    "pause": adopting.pause,
    "stop": adopting.stop,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionPage:
    """`known` are the contacts among those whom it names."""

    device_id: str
    line: Line
    branch: Branch
    view: AdoptionView
    known: tuple[str, ...]


@routes.get("/devices/{device_id}/chats")
async def adoption_page(visit: Reading, device_id: str) -> Response:
    cursor, rights = visit.cursor, visit.session.rights
    page = await visit.show(lambda conn: _page(conn, rights, device_id), _shown)
    template = "_adoption.html" if visit.partial else "adoption.html"
    return visit.page(template, at=page, view=page.view, cursor=cursor)


@routes.post("/devices/{device_id}/chats")
async def step(visit: Posting, device_id: str, do: Annotated[str, Form()] = "") -> Response:
    """`do` is `begin`, which goes on with what is held up, `pause` or `stop`."""
    if do not in _STEPS:
        raise NotFound("choice")

    def work(tx: Tx, rights: Rights) -> None:
        adopting.looked_at(tx.conn, rights, device_id)
        _STEPS[do](tx, device_id, staff_id=visit.staff_id)

    await visit.write(work)
    return go(visit, f"/devices/{device_id}/chats")


def _page(conn: sqlite3.Connection, rights: Rights, device_id: str) -> AdoptionPage:
    line = adopting.looked_at(conn, rights, device_id)
    view = adopting.view_of(conn, line.id, device_id)
    named = [each.identity for each in (*view.closed, *view.unclear, *view.stopped)]
    found = [contacts.by_identity(conn, each) for each in named if each]
    return AdoptionPage(
        device_id=device_id,
        line=line,
        branch=branches.branch(conn, line.branch_id),
        view=view,
        known=tuple(each.id for each in found if each),
    )


def _shown(page: AdoptionPage) -> Iterable[Shown]:
    return (Shown(contact_id=each, listed=True) for each in page.known)
