"""A conversation on paper: it and nothing else."""

import sqlite3
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading
from appliance.desk.access.accesses import Shown
from appliance.desk.inbox import thread, window
from appliance.desk.inbox.thread import Conversation
from appliance.desk.inbox.window import Window
from appliance.errors import NotFound

routes = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    about: Conversation
    window: Window

    @property
    def shown(self) -> list[Shown]:
        return [Shown(contact_id=self.about.contact_id, conversation_id=self.about.id)]


@routes.get("/c/{conversation_id}/print")
async def paper_page(
    visit: Reading, conversation_id: str, before: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    def read(conn: sqlite3.Connection) -> Paper:
        about = thread.conversation(conn, visit.session.rights, conversation_id)
        found = window.printed(conn, about, before)
        if found is None:
            raise NotFound("message")
        return Paper(about=about, window=found)

    paper = await visit.show(read, lambda found: found.shown)
    return visit.page("paper.html", paper=paper)
