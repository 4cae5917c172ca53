"""`/overview` of head office: what a lead has to know now, over all boxes with branches they lead;
with `wall=1` for a screen on the wall, on which nobody is named.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.overview import must_lead, nobody, shown
from appliance.api.web.visit import Reading, Visit
from appliance.api.web.words import office_sentences
from appliance.desk.access.rights import Permission
from appliance.desk.reports import now
from appliance.desk.reports.now import LeadNow
from appliance.office.api.asking import of_those_that_can
from appliance.office.api.fetched import is_away
from appliance.office.api.missing import MissingBoxes
from appliance.office.api.seen_boxes import SeenBox
from appliance.office.head.callers import head_of
from appliance.office.web.listing import boxes_in_sight
from appliance.office.web.places import at_box, box_shown
from appliance.slices import Privacy
from appliance.store import branches
from appliance.store.branch_settings import BranchSettings

routes = APIRouter(route_class=PageRoute)


@routes.get("/overview")
async def overview_page(visit: Reading, wall: str = "") -> Response:
    must_lead(visit)
    cursor, now_ms = visit.cursor, visit.now_ms
    boxes = await visit.services.store.aread(lambda conn: _led(conn, visit))
    missing = MissingBoxes(head_of(visit.request))
    told, _ = await of_those_that_can(boxes, lambda box: _at(visit, box, named=not wall), missing)
    part = "_overview_wall.html" if wall else "_office_overview.html"
    context: dict[str, Any] = {
        "found": now.together([each.found for each in told]),
        "cut": [box_shown(each, now_ms) for each in boxes if is_away(each, now_ms)],
        "lost": [each.name for each in boxes if each.id in missing.ids],
        "zone": BranchSettings().zone,
    }
    if visit.partial:
        return visit.page(part, **context)
    return visit.page("overview.html", cursor=cursor, wall=bool(wall), part=part, **context)


def _led(conn: sqlite3.Connection, visit: Visit) -> Sequence[SeenBox]:
    rights = visit.session.rights
    led = [e.id for e in branches.branches(conn) if rights.may(Permission.REPORT_READ, e.id)]
    return list(boxes_in_sight(conn, led).values())


async def _at(visit: Visit, box: SeenBox, *, named: bool) -> LeadNow:
    """What its SIMs may still begin, the box alone knows."""
    there = await at_box(visit, box.id)
    rights = there.session.rights
    found = await there.show(
        lambda conn: now.lead_now(conn, rights, None, now_ms=visit.now_ms),
        shown if named else nobody,
    )
    return found if box.privacy is Privacy.ALL else _nameless(visit, found)


def _nameless(visit: Visit, found: LeadNow) -> LeadNow:
    """As its box lets the office have it."""
    name = office_sentences.somebody(visit.words, is_group=False)
    return replace(
        found,
        longest=[replace(each, title=name) for each in found.longest],
        failed=[replace(each, title=name) for each in found.failed],
    )
