"""`/emergency`: an administrator who reads no messages takes the right to, for a while."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights, branches_with
from appliance.desk.team import emergency
from appliance.errors import InvalidInput, NotFound
from appliance.store.branch_settings import BranchSettings
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/emergency"


@routes.get(PAGE)
async def emergency_page(visit: Reading) -> Response:
    return await _page(visit)


@routes.post(PAGE)
async def take(
    visit: Posting,
    reason: Annotated[str, Form(max_length=2000)] = "",
    minutes: Annotated[int, Form()] = 0,
    branch: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        emergency.take(
            tx, rights, visit.staff_id, branch_id=branch or None, reason=reason, minutes=minutes
        )

    try:
        await visit.write(work)
    except InvalidInput as exc:
        note = note_of(visit.words, exc)
        return await _page(visit, 422, note=note, reason=reason, minutes=minutes, branch=branch)
    return go(visit, "/")


@routes.post(f"{PAGE}/end")
async def end(visit: Posting) -> Response:
    await visit.write(lambda tx, _: emergency.end_of(tx, visit.staff_id))
    return go(visit, PAGE)


@routes.get(f"{PAGE}/notes")
async def notes(visit: Reading) -> Response:
    """What every page says while one lasts."""
    return HTMLResponse(visit.part("_emergency.html"))


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    note: Note | None = None,
    reason: str = "",
    minutes: int = emergency.SPANS_MIN[1],
    branch: str = "",
) -> Response:
    rights = visit.session.rights
    if not rights.has(Permission.STAFF_MANAGE):
        raise NotFound("page")
    managed = await visit.read(lambda conn: branches_with(conn, rights, Permission.STAFF_MANAGE))
    return visit.page(
        "emergency.html",
        status,
        branches=[each for each in managed if not emergency.reads(rights, each.id)],
        company=rights.may(Permission.STAFF_MANAGE, None) and not emergency.reads(rights, None),
        spans=emergency.SPANS_MIN,
        least=emergency.LEAST_REASON,
        most=emergency.MOST_REASON,
        note=note,
        reason=reason,
        minutes=minutes,
        branch=branch,
        zone=BranchSettings().zone,
    )
