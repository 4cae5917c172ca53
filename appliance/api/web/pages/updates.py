"""`/settings/updates`: which version runs, what is on trial, what came back, and asking for one."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.box.updates import checking
from appliance.box.updates.standing import NO_WAY
from appliance.desk.access.rights import Permission, Rights
from appliance.events import EventKind
from appliance.store.branch_settings import BranchSettings
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/updates"


@routes.get(PAGE)
async def updates_page(visit: Reading) -> Response:
    """For who looks after the machine; for others it does not exist."""
    visit.session.rights.require(Permission.DEVICE_MANAGE, None, "page")
    door = visit.services.updates
    return visit.page(
        "updates.html",
        now=await asyncio.to_thread(door.standing),
        door=door,
        offered=door.offer is not None and door.offer.verdict == checking.NEWER,
        no_way=NO_WAY,
        zone=BranchSettings().zone,
    )


@routes.post(f"{PAGE}/check")
async def check(visit: Posting) -> Response:
    """Looks at the stick, else at the address of the config."""
    await visit.write(lambda _, rights: _looks_after_machine(rights))
    await asyncio.to_thread(visit.services.updates.look)
    return go(visit, f"{PAGE}#newer-version")


@routes.post(f"{PAGE}/install")
async def install(visit: Posting) -> Response:
    """Asks root's unit for the version that was found; this process installs nothing."""
    door = visit.services.updates
    found = door.offer.found if door.offer else None
    facts = {"version": found.version} if found else {}
    await visit.write(lambda tx, rights: _note(tx, rights, visit, facts))
    await asyncio.to_thread(door.begin)
    return go(visit, PAGE)


@routes.post(f"{PAGE}/seen")
async def see(visit: Posting) -> Response:
    """Somebody knows that a version came back; it is not said in the inbox any more."""
    ending = visit.services.updates.unseen()
    facts = {"seen": ending.version} if ending else {}
    await visit.write(lambda tx, rights: _note(tx, rights, visit, facts))
    await asyncio.to_thread(visit.services.updates.see)
    return go(visit, PAGE)


def _looks_after_machine(rights: Rights) -> None:
    """Raises NotFound."""
    rights.require(Permission.DEVICE_MANAGE, None, "page")


def _note(tx: Tx, rights: Rights, visit: Visit, facts: dict[str, str]) -> None:
    _looks_after_machine(rights)
    if facts:
        tx.emit(EventKind.UPDATE_ASKED, staff_id=visit.staff_id, facts=facts)
