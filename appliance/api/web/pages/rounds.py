"""Rounds: what runs and what ran, the live board of one, and what a planner decides in it."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.new_round import planning
from appliance.api.web.pages.people import reading
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.inbox.directory import Page
from appliance.desk.rounds import board, deciding, export
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.desk.rounds.board import Board, BoardPerson
from appliance.store import branches, lines
from appliance.store.readings import ReadingKind, Thing
from appliance.store.rounds import PersonState, Round, RoundAuthor, RoundState
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = 20
MOST_ROWS = 300
"""Rows that a board draws anew with each change."""


class Rows(Enum):
    """Which people the board lists, by the name in the address."""

    ASKED = "asked"
    YES = "yes"
    RESERVE = "reserve"
    NO = "no"
    UNCLEAR = "unclear"
    SILENT = "silent"
    NOT_ASKED = "not-asked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedRound:
    """One round as the list shows it."""

    found: Board
    branch: str
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsShown:
    """`next` is the `after` of the page behind it."""

    running: Sequence[ListedRound]
    over: Sequence[ListedRound]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardShown:
    """`open_lines` are those whose conversations this reader may see. `may_decide` also says that
    there is still something to decide.
    """

    found: Board
    branch: str
    zone: str
    rows: Rows
    open_lines: frozenset[str]
    may_decide: bool

    @property
    def people(self) -> Sequence[BoardPerson]:
        """Those who were asked stand in the order in which they were, so no answer moves a row."""
        if self.rows is Rows.ASKED:
            said = (PersonState.YES, PersonState.RESERVE, PersonState.NO)
            return [each for each in self.found.people if each.question or each.state in said]
        listed: Sequence[BoardPerson] = getattr(self.found, self.rows.value.replace("-", "_"))
        return listed

    @property
    def drawn(self) -> Sequence[BoardPerson]:
        return self.people[:MOST_ROWS]

    def place(self, who: BoardPerson) -> int:
        """On the reserve list, from 1."""
        return self.found.reserve.index(who) + 1 if who in self.found.reserve else 0

    def address(self, who: BoardPerson) -> str | None:
        """Where one reads more of them: the conversation, else their card."""
        if who.conversation_id is not None and who.line_id in self.open_lines:
            return f"/c/{who.conversation_id}"
        return f"/people/{who.contact.id}" if who.contact.id else None

    def told(self, people: Iterable[BoardPerson]) -> Sequence[Shown]:
        return [
            Shown(contact_id=each.contact.id, conversation_id=each.conversation_id, listed=True)
            for each in people
            if each.contact.id is not None
        ]


@routes.get("/rounds")
async def rounds_page(visit: Reading, after: Annotated[str, Query(max_length=40)] = "") -> Response:
    cursor = visit.cursor
    shown = await visit.read(lambda conn: _rounds(conn, visit, after))
    template = "_rounds.html" if visit.partial else "rounds.html"
    may_start = visit.session.rights.has(Permission.INBOX_WRITE)
    return visit.page(template, shown=shown, after=after, cursor=cursor, may_start=may_start)


@routes.get("/rounds/{round_id}")
async def round_page(
    visit: Reading, round_id: str, show: Annotated[Rows, Query()] = Rows.ASKED
) -> Response:
    return await _board_page(visit, round_id, show)


@routes.post("/rounds/{round_id}/answers/{contact}")
async def decide(
    visit: Posting,
    round_id: str,
    contact: str,
    answer: Annotated[Literal["yes", "no"], Form()],
    show: Annotated[Rows, Form()] = Rows.ASKED,
) -> Response:
    """A person says what an answer means, enters what they heard, or takes a seat back."""

    def work(tx: Tx, about: Round, rights: Rights, by: RoundAuthor) -> None:
        found = planning(rights).contact(tx.conn, contact)
        deciding.decide(tx, about, found.id, AnswerReading(answer), by=by)

    return await _changed(visit, round_id, show, work)


@routes.post("/rounds/{round_id}/close")
async def close(
    visit: Posting, round_id: str, show: Annotated[Rows, Form()] = Rows.ASKED
) -> Response:
    return await _changed(
        visit, round_id, show, lambda tx, about, _, by: deciding.close(tx, about, by=by)
    )


@routes.post("/rounds/{round_id}/cancel")
async def cancel(
    visit: Posting, round_id: str, show: Annotated[Rows, Form()] = Rows.ASKED
) -> Response:
    return await _changed(
        visit, round_id, show, lambda tx, about, _, by: deciding.cancel(tx, about, by=by)
    )


@routes.get("/rounds/{round_id}/people.csv")
async def round_csv(visit: Reading, round_id: str) -> Response:
    shown = await _read(visit, round_id, what=ReadingKind.EXPORT)
    return _file(export.as_csv(shown.found), "text/csv; charset=utf-8", "round.csv")


@routes.get("/rounds/{round_id}/work.ics")
async def round_ics(visit: Reading, round_id: str) -> Response:
    """Names those who have a seat, and nobody else."""
    shown = await visit.show(
        lambda conn: _board(conn, visit, round_id, Rows.YES),
        lambda found: found.told(found.people),
        what=ReadingKind.EXPORT,
        thing=Thing.PERSON,
    )
    text = export.as_ics(shown.found, place=shown.branch)
    return _file(text, "text/calendar; charset=utf-8", "round.ics")


async def _changed(
    visit: Visit,
    round_id: str,
    show: Rows,
    work: Callable[[Tx, Round, Rights, RoundAuthor], None],
) -> Response:
    def write(tx: Tx, rights: Rights) -> None:
        about = deciding.seen(tx, planning(rights), round_id)
        work(tx, about, rights, RoundAuthor(staff_id=visit.staff_id))

    await visit.write(write)
    visit.services.planned()
    if visit.partial:
        return await _board_page(visit, round_id, show)
    return go(visit, f"/rounds/{round_id}?show={show.value}")


async def _board_page(visit: Visit, round_id: str, show: Rows) -> Response:
    cursor = visit.cursor
    shown = await _read(visit, round_id, show)
    template = "_round.html" if visit.partial else "round.html"
    return visit.page(template, shown=shown, cursor=cursor)


async def _read(
    visit: Visit,
    round_id: str,
    show: Rows = Rows.ASKED,
    *,
    what: ReadingKind = ReadingKind.READ,
) -> BoardShown:
    return await visit.show(
        lambda conn: _board(conn, visit, round_id, show),
        lambda found: found.told(found.found.people),
        what=what,
        thing=Thing.PERSON,
    )


def _board(conn: sqlite3.Connection, visit: Visit, round_id: str, show: Rows) -> BoardShown:
    sight, rights = reading(visit), visit.session.rights
    found = board.board(conn, sight, round_id)
    at = branches.branch(conn, found.about.branch_id)
    goes_on = found.about.state is not RoundState.CANCELLED and visit.now_ms < found.about.ends_ms
    return BoardShown(
        found=found,
        branch=at.name,
        zone=at.settings.zone,
        rows=show,
        open_lines=frozenset(
            each.id for each in lines.lines(conn) if sight.sees_branch(each.branch_id)
        ),
        may_decide=goes_on and rights.may(Permission.INBOX_WRITE, found.about.branch_id),
    )


def _rounds(conn: sqlite3.Connection, visit: Visit, after: str) -> RoundsShown:
    sight = reading(visit)
    running = board.running(conn, sight, visit.now_ms)
    listed = board.listed(conn, sight, Page(after=after, limit=PAGE + 1))
    seen = {each.id for each in running}
    return RoundsShown(
        running=[_listed(conn, each) for each in running] if not after else (),
        over=[_listed(conn, each) for each in listed[:PAGE] if each.id not in seen],
        next=listed[PAGE - 1].id if len(listed) > PAGE else None,
    )


def _listed(conn: sqlite3.Connection, found: Board) -> ListedRound:
    at = branches.branch(conn, found.about.branch_id)
    return ListedRound(found=found, branch=at.name, zone=at.settings.zone)


def _file(text: str, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=media_type, headers=headers)
