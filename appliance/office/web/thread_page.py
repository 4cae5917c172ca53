"""An open conversation at head office: its page, its messages alone, and what stands around them.

All of it is read in the replica of its box as a page of that box reads it; what the box was asked
and has not decided stands among it.
"""

import dataclasses
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages import case, contact, here, thread, verdict
from appliance.api.web.pages.stretch import Given, Seeks, Shows, Sought
from appliance.api.web.pages.thread import Opened
from appliance.api.web.pages.views import Choices, Wanted
from appliance.api.web.refusal import Note
from appliance.api.web.visit import Reading, Visit
from appliance.desk.contacts.card import Card
from appliance.errors import NotFound
from appliance.office.tables import office_drafts
from appliance.office.tables.command_rows import CommandGiven
from appliance.office.tables.office_drafts import DraftKind
from appliance.office.web import asked, fetched_thread
from appliance.office.web.listing import shown_desk
from appliance.office.web.places import Asking, AtBox, Looking, place_of
from appliance.slices import Privacy

routes = APIRouter(route_class=PageRoute)


@routes.get("/c/{conversation_id}")
async def thread_page(
    visit: Reading, request: Request, conversation_id: str, choices: Choices, sought: Seeks
) -> Response:
    cursor = visit.cursor
    at = await place_of(visit, conversation_id)
    opened, card = await opened_thread(request, at, conversation_id, sought)
    if visit.partial:
        return visit.page("_thread_panes.html", thread=opened, card=card, wanted=choices)
    opened = dataclasses.replace(opened, cursor=cursor)
    return await whole_page(visit, opened, card, choices)


async def whole_page(
    visit: Visit, opened: Opened, card: Card | None, choices: Wanted, status: int = 200
) -> Response:
    desk = await shown_desk(visit, dataclasses.replace(choices, open=opened.about.id))
    return visit.page(
        "inbox.html", status, desk=desk, thread=opened, card=card, cursor=opened.cursor
    )


async def refused(
    request: Request, at: AtBox, choices: Wanted, note: Note, text: str, status: int
) -> Response:
    """The page with the reason at the composer, for a browser without scripts; the text stays."""
    opened, card = await opened_thread(request, at, at.about.id, None)
    opened = dataclasses.replace(opened, note=note, draft=text, cursor=at.visit.cursor)
    return await whole_page(at.visit, opened, card, choices, status)


@routes.get("/c/{conversation_id}/messages")
async def messages_part(
    request: Request, at: Looking, conversation_id: str, sought: Seeks, drawn: Shows
) -> Response:
    given, _ = await _office_knows(at, conversation_id)
    if given or at.box.privacy is not Privacy.ALL:
        drawn = dataclasses.replace(drawn, since="")  # all of the end: what is asked is among it
    opened = await thread.opened_stretch(at.visit, conversation_id, sought, drawn)
    if opened.part in (Given.ALL, Given.NEWER):
        window = asked.with_asked(opened.window, at, opened.about, given)
        opened = dataclasses.replace(opened, window=window)
    shown = await fetched_thread.whole(request, at, opened)
    return at.visit.page("_messages.html", thread=shown)


@routes.get("/c/{conversation_id}/case")
async def case_part(at: Looking, conversation_id: str) -> Response:
    return await case_shown(at, conversation_id)


async def case_shown(at: AtBox, conversation_id: str) -> Response:
    about, found = await case.found_case(at.visit, conversation_id)
    given, _ = await _office_knows(at, conversation_id)
    told = asked.case_asked(given, at.visit.staff_id)
    found = dataclasses.replace(found, box=at.shown, asked=told)
    return at.visit.page("_case.html", about=about, case=found)


@routes.get("/c/{conversation_id}/verdict")
async def verdict_part(at: Looking, conversation_id: str) -> Response:
    return await verdict.verdict_part(at.visit, conversation_id)


@routes.get("/c/{conversation_id}/fate")  # noqa: FAST003 -- `at` takes it
async def fate_part(at: Looking) -> Response:
    return at.visit.page("_fate_at_box.html", box=at.shown)


@routes.post("/c/{conversation_id}/here")
async def be_here(
    at: Asking,
    conversation_id: str,
    what: Annotated[Literal["looks", "types", "sent", "leaves"], Form()] = "looks",
) -> Response:
    """Who else of head office looks at it."""
    return await here.be_here(at.visit, conversation_id, what)


@routes.get("/c/{conversation_id}/history")
async def history_page(at: Looking, conversation_id: str) -> Response:
    page = await case.found_history(at.visit, conversation_id)
    if at.box.privacy is not Privacy.ALL:
        page = dataclasses.replace(page, about=fetched_thread.nameless(at, page.about))
    return at.visit.page("history.html", page=page)


@routes.get("/c/{conversation_id}/contact")
async def contact_part(at: Looking, conversation_id: str) -> Response:
    if at.box.privacy is not Privacy.ALL:
        raise NotFound("contact")
    return await contact.contact_part(at.visit, conversation_id, "")


async def opened_thread(
    request: Request, at: AtBox, conversation_id: str, sought: Sought | None
) -> tuple[Opened, Card | None]:
    """Raises NotFound when it does not exist for this person."""
    opened, card = await thread.opened_thread(at.visit, conversation_id, sought)
    given, drafts = await _office_knows(at, conversation_id)
    if opened.case is not None:
        told = asked.case_asked(given, at.visit.staff_id)
        found = dataclasses.replace(opened.case, box=at.shown, asked=told)
        opened = dataclasses.replace(opened, case=found)
    opened = dataclasses.replace(
        opened,
        window=asked.with_asked(opened.window, at, opened.about, given),
        draft=drafts.get(DraftKind.REPLY, ""),
        note_draft=drafts.get(DraftKind.NOTE, ""),
        quoting=None,
        namesake=None,
    )
    shown = await fetched_thread.whole(request, at, opened)
    return shown, card if at.box.privacy is Privacy.ALL else None


async def _office_knows(
    at: AtBox, conversation_id: str
) -> tuple[Sequence[CommandGiven], Mapping[str, str]]:
    """What the box was asked, and the reader's drafts."""
    now_ms, staff_id = at.visit.now_ms, at.visit.staff_id

    def read(conn: sqlite3.Connection) -> tuple[Sequence[CommandGiven], Mapping[str, str]]:
        return (
            asked.shown_in(conn, conversation_id, now_ms),
            office_drafts.of_conversation(conn, staff_id, conversation_id),
        )

    return await at.visit.services.store.aread(read)
