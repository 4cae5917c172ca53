"""Several conversations of the list at once: what one does with them, and *Undo*."""

import sqlite3
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting, Reading
from appliance.api.web.words import chosen_sentences
from appliance.desk.access.rights import Rights
from appliance.desk.team import bulk
from appliance.desk.team.bulk import BulkAct, BulkDone, BulkWish, ChosenRow
from appliance.desk.team.chosen import ChosenCases, chosen_cases
from appliance.desk.team.later import Until
from appliance.errors import NotFound
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_ID = Annotated[str, Query(max_length=40)]


def _wish(
    do: Annotated[BulkAct, Form()],
    to: Annotated[str, Form(max_length=40)] = "",
    until: Annotated[Until, Form()] = Until.REPLY,
    at: Annotated[str, Form(max_length=40)] = "",
    put: Annotated[list[str] | None, Form()] = None,
    off: Annotated[list[str] | None, Form()] = None,
) -> BulkWish:
    return BulkWish(act=do, to=to or None, until=until, at=at, put=put or (), off=off or ())


def _rows(
    row: Annotated[list[str] | None, Form()] = None,
    seen: Annotated[list[int] | None, Form()] = None,
) -> list[ChosenRow]:
    """Each with when its newest message was that the list showed."""
    if len(row or ()) != len(seen or ()):
        raise NotFound("conversation")
    pairs = zip(row or (), seen or (), strict=True)
    return [ChosenRow(conversation_id=each, seen_ms=at_ms) for each, at_ms in pairs]


@routes.get("/chosen")
async def chosen_bar(
    visit: Reading, row: Annotated[list[_ID], Query(max_length=bulk.MOST)]
) -> Response:
    """What one can do with these."""

    def read(conn: sqlite3.Connection) -> ChosenCases:
        return chosen_cases(conn, visit.session.rights, row)

    return visit.page("_chosen.html", chosen=await visit.read(read))


@routes.post("/chosen")
async def act_on_chosen(
    visit: Posting,
    wish: Annotated[BulkWish, Depends(_wish)],
    rows: Annotated[list[ChosenRow], Depends(_rows)],
) -> Response:
    def work(tx: Tx, rights: Rights) -> BulkDone:
        return bulk.act_on(tx, rights, rows, wish, visit.staff_id)

    done = await visit.write(work)
    undo = ""
    if done.changed:
        undo = visit.web.undoing.keep(visit.staff_id, done, now_ms=visit.now_ms)
    said = chosen_sentences.told(visit.words, done)
    return visit.page("_chosen_done.html", said=said, undo=undo)


@routes.post("/chosen/undo")
async def undo_chosen(visit: Posting, undo: Annotated[str, Form(max_length=100)] = "") -> Response:
    """A second time finds nothing to take back."""
    done = visit.web.undoing.take(visit.staff_id, undo, now_ms=visit.now_ms)
    if done is None:
        raise NotFound("undo")
    count = await visit.write(lambda tx, rights: bulk.undo(tx, rights, done, visit.staff_id))
    said = chosen_sentences.undone(visit.words, len(done.changed), count)
    return visit.page("_chosen_done.html", said=said, undo="")
