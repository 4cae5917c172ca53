"""`/settings/backup`: where copies of all there is are, how old they are, and what is wrong."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import copy_sentences
from appliance.box.copy_codes import CopyPlace
from appliance.copy_settings import CopySettings
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.lines import copies
from appliance.errors import NotFound
from appliance.store import copy_places, kept_copies
from appliance.store.branch_settings import BranchSettings
from appliance.store.copy_places import DrillTold, PlaceTold
from appliance.store.kept_copies import KeptCopy
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/backup"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesShown:
    """`public_key` is what the server has to let in. `late` are places without a new copy."""

    places: Sequence[PlaceTold]
    late: frozenset[str]
    here: Sequence[KeptCopy]
    drill: DrillTold | None
    settings: CopySettings | None
    public_key: str | None
    stick_is_plugged: bool
    is_busy: bool

    @property
    def has_stick(self) -> bool:
        return any(each.place == CopyPlace.STICK for each in self.places)


@routes.get(PAGE)
async def copies_page(visit: Reading) -> Response:
    return await _page(visit, "copies.html")


@routes.get(f"{PAGE}/now")
async def copies_now(visit: Reading) -> Response:
    """The lists alone, while something is being done."""
    return await _page(visit, "_copies.html")


@routes.post(f"{PAGE}/copy")
async def copy_now(visit: Posting) -> Response:
    await _asked(visit, visit.services.copies.make_copy)
    return go(visit, PAGE)


@routes.post(f"{PAGE}/check")
async def check_now(visit: Posting) -> Response:
    await _asked(visit, visit.services.copies.check_copy)
    return go(visit, PAGE)


@routes.post(f"{PAGE}/stick/forget")
async def forget_stick(visit: Posting) -> Response:
    """No more copies are expected on it, until one is plugged in again."""

    def work(tx: Tx, rights: Rights) -> None:
        _must_manage(rights)
        if copy_places.place(tx.conn, CopyPlace.STICK) is None:
            raise NotFound("page")
        copies.forget(tx, CopyPlace.STICK)

    await visit.write(work)
    return go(visit, PAGE)


async def _asked(visit: Visit, ask: Callable[[], None]) -> None:
    """Rights are asked once more at the moment of the order."""
    await visit.write(lambda _, rights: _must_manage(rights))
    ask()


async def _page(visit: Visit, template: str) -> Response:
    _must_manage(visit.session.rights)
    door, data = visit.services.copies, visit.services.data_dir
    public_key = await asyncio.to_thread(door.public_key)
    plugged = await asyncio.to_thread(door.stick_is_plugged)
    here = await asyncio.to_thread(kept_copies.kept, data)

    def read(conn: sqlite3.Connection) -> CopiesShown:
        return CopiesShown(
            places=copy_places.places(conn),
            late=frozenset(each.place for each in copies.late(conn, visit.now_ms)),
            here=here,
            drill=copy_places.drill(conn),
            settings=door.settings,
            public_key=public_key,
            stick_is_plugged=plugged,
            is_busy=door.is_busy,
        )

    return visit.page(
        template,
        shown=await visit.read(read),
        zone=BranchSettings().zone,
        copy_sentences=copy_sentences,
    )


def _must_manage(rights: Rights) -> None:
    """Copies hold every branch, so they are for who looks after the machines of all of them."""
    rights.require(Permission.DEVICE_MANAGE, None, "page")
