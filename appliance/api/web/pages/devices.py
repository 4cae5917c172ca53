"""The devices: whether each is healthy, and what a person should do if not."""

import sqlite3
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.compose import normal_newlines
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.lines import equipment, own_profiles, screens, setting_fields
from appliance.desk.lines.incidents import shown
from appliance.desk.lines.incidents.shown import IncidentEntry
from appliance.desk.privacy import releasing
from appliance.store import line_settings, lines
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_DISK_LOW = "disk-low"
"""The page has a sentence of its own for it."""


@routes.get("/devices")
async def devices_page(
    visit: Reading, kept: Annotated[list[str] | None, Query()] = None
) -> Response:
    """`kept`: the settings that the browser does not want drawn anew, because somebody has them
    open.
    """
    cursor = visit.cursor
    numbers = await _numbers(visit)
    machine = await _machine(visit)
    if visit.partial:
        return visit.page("_devices.html", numbers=numbers, machine=machine, kept=kept or ())
    rights = visit.session.rights
    unknown = await visit.read(lambda conn: screens.how_many(conn, rights))
    return visit.page(
        "devices.html",
        numbers=numbers,
        machine=machine,
        cursor=cursor,
        may_add=rights.may(Permission.STAFF_MANAGE, None),
        may_enrol=rights.has(Permission.DEVICE_MANAGE),
        screens=unknown,
        kept=(),
    )


@routes.post("/lines/{line_id}/resume")
async def resume(visit: Posting, line_id: str) -> Response:
    """A person has looked at the phone and says that it may send again."""

    def work(tx: Tx, rights: Rights) -> None:
        _must_manage(tx.conn, rights, line_id)
        releasing.release(tx, lines.line(tx.conn, line_id), staff_id=visit.staff_id)

    await visit.write(work)
    visit.services.planned()
    return go(visit, "/devices")


@routes.post("/lines/{line_id}/profile")
async def accept_profile(visit: Posting, line_id: str) -> Response:
    """The number's own name and picture are meant to be as the phone shows them now."""

    def work(tx: Tx, rights: Rights) -> None:
        _must_manage(tx.conn, rights, line_id)
        own_profiles.accept(tx, line_id, by=f"staff:{visit.staff_id}")

    await visit.write(work)
    return go(visit, "/devices")


@routes.post("/lines/{line_id}/settings")
async def change_settings(visit: Posting, line_id: str) -> Response:
    """What the form says otherwise than when it was drawn; the rest a colleague may have changed
    meanwhile.
    """
    await visit.read(lambda conn: _must_manage(conn, visit.session.rights, line_id))
    sent = await visit.request.form()
    form = {name: normal_newlines(str(value)) for name, value in sent.items()}

    def work(tx: Tx, rights: Rights) -> None:
        _must_manage(tx.conn, rights, line_id)
        patch = setting_fields.patch_of(form, lines.line(tx.conn, line_id).settings)
        line_settings.change(tx, line_id, patch, by=f"staff:{visit.staff_id}")

    await visit.write(work)
    visit.services.planned()
    return go(visit, "/devices")


async def _numbers(visit: Visit) -> Sequence[equipment.LineEquipment]:
    rights = visit.session.rights
    return await visit.read(lambda conn: equipment.numbers(conn, rights, now_ms=visit.now_ms))


async def _machine(visit: Visit) -> Sequence[IncidentEntry]:
    """What was wrong with the machine itself, for people who look after devices."""
    if not visit.session.rights.has(Permission.DEVICE_MANAGE):
        return ()
    found = await visit.read(shown.of_machine)
    return [each for each in found if each.until_ms or each.facts.get("what") != _DISK_LOW]


def _must_manage(conn: sqlite3.Connection, rights: Rights, line_id: str) -> None:
    branch_id = next((each.branch_id for each in lines.lines(conn) if each.id == line_id), None)
    rights.require(Permission.DEVICE_MANAGE, branch_id, "line")
