"""`/settings/calendars`: secret addresses at which a calendar program reads rounds and duties."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.login_address import origin_of
from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights, lines_with
from appliance.desk.feeds import feeds
from appliance.desk.feeds.feeds import Feed
from appliance.store import branches
from appliance.store.branch_settings import BranchSettings
from appliance.store.branches import Branch
from appliance.store.lines import Line
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/calendars"
OWN = "me"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCalendar:
    line: Line
    branch: Branch
    feed: Feed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarsShown:
    """`lines` are those whose calendar this person may give out."""

    own: Feed | None
    lines: Sequence[LineCalendar]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAddress:
    """`whose` is `me` or the id of a line. It is shown this once."""

    whose: str
    link: str


@routes.get(PAGE)
async def calendars_page(visit: Reading, saved: str = "") -> Response:
    return await _page(visit, saved=saved)


@routes.post(f"{PAGE}/{{whose}}")
async def make(
    visit: Posting, whose: str, names: Annotated[str, Form(max_length=5)] = ""
) -> Response:
    """A new address; the one before ends."""
    staff_id, with_names = visit.staff_id, bool(names)

    def work(tx: Tx, rights: Rights) -> str:
        if whose == OWN:
            return feeds.make_own(tx, staff_id, with_names=with_names)
        line = feeds.managed_line(tx.conn, rights, whose)
        return feeds.make_of_line(tx, line, by_staff_id=staff_id, with_names=with_names)

    token = await visit.write(work)
    link = f"{origin_of(visit.request)}/calendar/{token}.ics"
    return await _page(visit, new=NewAddress(whose=whose, link=link))


@routes.post(f"{PAGE}/{{whose}}/end")
async def end(visit: Posting, whose: str) -> Response:
    staff_id = visit.staff_id

    def work(tx: Tx, rights: Rights) -> None:
        if whose == OWN:
            feeds.end_own(tx, staff_id)
        else:
            line = feeds.managed_line(tx.conn, rights, whose)
            feeds.end_of_line(tx, line, by_staff_id=staff_id)

    await visit.write(work)
    return go(visit, f"{PAGE}?saved=1")


async def _page(visit: Visit, *, saved: str = "", new: NewAddress | None = None) -> Response:
    return visit.page(
        "calendars.html",
        at=await visit.read(lambda conn: _shown(conn, visit)),
        zone=BranchSettings().zone,
        saved=saved,
        new=new,
    )


def _shown(conn: sqlite3.Connection, visit: Visit) -> CalendarsShown:
    rights = visit.session.rights
    return CalendarsShown(
        own=feeds.of_staff(conn, visit.staff_id),
        lines=[
            LineCalendar(
                line=each,
                branch=branches.branch(conn, each.branch_id),
                feed=feeds.of_line(conn, each.id, visit.now_ms),
            )
            for each in lines_with(conn, rights, Permission.STAFF_MANAGE)
        ],
    )
