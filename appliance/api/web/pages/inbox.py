"""The inbox: the page, and its list by itself."""

import dataclasses
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response
from markupsafe import Markup

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.saved_views import me, sight_of
from appliance.api.web.pages.views import Choices, InboxView, Wanted, counts_of, old_address
from appliance.api.web.row_drawing import RowPlace, drawn_row
from appliance.api.web.visit import Reading, Visit, go, in_header
from appliance.api.web.words.i18n import Words
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission
from appliance.desk.automatic import presence
from appliance.desk.automatic.presence import OnDuty
from appliance.desk.inbox import overview, unknown_callers
from appliance.desk.inbox.directory import Page
from appliance.desk.inbox.missing import MissingPage, missing
from appliance.desk.inbox.overview import ConversationRow, InboxLine, ListPage
from appliance.desk.inbox.unknown_callers import UnknownCall
from appliance.desk.inbox.view_counts import LineCounts, view_counts
from appliance.desk.lines.incidents.shown import IncidentEntry, on_lines
from appliance.desk.team import handover, saved_views
from appliance.desk.team.handover import HandoverNote
from appliance.desk.team.saved_list import names_former, saved_list
from appliance.desk.team.saved_views import SavedView
from appliance.desk.team.shown_case import BoxShown
from appliance.errors import NotFound
from appliance.store import branches
from appliance.store.branch_settings import BranchSettings

routes = APIRouter(route_class=PageRoute)

MOST_VIEWS = 100
MOST_DRAWN = 99
"""Beside a view; who has more to do needs no exact number."""
_KEPT = frozenset({InboxView.WAITING, InboxView.MINE, InboxView.NOBODYS, InboxView.ALL})
NOTHING_MISSING = MissingPage(rows=(), more=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunNote:
    """A message from head office to somebody new, which its box has not decided, or has refused."""

    href: str
    sentence: str
    is_refused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPane:
    """The list pane: numbers to choose from, and the conversations on the chosen ones.

    `wrong` is what is wrong on each line now. `counts`: of each line that one may see. `saved`: the
    saved view that is shown; `names_former`: it names a colleague who is gone. `duty`: who is on
    duty now on the one number that is shown. `views` are offered. `chooses`: several conversations
    can be chosen. `asks`: only the server knows which rows belong to it. `cut`: the boxes that a
    head office cannot reach now.
    """

    wanted: Wanted
    lines: list[InboxLine]
    page: ListPage
    counts: Sequence[LineCounts]
    missing: MissingPage = NOTHING_MISSING
    wrong: Mapping[str, Sequence[IncidentEntry]] = field(default_factory=dict)
    callers: Sequence[UnknownCall] = ()
    handovers: Sequence[HandoverNote] = ()
    saved: SavedView | None = None
    names_former: bool = False
    saved_views: Sequence[SavedView] = ()
    duty: Sequence[OnDuty] = ()
    views: Sequence[InboxView] = tuple(InboxView)
    chooses: bool = True
    asks: bool = False
    cut: Sequence[BoxShown] = ()
    begun: Sequence[BegunNote] = ()
    #: Boxes keep names and words of some of its rows to themselves.
    keeps_names: bool = False
    #: Those to choose from, where there are too many for a page; None: all.
    offered: Sequence[InboxLine] | None = None

    @property
    def may_keep(self) -> bool:
        """Whether what is shown can be told in the words of a saved view."""
        return bool(self.lines) and self.wanted.view in _KEPT

    @property
    def unread(self) -> int:
        return sum(line.unread for line in self.lines)

    @property
    def waiting(self) -> int:
        """How many wait on all that one may see."""
        return sum(each.waiting for each in self.counts)

    @property
    def in_views(self) -> Mapping[str, str]:
        """How much stands in a view on the chosen lines, by its name and as it is drawn; of views
        that have a number beside them.
        """
        chosen = [each for each in self.counts if self.wanted.line in ("", each.line_id)]
        sums = {view: sum(each) for view, each in counts_of(chosen).items()}
        return {view: _few(count) if count else "" for view, count in sums.items()}

    @property
    def shown(self) -> Sequence[Shown]:
        rows = [(row.contact_id, row.id) for row in self.page.rows]
        rows += [(row.contact_id, row.conversation_id) for row in self.missing.rows]
        seen = [Shown(contact_id=each, conversation_id=where, listed=True) for each, where in rows]
        callers = [
            Shown(contact_id=call.contact_id, listed=True)
            for call in self.callers
            if call.contact_id
        ]
        return [*seen, *callers]

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

    def drawn(self, row: ConversationRow, words: Words, now_ms: int) -> Markup:
        line = self.line_of(row.line_id)
        place = RowPlace(
            zone=line.zone,
            within_min=line.within_min,
            may_write=self.may_write and self.chooses,
            branch=line.branch if self.names_branches else "",
            query=self.wanted.query(),
            is_open=self.wanted.open == row.id,
        )
        return drawn_row(row, place, words, now_ms)

    def line_of(self, line_id: str) -> InboxLine:
        return next(line for line in self.lines if line.id == line_id)

    @property
    def may_write(self) -> bool:
        return any(line.may_write for line in self.lines)

    @property
    def names_branches(self) -> bool:
        """True when rows of several branches stand in one list."""
        return not self.wanted.line and len(self.lines) > 1

    @property
    def chosen_line(self) -> InboxLine | None:
        """The one number that is shown; None where several are."""
        shown = [line for line in self.lines if self.wanted.line in ("", line.id)]
        return shown[0] if len(shown) == 1 else None

    @property
    def zone(self) -> str:
        return self.lines[0].zone if self.lines else BranchSettings().zone

    @property
    def own_number(self) -> str:
        """The number to which these conversations belong, when there is only one."""
        return self.lines[0].readable if len(self.lines) == 1 else ""

    def nothing(self, words: Words) -> tuple[str, str]:
        """What an empty list says: that it is empty, and what will fill it."""
        if self.saved:
            return (
                words.text("Nothing is in this view now."),
                words.text("It names a colleague who is not here any more.")
                if self.names_former
                else words.text("Conversations that fit it stand here by themselves."),
            )
        if not self.lines:
            return (
                words.text("There is no number yet that you may use."),
                words.text("Whoever looks after Balie gives you one."),
            )
        return {
            InboxView.WAITING: (
                words.text("Nobody is waiting. Nicely done."),
                words.text("Who writes stands here until they have an answer, the longest first."),
            ),
            InboxView.MINE: (
                words.text("You have no conversation now."),
                words.text("What you claim, or a colleague hands you, stands here."),
            ),
            InboxView.NOBODYS: (
                words.text("Everybody who waits has a colleague."),
                words.text("Who waits and is nobody's stands here. Claim one, and it is yours."),
            ),
            InboxView.LATER: (
                words.text("Nothing is put away."),
                words.text("What you put away for later comes back by itself."),
            ),
            InboxView.NOT_ARRIVED: (
                words.text("Everything has arrived."),
                words.text("What fails, expires or is in doubt stands here until it is seen to."),
            ),
            InboxView.UNREAD: (
                words.text("Everything is read."),
                words.text("What comes stands here until you have seen it."),
            ),
            InboxView.GROUPS: (
                words.text("The phone is in no group yet."),
                words.text("A group stands here as soon as somebody writes in it."),
            ),
            InboxView.ALL: (
                words.text("Nobody has written yet."),
                words.text("Conversations appear here by themselves."),
            ),
        }[self.wanted.view]


def _few(count: int) -> str:
    """`static/rows.js` draws the same."""
    return f"{MOST_DRAWN}+" if count > MOST_DRAWN else str(count)


@routes.get("/")
async def first_page(
    visit: Reading,
    choices: Choices,
    show: Annotated[str, Query(max_length=40)] = "",
    order: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Who waits. With a query it is an address from before there were views."""
    wanted = old_address(choices.line, show, order)
    if choices.line or show or order:
        return go(visit, wanted.address())
    return await inbox_page(visit, wanted)


@routes.get("/inbox/{view}")  # noqa: FAST003 -- the choices take it
async def inbox_page(visit: Reading, choices: Choices) -> Response:
    if not visit.session.rights.has(Permission.INBOX_READ):
        return await _other_page(visit)
    if visit.partial:
        return visit.page("_no_thread_panes.html")
    cursor = visit.cursor
    search = await visit.read(lambda conn: _search_of(conn, visit, choices))
    if search:
        return go(visit, f"/search?{urlencode({'q': search})}")
    desk = await shown_desk(visit, choices)
    if not desk.lines and visit.session.rights.may(Permission.STAFF_MANAGE, None):
        return go(visit, "/setup/line" if await visit.read(branches.branches) else "/setup/branch")
    return visit.page("inbox.html", desk=desk, thread=None, card=None, cursor=cursor)


@routes.get("/list")
async def list_part(visit: Reading, choices: Choices, chosen: str = "") -> Response:
    """`chosen`: somebody clicked, so the browser's address is changed, too."""
    desk = await shown_desk(visit, choices)
    answer = visit.page("_list_parts.html", desk=desk)
    if chosen:
        shown = desk.wanted
        beside = f"/c/{shown.open}{shown.query()}"
        answer.headers["HX-Replace-Url"] = in_header(beside if shown.open else shown.address())
    return answer


async def shown_desk(visit: Visit, choices: Wanted) -> ListPane:
    """As `desk_of`, and notes whose data is shown."""
    return await visit.show(lambda conn: desk_of(conn, visit, choices), lambda desk: desk.shown)


def desk_of(conn: sqlite3.Connection, visit: Visit, choices: Wanted) -> ListPane:
    """A saved view that is not there for this person (any more) is `all`, so that what stands
    beside the list stays. Raises NotFound for a line that does not exist for this person.
    """
    lines = list(overview.lines(conn, visit.session.rights, visit.staff_id))
    ids = [line.id for line in lines if choices.line in ("", line.id)]
    if choices.line and not ids:
        raise NotFound("line")
    view = _saved_view(conn, visit, choices)
    if view is None:
        choices = dataclasses.replace(choices, saved="")
    query = overview.Query(
        line_ids=ids,
        which=choices.which,
        order=choices.order,
        limit=choices.rows,
        hidden=visit.session.rights.groups.hidden,
    )
    is_missing = choices.view is InboxView.NOT_ARRIVED
    branch_of = {line.id: line.branch_id for line in lines}
    return ListPane(
        wanted=choices,
        lines=lines,
        page=_page_of(conn, visit, query, choices, view),
        saved=view,
        names_former=view is not None and names_former(conn, view),
        saved_views=_saved_views(conn, visit, view),
        counts=view_counts(conn, visit.staff_id, branch_of, visit.session.rights.groups.hidden),
        missing=missing(conn, query) if is_missing else NOTHING_MISSING,
        wrong=on_lines(conn, visit.session.rights, branch_of),
        callers=unknown_callers.unknown_calls(conn, ids, now_ms=visit.now_ms),
        duty=presence.on_duty(conn, ids[0], visit.now_ms) if len(ids) == 1 else (),
        handovers=sorted(handover.standing(conn, ids).values(), key=lambda each: -each.at_ms),
    )


def _saved_views(
    conn: sqlite3.Connection, visit: Visit, shown: SavedView | None
) -> Sequence[SavedView]:
    """By name: one's own, those that are shared with whoever looks, and always the shown one."""
    sight, first = sight_of(visit.session.rights), Page(limit=MOST_VIEWS)
    found = {each.id: each for each in saved_views.listed(conn, sight, me(visit), first)}
    if shown is not None:
        found[shown.id] = shown
    return sorted(found.values(), key=lambda each: each.name.casefold())


def _search_of(conn: sqlite3.Connection, visit: Visit, choices: Wanted) -> str:
    """What the chosen view searches for. Raises NotFound for one that is not there for this person:
    its address promises that list alone.
    """
    view = _saved_view(conn, visit, choices)
    if choices.saved and view is None:
        raise NotFound("view")
    return view.search if view else ""


def _saved_view(conn: sqlite3.Connection, visit: Visit, choices: Wanted) -> SavedView | None:
    if not choices.saved:
        return None
    try:
        return saved_views.one(conn, sight_of(visit.session.rights), me(visit), choices.saved)
    except NotFound:
        return None


def _page_of(
    conn: sqlite3.Connection,
    visit: Visit,
    query: overview.Query,
    choices: Wanted,
    view: SavedView | None,
) -> ListPage:
    if view is None:
        return overview.conversations(conn, visit.staff_id, query)
    return saved_list(
        conn,
        sight_of(visit.session.rights),
        visit.staff_id,
        view,
        line_id=choices.line,
        limit=query.limit,
    )


async def _other_page(visit: Visit) -> Response:
    """The IT staff of a branch see devices and no inbox."""
    if visit.session.rights.has(Permission.DEVICE_MANAGE):
        return go(visit, "/devices")
    return go(visit, "/settings")
