"""The command bar (Ctrl+K): people, conversations, texts, pages and actions, by what is typed."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.command_bar_ways import CommandBarWay, ways
from appliance.api.web.visit import Reading, Visit
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.search import finding
from appliance.desk.search.folding import words, words_of
from appliance.desk.search.hits import Hit
from appliance.desk.texts import offers
from appliance.desk.texts.canned_texts import CannedText
from appliance.errors import InvalidInput
from appliance.store.readings import ReadingKind, Thing

routes = APIRouter(route_class=PageRoute)

MOST = 5
"""Of each kind: what one looks for stands among them or is typed further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandBarShown:
    """`messages` is the address of the search for what was typed."""

    q: str
    ways: Sequence[CommandBarWay]
    people: Sequence[Hit] = ()
    texts: Sequence[CannedText] = ()

    @property
    def shown(self) -> Sequence[Shown]:
        return [
            Shown(contact_id=hit.contact_id, conversation_id=hit.conversation_id, listed=True)
            for hit in self.people
        ]

    @property
    def messages(self) -> str:
        return f"/search?{urlencode({'q': self.q})}"


@routes.get("/command-bar")
async def command_bar(visit: Reading, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    found = await visit.show(lambda conn: _found(conn, visit, q.strip()), lambda each: each.shown)
    if q.strip():
        visit.accesses.tell(ReadingKind.SEARCH, Thing.SEARCH, words=q, ahead=True)
    return visit.page("_command_bar_choices.html", command_bar=found)


def _found(conn: sqlite3.Connection, visit: Visit, q: str) -> CommandBarShown:
    rights = visit.session.rights
    found = ways_to(visit, q)
    if not q or not rights.has(Permission.INBOX_READ):
        return CommandBarShown(q=q, ways=found)
    return CommandBarShown(
        q=q,
        ways=found,
        people=people_of(conn, sight_in(rights, Permission.INBOX_READ), q),
        texts=offers.known(conn, Sight(rights.branches(Permission.INBOX_WRITE)), q)[:MOST],
    )


def ways_to(visit: Visit, q: str) -> Sequence[CommandBarWay]:
    """The pages that are there, by what was typed; before that, the places."""
    every = [each for each in ways(visit.words, visit.session.rights) if visit.has_page(each.page)]
    return [each for each in every if (_begins(each.name, q) if q else each.is_place)]


def people_of(conn: sqlite3.Connection, sight: Sight, q: str) -> Sequence[Hit]:
    """With whom there is a conversation first, and groups among them."""
    try:
        return finding.people(conn, sight, q, MOST)
    except InvalidInput:  # a filter that is not written to its end
        return ()


def _begins(name: str, q: str) -> bool:
    """Each word that was typed is the beginning of one of the name's."""
    named = [token.word for token in words(name)]
    return all(any(each.startswith(begins) for each in named) for begins in words_of(q).split())
