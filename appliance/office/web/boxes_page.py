"""`/boxes`: how every box is, what invites a new one, and what is done about one that is ill."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import boxes_sentences, office_sentences
from appliance.desk.access.rights import Permission, Rights
from appliance.errors import InvalidInput, SetupError
from appliance.office.head import inviting, joining, privacy_choice
from appliance.office.tables import box_epochs, boxes
from appliance.office.tables.boxes import OfficeBox
from appliance.slices import Privacy
from appliance.store.branch_settings import BranchSettings
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/boxes"
WORD = "STRIKE OFF"
"""Typed before a box is let in no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxesShown:
    """`epochs` are the numberings of a box that is in conflict, of which somebody chooses one."""

    boxes: Sequence[OfficeBox]
    epochs: Mapping[str, Sequence[str]]
    privacy: Privacy


@routes.get(PAGE)
async def boxes_page(visit: Reading, saved: str = "", wall: str = "") -> Response:
    """With `wall=1` for a screen on the wall: which box somebody should look at."""
    return await _wall(visit) if wall else await _page(visit, saved=saved)


@routes.post(f"{PAGE}/invite")
async def invite(
    visit: Posting,
    name: Annotated[str, Form(max_length=80)] = "",
    box: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Shows the invitation, this once. `box`: for a box that is known, and no other one."""
    await visit.write(lambda _, rights: _must_manage(rights))
    known = (await visit.read(lambda conn: boxes.one(conn, box))).id if box else None
    data, called = visit.services.data_dir, name.strip()
    try:
        token = await asyncio.to_thread(
            inviting.invite, visit.services.store, data, branch=called or None, box_id=known
        )
    except SetupError as exc:
        wrong = InvalidInput("office_address", str(exc))
        return await _page(visit, 422, note=note_of(visit.words, wrong), typed=called)
    return await _page(visit, token=token, typed=called)


@routes.post(f"{PAGE}/privacy")
async def choose_privacy(
    visit: Posting, privacy: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    if privacy not in list(Privacy):
        return await _page(
            visit, 422, note=note_of(visit.words, InvalidInput("office_privacy", privacy))
        )
    await visit.write(lambda tx, rights: _choose_privacy(tx, rights, Privacy(privacy)))
    return go(visit, f"{PAGE}?saved=privacy")


@routes.post(f"{PAGE}/{{box_id}}/strike-off")
async def strike_off(
    visit: Posting, box_id: str, typed: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    if typed.strip() != WORD:
        wrong = InvalidInput("strike_off", f"Type {WORD}.")
        return await _page(visit, 422, note=note_of(visit.words, wrong), about=box_id)
    await visit.write(lambda tx, rights: _strike_off(tx, rights, box_id))
    return go(visit, f"{PAGE}?saved=gone")


@routes.post(f"{PAGE}/{{box_id}}/settle")
async def settle(
    visit: Posting, box_id: str, believe: Annotated[str, Form(max_length=60)] = ""
) -> Response:
    try:
        await visit.write(lambda tx, rights: _settle(tx, rights, box_id, believe or None))
    except InvalidInput as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc), about=box_id)
    return go(visit, f"{PAGE}?saved=settled")


async def _wall(visit: Visit) -> Response:
    _must_manage(visit.session.rights)
    found = await visit.read(boxes.every)
    ill_first = sorted(found, key=lambda each: each.alarm is None)
    return visit.page(
        "_boxes_wall.html" if visit.partial else "boxes_wall.html",
        boxes=ill_first,
        ill=sum(each.alarm is not None for each in found),
        behind=sum(each.behind for each in found),
        queue=sum(int(each.facts.get("queue", 0)) for each in found),
        oldest_ms=min((each.waiting_ms for each in found if each.waiting_ms), default=None),
        sentences=boxes_sentences,
        zone=BranchSettings().zone,
    )


async def _page(
    visit: Visit,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    token: str = "",
    typed: str = "",
    about: str = "",
) -> Response:
    _must_manage(visit.session.rights)
    return visit.page(
        "boxes.html",
        status,
        shown=await visit.read(_shown),
        sentences=boxes_sentences,
        choices=list(Privacy),
        choice=office_sentences.choice,
        word=WORD,
        zone=BranchSettings().zone,
        saved=saved,
        note=note,
        token=token,
        typed=typed,
        about=about,
    )


def _shown(conn: sqlite3.Connection) -> BoxesShown:
    found = boxes.every(conn)
    epochs = {each.id: list(box_epochs.of_box(conn, each.id)) for each in found if each.conflict}
    return BoxesShown(boxes=found, epochs=epochs, privacy=privacy_choice.chosen(conn))


def _must_manage(rights: Rights) -> None:
    """Boxes are the company's. Raises NotFound."""
    rights.require(Permission.DEVICE_MANAGE, None, "page")


def _choose_privacy(tx: Tx, rights: Rights, privacy: Privacy) -> None:
    _must_manage(rights)
    privacy_choice.choose(tx, privacy)


def _strike_off(tx: Tx, rights: Rights, box_id: str) -> None:
    _must_manage(rights)
    joining.strike_off(tx, box_id)


def _settle(tx: Tx, rights: Rights, box_id: str, believe: str | None) -> None:
    _must_manage(rights)
    joining.settle(tx, box_id, believe)
