"""`/settings/home`: whether colleagues may come from home, and with which devices."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.qr_square import square
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.team import coming_from_home
from appliance.desk.team.coming_from_home import NewHomeKey
from appliance.errors import InvalidInput
from appliance.store.branch_settings import BranchSettings

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/home"


@routes.get(PAGE)
async def home_page(visit: Reading, saved: str = "") -> Response:
    return await _page(visit, saved=saved)


@routes.post(PAGE)
async def switch(
    visit: Posting,
    is_on: Annotated[str, Form(max_length=5)] = "",
    address: Annotated[str, Form(max_length=400)] = "",
    port: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    try:
        await visit.write(
            lambda tx, rights: coming_from_home.set_house(
                tx,
                rights,
                is_on=bool(is_on),
                address=address,
                port=port,
                by_staff_id=visit.staff_id,
            )
        )
    except InvalidInput as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}?saved=1")


@routes.post(f"{PAGE}/keys")
async def make_key(visit: Posting, name: Annotated[str, Form(max_length=400)] = "") -> Response:
    """The private half stands in this one answer and nowhere else."""
    answer = await asyncio.to_thread(visit.services.home_answer)
    box_key = answer.public_key if answer else ""
    try:
        new = await visit.write(
            lambda tx, _: coming_from_home.add_key(tx, visit.staff_id, name, box_key=box_key)
        )
    except InvalidInput as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc))
    return await _page(visit, new=new)


@routes.post(f"{PAGE}/keys/{{key_id}}/end")
async def end_key(visit: Posting, key_id: str) -> Response:
    await visit.write(
        lambda tx, rights: coming_from_home.end_key(tx, rights, key_id, by_staff_id=visit.staff_id)
    )
    return go(visit, f"{PAGE}?saved=1")


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    new: NewHomeKey | None = None,
) -> Response:
    rights, me = visit.session.rights, visit.staff_id
    return visit.page(
        "from_home.html",
        status,
        at=await visit.read(lambda conn: coming_from_home.shown(conn, rights, me)),
        answer=await asyncio.to_thread(visit.services.home_answer),
        square=square(new.config) if new else None,
        zone=BranchSettings().zone,
        saved=saved,
        note=note,
        new=new,
    )
