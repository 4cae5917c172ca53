"""Updates of all boxes in rings, on head office's page of its boxes."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import rollout_sentences
from appliance.desk.access.rights import Permission, Rights
from appliance.errors import InvalidInput
from appliance.office.head import rollouts as rings
from appliance.office.tables import boxes, rollouts
from appliance.office.tables.boxes import OfficeBox
from appliance.office.tables.rollouts import Rollout, RolloutBox
from appliance.office.web.places import asker
from appliance.store.branch_settings import BranchSettings
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/boxes/update"


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutShown:
    """The newest one, and its boxes by ring."""

    boxes: Sequence[OfficeBox]
    rollout: Rollout | None
    rings: Sequence[Sequence[RolloutBox]]

    @property
    def names(self) -> Mapping[str, str]:
        return {each.id: each.name for each in self.boxes}


@routes.get(PAGE)
async def update_page(visit: Reading) -> Response:
    return await _page(visit)


@routes.post(PAGE)
async def change(
    visit: Posting,
    do: Annotated[Literal["begin", "go-on", "again", "end"], Form()],
    version: Annotated[str, Form(max_length=100)] = "",
    first: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    by = asker(visit)

    def work(tx: Tx, rights: Rights) -> None:
        _must_manage(rights)
        if do == "begin":
            rings.begin(tx, by, version=version, first=first or None)
        elif do == "end":
            rings.end(tx)
        else:
            rings.go_on(tx, again=do == "again")

    try:
        await visit.write(work)
    except InvalidInput as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc), version=version)
    return go(visit, PAGE)


async def _page(visit: Visit, status: int = 200, **more: object) -> Response:
    _must_manage(visit.session.rights)
    shown = {
        "shown": await visit.read(_shown),
        "sentences": rollout_sentences,
        "zone": BranchSettings().zone,
        "note": None,
        "version": "",
        **more,
    }
    template = "_rollout.html" if visit.partial else "boxes_update.html"
    return visit.page(template, status, **shown)


def _shown(conn: sqlite3.Connection) -> RolloutShown:
    found = rollouts.newest(conn)
    every = () if found is None else rollouts.boxes_of(conn, found.id)
    numbers = sorted({each.ring for each in every})
    return RolloutShown(
        boxes=boxes.every(conn),
        rollout=found,
        rings=[[each for each in every if each.ring == ring] for ring in numbers],
    )


def _must_manage(rights: Rights) -> None:
    """Boxes are the company's. Raises NotFound."""
    rights.require(Permission.DEVICE_MANAGE, None, "page")
