"""What the composer says of a text that is sent now: how it leaves, and when."""

import sqlite3
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.compose import recipient_of
from appliance.api.web.visit import Reading
from appliance.api.web.words import writing_sentences
from appliance.channels import Channel
from appliance.desk.inbox import thread
from appliance.desk.inbox.thread import Conversation
from appliance.desk.outgoing import ways
from appliance.desk.outgoing.fate import Fate, fate
from appliance.errors import InvalidInput, NotFound
from appliance.identities import Identity

routes = APIRouter(route_class=PageRoute)


@routes.get("/c/{conversation_id}/fate")
async def fate_part(
    visit: Reading,
    conversation_id: str,
    to: Annotated[str, Query(max_length=200)] = "",
    channel: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Empty where the composer says already why nothing leaves. A channel that does not reach them
    any more counts as none.
    """

    def read(conn: sqlite3.Connection) -> tuple[Conversation, Fate | None]:
        about = thread.conversation(conn, visit.session.rights, conversation_id)
        if not about.may_write or not about.to:
            raise NotFound("conversation")
        if writing_sentences.warning(visit.words, about):
            return about, None
        whom, over = _way(conn, about, to, channel)
        found = fate(
            conn,
            visit.services.histories,
            line_id=about.line_id,
            conversation_id=about.id,
            identity=whom,
            staff_id=visit.staff_id,
            now_ms=visit.now_ms,
            over=over,
        )
        return about, found

    about, found = await visit.read(read)
    return visit.page("_fate.html", about=about, fate=found)


def _way(
    conn: sqlite3.Connection, about: Conversation, to: str, channel: str
) -> tuple[Identity, Channel | None]:
    whom = recipient_of(about, to)
    try:
        return ways.chosen(conn, about.line_id, about.to, channel, to=whom)
    except InvalidInput:
        return whom, None
