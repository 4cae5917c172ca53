"""The history of a number: who changed its settings, stopped it and let it send again."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading
from appliance.desk.access.rights import Permission, line_with
from appliance.desk.team import house_history
from appliance.desk.team.house_history import HouseEntry
from appliance.store import branches
from appliance.store.branches import Branch
from appliance.store.lines import Line

routes = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinePast:
    line: Line
    branch: Branch
    past: Sequence[HouseEntry]


@routes.get("/lines/{line_id}/history")
async def line_history(visit: Reading, line_id: str) -> Response:
    """For whoever may change the number."""
    rights = visit.session.rights

    def read(conn: sqlite3.Connection) -> LinePast:
        line = line_with(conn, rights, Permission.DEVICE_MANAGE, line_id)
        return LinePast(
            line=line,
            branch=branches.branch(conn, line.branch_id),
            past=house_history.of_line(conn, line.id),
        )

    return visit.page("line_history.html", at=await visit.read(read))
