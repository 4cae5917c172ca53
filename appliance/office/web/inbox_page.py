"""The inbox of head office: the page, and its list by itself."""

import dataclasses
import sqlite3
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.views import Choices, InboxView, Wanted
from appliance.api.web.visit import Reading, Visit, go, in_header
from appliance.desk.access.rights import Permission
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import InboxLine
from appliance.office.web import line_choice
from appliance.office.web.listing import shown_desk

routes = APIRouter(route_class=PageRoute)


@routes.get("/")
async def first_page(visit: Reading) -> Response:
    """Who waits; for who reads nothing, what they look after."""
    if visit.session.rights.has(Permission.INBOX_READ):
        return await _page(visit, Wanted(view=InboxView.WAITING))
    manages = visit.session.rights.may(Permission.DEVICE_MANAGE, None)
    return go(visit, "/boxes" if manages else "/me")


@routes.get("/inbox/{view}")  # noqa: FAST003 -- the choices take it
async def inbox_page(visit: Reading, choices: Choices) -> Response:
    if not visit.session.rights.has(Permission.INBOX_READ):
        return go(visit, "/")
    return await _page(visit, choices)


async def _page(visit: Visit, choices: Wanted) -> Response:
    if visit.partial:
        return visit.page("_no_thread_panes.html")
    cursor = visit.cursor
    desk = await shown_desk(visit, choices)
    return visit.page("inbox.html", desk=desk, thread=None, card=None, cursor=cursor)


@routes.get("/lines")
async def lines_part(
    visit: Reading, choices: Choices, q: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """Numbers that fit what was typed; as a page of its own the inbox of the first of them."""

    def read(conn: sqlite3.Connection) -> Sequence[InboxLine]:
        return overview.lines(conn, visit.session.rights, visit.staff_id)

    lines = await visit.services.store.aread(read)
    found = line_choice.fitting(lines, q)[: line_choice.MOST_FOUND] if q.strip() else ()
    if not visit.partial:
        wanted = dataclasses.replace(choices, open="")
        return go(visit, (wanted.instead(line=found[0].id) if found else wanted).address())
    return visit.page(
        "_lines_found.html", lines=found, wanted=choices, label=line_choice.label, q=q.strip()
    )


@routes.get("/list")
async def list_part(visit: Reading, choices: Choices, chosen: str = "") -> Response:
    """`chosen`: somebody clicked, so the browser's address is changed, too."""
    desk = await shown_desk(visit, choices)
    answer = visit.page("_list_parts.html", desk=desk)
    if chosen:
        shown = desk.wanted
        beside = f"/c/{shown.open}{shown.query()}"
        answer.headers["HX-Replace-Url"] = in_header(beside if shown.open else shown.address())
    return answer
