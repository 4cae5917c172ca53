"""The devices: whether each is healthy, and what a person should do if not."""

import re
import sqlite3
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from appliance.api.web.pages.compose import normal_newlines
from appliance.api.web.route import PageRoute
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.lines import equipment
from appliance.errors import InvalidInput
from appliance.messages import MessageClass
from appliance.store import lines
from appliance.store.line_settings import LineSettings
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@routes.get("/devices")
async def devices_page(
    visit: Reading, kept: Annotated[list[str] | None, Query()] = None
) -> Response:
    """`kept`: the settings that the browser does not want drawn anew, because somebody has them
    open.
    """
    cursor = visit.cursor
    numbers = await _numbers(visit)
    if visit.partial:
        return visit.page("_devices.html", numbers=numbers, kept=kept or ())
    may_add = visit.session.rights.may(Permission.STAFF_MANAGE, None)
    return visit.page("devices.html", numbers=numbers, cursor=cursor, may_add=may_add, kept=())


@routes.post("/lines/{line_id}/resume")
async def resume(visit: Posting, line_id: str) -> Response:
    """A person has looked at the phone and says that it may send again."""

    def work(tx: Tx, rights: Rights) -> None:
        _must_manage(tx.conn, rights, line_id)
        lines.resume_line(tx, line_id, staff_id=visit.staff_id)

    await visit.write(work)
    visit.services.planned()
    return go(visit, "/devices")


@routes.post("/lines/{line_id}/settings")
async def change_settings(
    visit: Posting,
    line_id: str,
    after_min: Annotated[int, Form(ge=0)] = 10,
    lists: Annotated[bool, Form()] = False,
    call_answer: Annotated[str, Form()] = "",
    credit: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """What the line does, all of it as the form says; `credit` is in euros, empty for never."""
    await visit.read(lambda conn: _must_manage(conn, visit.session.rights, line_id))
    warn_cents = _cents(credit)

    def work(tx: Tx, rights: Rights) -> None:
        _must_manage(tx.conn, rights, line_id)
        kinds = lines.line(tx.conn, line_id).settings.fallback_classes - {MessageClass.LIST}
        settings = LineSettings(
            fallback_after_min=after_min,
            fallback_classes=kinds | {MessageClass.LIST} if lists else kinds,
            call_answer=normal_newlines(call_answer).strip() or None,
            credit_warn_cents=warn_cents,
        )
        lines.set_line(tx, line_id, settings)

    await visit.write(work)
    visit.services.planned()
    return go(visit, "/devices")


async def _numbers(visit: Visit) -> Sequence[equipment.Number]:
    rights = visit.session.rights
    return await visit.read(lambda conn: equipment.numbers(conn, rights, now_ms=visit.now_ms))


def _must_manage(conn: sqlite3.Connection, rights: Rights, line_id: str) -> None:
    branch_id = next((each.branch_id for each in lines.lines(conn) if each.id == line_id), None)
    rights.require(Permission.DEVICE_MANAGE, branch_id, "line")


def _cents(euros: str) -> int | None:
    """As people write it: `2,50` or `2.50`."""
    given = euros.strip().removeprefix("€").strip().replace(",", ".")
    if not given:
        return None
    if not re.fullmatch(r"\d{1,4}(\.\d{1,2})?", given):
        raise InvalidInput("credit", "Write the amount in euros, such as 2,50.")
    return round(Decimal(given) * 100)
