"""The inbox: the page, and its list by itself."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading, Visit, go, in_header
from appliance.api.web.words.i18n import Words
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission
from appliance.desk.inbox import overview, unknown_callers
from appliance.desk.inbox.overview import Filter, InboxLine, ListPage, Order
from appliance.desk.inbox.unknown_callers import UnknownCall
from appliance.desk.lines.incidents.shown import IncidentEntry, on_lines
from appliance.errors import NotFound
from appliance.store import branches

routes = APIRouter(route_class=PageRoute)

MAX_ROWS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the list shows. `line` empty: all numbers. `open`: the conversation beside it."""

    line: str
    show: Filter
    order: Order
    rows: int
    open: str

    def query(self, **other: str | int) -> str:
        """These choices as the query of an address; `other` replaces some of them."""
        now = {"line": self.line, "show": self.show.value, "order": self.order.value}
        plain = {"line": "", "show": Filter.ALL.value, "order": Order.LATEST.value}
        chosen = {**now, **other}
        told = {key: value for key, value in chosen.items() if value != plain.get(key)}
        return f"?{urlencode(told)}" if told else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPane:
    """The list pane: numbers to choose from, and the conversations on the chosen ones.

    `wrong` is what is wrong on each line now.
    """

    wanted: Wanted
    lines: list[InboxLine]
    page: ListPage
    wrong: Mapping[str, Sequence[IncidentEntry]] = field(default_factory=dict)
    callers: Sequence[UnknownCall] = ()

    @property
    def unread(self) -> int:
        return sum(line.unread for line in self.lines)

    @property
    def shown(self) -> Sequence[Shown]:
        callers = [Shown(contact_id=call.contact_id) for call in self.callers if call.contact_id]
        rows = [Shown(contact_id=row.contact_id, conversation_id=row.id) for row in self.page.rows]
        return [*rows, *callers]

    @property
    def incidents(self) -> Sequence[IncidentEntry]:
        """Those on the chosen lines, what stops something first; one that is about several lines
        stands once.
        """
        chosen = (
            each
            for line_id, found in self.wrong.items()
            if self.wanted.line in ("", line_id)
            for each in found
        )
        once = {each.id: each for each in chosen}.values()
        return sorted(once, key=lambda each: not each.stops)

    def dot(self, line_id: str) -> str:
        """How the dot at a number looks; empty where there is none."""
        found = self.wrong.get(line_id, ())
        if any(each.stops for each in found):
            return "bad"
        return "warn" if found else ""

    def label(self, line: InboxLine) -> str:
        """Its branch, and how its number ends where the branch has several."""
        twins = [each for each in self.lines if each.branch == line.branch]
        return line.branch if len(twins) == 1 else f"{line.branch} …{line.number[-4:]}"

    def line_of(self, line_id: str) -> InboxLine:
        return next(line for line in self.lines if line.id == line_id)

    @property
    def may_write(self) -> bool:
        return any(line.may_write for line in self.lines)

    @property
    def names_branches(self) -> bool:
        """True when rows of several branches stand in one list."""
        return not self.wanted.line and len(self.lines) > 1

    def heading(self, words: Words) -> str:
        """The number to which these conversations belong, when there is only one."""
        if self.wanted.line:
            return self.line_of(self.wanted.line).readable
        if len(self.lines) == 1:
            return self.lines[0].readable
        return words.text("Conversations")

    def nothing(self, words: Words) -> str:
        """What an empty list says."""
        if self.wanted.order is Order.WAITING:
            return words.text("Nobody waits for an answer.")
        if self.wanted.show is Filter.UNREAD:
            return words.text("Everything is read.")
        if self.wanted.show is Filter.GROUPS:
            return words.text("The phone is in no group yet.")
        if not self.lines:
            return words.text("There is no number yet that you may use.")
        return words.text("Nobody has written yet. Conversations appear here by themselves.")


def wanted(
    line: Annotated[str, Query(max_length=40)] = "",
    show: Filter = Filter.ALL,
    order: Order = Order.LATEST,
    rows: Annotated[int, Query(ge=1, le=MAX_ROWS)] = overview.PAGE,
    open_id: Annotated[str, Query(alias="open", max_length=40)] = "",
) -> Wanted:
    return Wanted(line=line, show=show, order=order, rows=rows, open=open_id)


Choices = Annotated[Wanted, Depends(wanted)]


@routes.get("/")
async def inbox_page(visit: Reading, choices: Choices) -> Response:
    if not visit.session.rights.has(Permission.INBOX_READ):
        return await _other_page(visit)
    if visit.partial:
        return visit.page("_no_thread_panes.html")
    cursor = visit.cursor
    desk = await shown_desk(visit, choices)
    if not desk.lines and visit.session.rights.may(Permission.STAFF_MANAGE, None):
        return go(visit, "/setup/line" if await visit.read(branches.branches) else "/setup/branch")
    return visit.page("inbox.html", desk=desk, thread=None, card=None, cursor=cursor)


@routes.get("/list")
async def list_part(visit: Reading, choices: Choices, chosen: str = "") -> Response:
    """`chosen`: somebody clicked, so the browser's address is changed, too."""
    desk = await shown_desk(visit, choices)
    answer = visit.page("_list.html", desk=desk)
    if chosen:
        page = f"/c/{choices.open}" if choices.open else "/"
        answer.headers["HX-Replace-Url"] = in_header(page + choices.query())
    return answer


async def shown_desk(visit: Visit, choices: Wanted) -> ListPane:
    """As `desk_of`, and notes whose data is shown."""
    return await visit.show(lambda conn: desk_of(conn, visit, choices), lambda desk: desk.shown)


def desk_of(conn: sqlite3.Connection, visit: Visit, choices: Wanted) -> ListPane:
    """Raises NotFound for a line that does not exist for this person."""
    lines = list(overview.lines(conn, visit.session.rights, visit.staff_id))
    ids = [line.id for line in lines if choices.line in ("", line.id)]
    if choices.line and not ids:
        raise NotFound("line")
    query = overview.Query(
        line_ids=ids, which=choices.show, order=choices.order, limit=choices.rows
    )
    branch_of = {line.id: line.branch_id for line in lines}
    return ListPane(
        wanted=choices,
        lines=lines,
        page=overview.conversations(conn, visit.staff_id, query),
        wrong=on_lines(conn, visit.session.rights, branch_of),
        callers=unknown_callers.unknown_calls(conn, ids, now_ms=visit.now_ms),
    )


async def _other_page(visit: Visit) -> Response:
    """The IT staff of a branch see devices and no inbox."""
    if visit.session.rights.has(Permission.DEVICE_MANAGE):
        return go(visit, "/devices")
    return go(visit, "/settings")
