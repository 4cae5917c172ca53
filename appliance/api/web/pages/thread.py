"""An open conversation: its page, its messages alone, and its read mark."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.inbox import Choices, Wanted, shown_desk
from appliance.api.web.refusal import Note
from appliance.api.web.visit import Posting, Reading, Visit
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Rights
from appliance.desk.contacts import card as cards
from appliance.desk.contacts.card import Card
from appliance.desk.inbox import marks, thread
from appliance.desk.inbox.thread import Conversation, Window
from appliance.desk.outgoing import drafts
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """`divider` is the message above which “new” is drawn, while this page is open."""

    about: Conversation
    window: Window
    divider: str
    draft: str
    cursor: str
    note: Note | None = None

    @property
    def shown(self) -> Sequence[Shown]:
        return [Shown(contact_id=self.about.contact_id, conversation_id=self.about.id)]


@routes.get("/c/{conversation_id}")
async def thread_page(visit: Reading, conversation_id: str, choices: Choices) -> Response:
    opened, card = await opened_thread(visit, conversation_id)
    if visit.partial:
        return visit.page("_thread_panes.html", thread=opened, card=card, query=choices.query())
    return await whole_page(visit, opened, card, choices)


@routes.get("/c/{conversation_id}/messages")
async def messages_part(
    visit: Reading,
    conversation_id: str,
    oldest: Annotated[str, Query(alias="from", max_length=40)] = "",
    divider: Annotated[str, Query(max_length=40)] = "",
    older: str = "",
) -> Response:
    """What the browser shows of the thread, as it is now; with `older`, a page more."""

    def read(conn: sqlite3.Connection) -> Opened:
        about = thread.conversation(conn, visit.session.rights, conversation_id)
        first = oldest
        if older and first:
            first = thread.older(conn, about, first).oldest_id or first
        window = thread.since(conn, about, first) if first else thread.newest(conn, about)
        return Opened(about=about, window=window, divider=divider, draft="", cursor="")

    opened = await visit.show(read, lambda found: found.shown)
    return visit.page("_messages.html", thread=opened)


@routes.post("/c/{conversation_id}/read")
async def mark_read(
    visit: Posting, conversation_id: str, message: Annotated[str, Form(max_length=40)]
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        thread.conversation(tx.conn, rights, conversation_id)
        mine = {"staff_id": visit.staff_id, "conversation_id": conversation_id}
        marks.mark_read(tx, **mine, message_id=message)

    await visit.write(work)
    return Response(status_code=204)


async def opened_thread(visit: Visit, conversation_id: str) -> tuple[Opened, Card | None]:
    """Raises NotFound when it does not exist for this person."""
    cursor = visit.cursor
    return await visit.show(
        lambda conn: _open(conn, visit, conversation_id, cursor),
        lambda found: found[0].shown,
    )


def _open(
    conn: sqlite3.Connection, visit: Visit, conversation_id: str, cursor: str
) -> tuple[Opened, Card | None]:
    about = thread.conversation(conn, visit.session.rights, conversation_id)
    mine = {"staff_id": visit.staff_id, "conversation_id": conversation_id}
    divider = marks.first_unread(conn, **mine)
    opened = Opened(
        about=about,
        window=thread.newest(conn, about, include=divider),
        divider=divider or "",
        draft=drafts.text_of(conn, **mine),
        cursor=cursor,
    )
    return opened, None if about.is_group else cards.card(conn, visit.session.rights, about)


async def whole_page(
    visit: Visit, opened: Opened, card: Card | None, choices: Wanted, status: int = 200
) -> Response:
    shown = Wanted(
        line=choices.line,
        show=choices.show,
        order=choices.order,
        rows=choices.rows,
        open=opened.about.id,
    )
    desk = await shown_desk(visit, shown)
    return visit.page(
        "inbox.html", status, desk=desk, thread=opened, card=card, cursor=opened.cursor
    )
