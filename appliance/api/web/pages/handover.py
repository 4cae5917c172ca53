"""What a shift hands over to the next one on a number: written, put away, and all of before."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.compose import normal_newlines
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import InboxLine
from appliance.desk.team import handover
from appliance.desk.team.handover import HandoverNote
from appliance.errors import InvalidInput, NotFound
from appliance.store import lines
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverPage:
    """`notes` are the newest first; the first one may stand still."""

    line: InboxLine
    notes: Sequence[HandoverNote]


@routes.get("/lines/{line_id}/handover")
async def handover_page(visit: Reading, line_id: str) -> Response:
    return await _page(visit, line_id)


@routes.post("/lines/{line_id}/handover")
async def hand_over(
    visit: Posting, line_id: str, text: Annotated[str, Form(max_length=8000)] = ""
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        _require(tx, rights, line_id)
        handover.write(tx, line_id, normal_newlines(text), visit.staff_id)

    try:
        await visit.write(work)
    except InvalidInput as exc:
        return await _page(visit, line_id, 422, note=note_of(visit.words, exc), typed=text)
    return go(visit, f"/inbox/waiting?line={line_id}")


@routes.post("/lines/{line_id}/handover/away")
async def put_away(
    visit: Posting, line_id: str, note: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        _require(tx, rights, line_id)
        handover.put_away(tx, line_id, note, visit.staff_id)

    await visit.write(work)
    if visit.partial:
        return Response(status_code=204)
    return go(visit, f"/inbox/waiting?line={line_id}")


def _require(tx: Tx, rights: Rights, line_id: str) -> None:
    """Raises NotFound."""
    rights.require(Permission.INBOX_WRITE, lines.line(tx.conn, line_id).branch_id, "line")


async def _page(
    visit: Visit, line_id: str, status: int = 200, *, note: Note | None = None, typed: str = ""
) -> Response:
    def read(conn: sqlite3.Connection) -> HandoverPage:
        for line in overview.lines(conn, visit.session.rights, visit.staff_id):
            if line.id == line_id:
                return HandoverPage(line=line, notes=handover.history(conn, line_id))
        raise NotFound("line")

    page = await visit.read(read)
    return visit.page("handover.html", status, page=page, note=note, typed=typed)
