"""`/settings/office`: the link of this box with head office, and what it tells there."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import office_sentences
from appliance.desk.team import office_link as linking
from appliance.errors import InvalidInput, Refused
from appliance.slices import Privacy
from appliance.store import office_link
from appliance.store.branch_settings import BranchSettings

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/office"


@routes.get(PAGE)
async def office_page(visit: Reading, saved: str = "") -> Response:
    return await _page(visit, saved=saved)


@routes.post(f"{PAGE}/join")
async def join(visit: Posting, token: Annotated[str, Form(max_length=5000)] = "") -> Response:
    await visit.write(lambda _, rights: linking.must_manage(rights))
    try:
        await asyncio.to_thread(visit.services.office.join, token)
    except InvalidInput as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc))
    except Refused as exc:
        return await _page(visit, 409, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}?saved=joined")


@routes.post(f"{PAGE}/privacy")
async def choose_privacy(
    visit: Posting, privacy: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    me = visit.staff_id
    try:
        await visit.write(
            lambda tx, rights: linking.choose_privacy(tx, rights, privacy, by_staff_id=me)
        )
    except InvalidInput as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc))
    return go(visit, f"{PAGE}?saved=privacy")


@routes.post(f"{PAGE}/leave")
async def leave(visit: Posting, sure: Annotated[str, Form(max_length=5)] = "") -> Response:
    await visit.write(lambda _, rights: linking.must_manage(rights))
    if not sure:
        sentence = "Tick that this box goes on alone."
        wrong = InvalidInput("leave_office", sentence)
        return await _page(visit, 422, note=note_of(visit.words, wrong))
    await asyncio.to_thread(visit.services.office.leave)
    return go(visit, f"{PAGE}?saved=left")


async def _page(
    visit: Visit, status: int = 200, *, saved: str = "", note: Note | None = None
) -> Response:
    linking.must_manage(visit.session.rights)
    return visit.page(
        "office.html",
        status,
        link=await visit.read(office_link.link),
        now=visit.services.office.now(),
        choices=list(Privacy),
        sentences=office_sentences,
        zone=BranchSettings().zone,
        saved=saved,
        note=note,
    )
