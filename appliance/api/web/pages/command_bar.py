"""The command bar (Ctrl+K): people, conversations, texts, pages and actions, by what is typed."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading, Visit
from appliance.api.web.words.i18n import Words
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.desk.search import finding
from appliance.desk.search.folding import words, words_of
from appliance.desk.search.hits import Hit
from appliance.desk.texts import offers
from appliance.desk.texts.canned_texts import CannedText
from appliance.errors import InvalidInput
from appliance.store.readings import ReadingKind, Thing

routes = APIRouter(route_class=PageRoute)

_MOST = 5
"""Of each kind: what one looks for stands among them or is typed further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandBarWay:
    """A page, or what one does on it."""

    name: str
    href: str
    picture: str


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
    ways = [each for each in _ways(visit.words, rights) if _begins(each.name, q)]
    if not q or not rights.has(Permission.INBOX_READ):
        return CommandBarShown(q=q, ways=ways)
    return CommandBarShown(
        q=q,
        ways=ways,
        people=_people(conn, Sight(rights.branches(Permission.INBOX_READ), rights.groups), q),
        texts=offers.known(conn, Sight(rights.branches(Permission.INBOX_WRITE)), q)[:_MOST],
    )


def _people(conn: sqlite3.Connection, sight: Sight, q: str) -> Sequence[Hit]:
    """People with whom there is a conversation, and groups."""
    try:
        return finding.people(conn, sight, q, _MOST)
    except InvalidInput:  # a filter that is not written to its end
        return ()


def _begins(name: str, q: str) -> bool:
    """Each word that was typed is the beginning of one of the name's."""
    named = [token.word for token in words(name)]
    return all(any(each.startswith(begins) for each in named) for begins in words_of(q).split())


def _ways(said: Words, rights: Rights) -> Sequence[CommandBarWay]:
    ways = []
    if rights.has(Permission.INBOX_READ):
        ways.append(CommandBarWay(name=said.text("Inbox"), href="/", picture="inbox"))
        ways.append(CommandBarWay(name=said.text("People"), href="/people", picture="person"))
        ways.append(CommandBarWay(name=said.text("Search"), href="/search", picture="search"))
    if rights.has(Permission.INBOX_WRITE):
        ways.append(CommandBarWay(name=said.text("New conversation"), href="/new", picture="write"))
    ways += [
        CommandBarWay(name=name, href=f"/settings/{room}", picture="settings")
        for name, room in _rooms(said, rights)
    ]
    ways.append(CommandBarWay(name=said.text("Devices"), href="/devices", picture="phone"))
    ways.append(CommandBarWay(name=said.text("Settings"), href="/me", picture="settings"))
    return ways


def _rooms(said: Words, rights: Rights) -> Sequence[tuple[str, str]]:
    """The pages of settings that this person may use."""
    rooms = []
    if rights.has(Permission.INBOX_WRITE):
        rooms += [(said.text("Texts"), "texts"), (said.text("Labels"), "labels")]
    if rights.has(Permission.INBOX_READ):
        rooms.append((said.text("Saved views"), "views"))
    if rights.has(Permission.STAFF_MANAGE):
        rooms += [(said.text("Colleagues"), "team"), (said.text("Branches"), "branches")]
        rooms += [(said.text("Programs"), "tokens"), (said.text("Webhooks"), "webhooks")]
    return rooms
