"""An open conversation: its page, its messages alone, and its read mark."""

import dataclasses
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.inbox import shown_desk
from appliance.api.web.pages.stretch import Drawn, Given, Seeks, Shows, Sought
from appliance.api.web.pages.views import Choices, Wanted
from appliance.api.web.refusal import Note
from appliance.api.web.visit import Posting, Reading, Visit
from appliance.channels import Channel
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import card as cards
from appliance.desk.contacts import namesakes
from appliance.desk.contacts.card import Card
from appliance.desk.contacts.namesakes import Namesake
from appliance.desk.inbox import marks, thread, window
from appliance.desk.inbox.thread import Conversation
from appliance.desk.inbox.window import Window
from appliance.desk.outgoing import drafts, ways
from appliance.desk.team import notes
from appliance.desk.team.shown_case import ShownCase, shown_case
from appliance.store import events
from appliance.store.quotes import QuotedMessage
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """`divider` is the message above which “new” is drawn, while this page is open.

    `since`: the event up to which the thread is as it is drawn here. `today` is the day that is
    called so here.
    """

    about: Conversation
    window: Window
    divider: str
    since: str
    today: str
    part: Given = Given.ALL
    draft: str = ""
    #: The message that the draft answers.
    quoting: QuotedMessage | None = None
    note_draft: str = ""
    cursor: str = ""
    note: Note | None = None
    #: None where only a stretch of the thread is drawn.
    case: ShownCase | None = None
    namesake: Namesake | None = None
    #: The channels of which one may be chosen for a message to them.
    over: Sequence[Channel] = ()
    #: Why a head office shows no words; empty where it does.
    withheld: str = ""

    @property
    def shown(self) -> Sequence[Shown]:
        known = [Shown(contact_id=self.namesake.contact_id, listed=True)] if self.namesake else []
        return [Shown(contact_id=self.about.contact_id, conversation_id=self.about.id), *known]


@routes.get("/c/{conversation_id}")
async def thread_page(
    visit: Reading, conversation_id: str, choices: Choices, sought: Seeks
) -> Response:
    opened, card = await opened_thread(visit, conversation_id, sought)
    if visit.partial:
        return visit.page("_thread_panes.html", thread=opened, card=card, wanted=choices)
    return await whole_page(visit, opened, card, choices)


@routes.get("/c/{conversation_id}/messages")
async def messages_part(
    visit: Reading,
    conversation_id: str,
    sought: Seeks,
    drawn: Shows,
) -> Response:
    return visit.page(
        "_messages.html", thread=await opened_stretch(visit, conversation_id, sought, drawn)
    )


async def opened_stretch(
    visit: Visit, conversation_id: str, sought: Sought, drawn: Drawn
) -> Opened:
    """A stretch of the thread; else what changed in the one that is drawn, or all of its end.
    Raises NotFound when it does not exist for this person.
    """

    def read(conn: sqlite3.Connection) -> Opened:
        about = thread.conversation(conn, visit.session.rights, conversation_id)
        seq, today = events.last_seq(conn), visit.words.iso_day(visit.now_ms, about.zone)
        found = sought.found(conn, about, drawn.divider)
        if found is None and drawn.today == today:
            found = drawn.changed(conn, about, visit.services.feed.epoch)
        part, shown = found or (Given.ALL, window.newest(conn, about, unread_id=drawn.divider))
        since = visit.services.feed.cursor(seq)
        return Opened(
            about=about, window=shown, divider=drawn.divider, since=since, today=today, part=part
        )

    return await visit.show(read, lambda found: found.shown)


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


async def opened_thread(
    visit: Visit, conversation_id: str, sought: Sought | None = None
) -> tuple[Opened, Card | None]:
    """Raises NotFound when it does not exist for this person."""
    cursor = visit.cursor
    return await visit.show(
        lambda conn: _open(conn, visit, conversation_id, sought, cursor),
        lambda found: found[0].shown,
    )


def _open(
    conn: sqlite3.Connection,
    visit: Visit,
    conversation_id: str,
    sought: Sought | None,
    cursor: str,
) -> tuple[Opened, Card | None]:
    about = thread.conversation(conn, visit.session.rights, conversation_id)
    mine = {"staff_id": visit.staff_id, "conversation_id": conversation_id}
    since = visit.services.feed.cursor(events.last_seq(conn))
    divider = marks.first_unread(conn, **mine)
    found = sought.found(conn, about, divider) if sought else None
    opened = Opened(
        about=about,
        window=found[1] if found else window.newest(conn, about, unread_id=divider),
        divider=divider or "",
        since=since,
        today=visit.words.iso_day(visit.now_ms, about.zone),
        draft=drafts.text_of(conn, **mine),
        quoting=drafts.quoted_by(conn, **mine),
        note_draft=notes.draft_of(conn, visit.staff_id, about.id),
        case=shown_case(conn, about.id),
        namesake=_namesake(conn, visit.session.rights, about),
        over=ways.reaching(conn, about.line_id, about.to) if about.may_write else (),
        cursor=cursor,
    )
    return opened, None if about.is_group else cards.card(conn, visit.session.rights, about)


def _namesake(conn: sqlite3.Connection, rights: Rights, about: Conversation) -> Namesake | None:
    if about.contact_id is None:
        return None
    sight = Sight(rights.branches(Permission.INBOX_READ))
    return namesakes.of(conn, sight, about.contact_id)


async def whole_page(
    visit: Visit, opened: Opened, card: Card | None, choices: Wanted, status: int = 200
) -> Response:
    shown = dataclasses.replace(choices, open=opened.about.id)
    desk = await shown_desk(visit, shown)
    return visit.page(
        "inbox.html", status, desk=desk, thread=opened, card=card, cursor=opened.cursor
    )
