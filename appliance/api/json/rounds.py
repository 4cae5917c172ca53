"""`/rounds`: one question to many, until the seats are taken."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response, Security
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute

from appliance.api.json import examples, posting, round_examples, writes
from appliance.api.json.callers import (
    WRITES_ROUNDS,
    Caller,
    caller_of,
    identify,
)
from appliance.api.json.declared import Many, One, nobody
from appliance.api.json.documented import READ_PROBLEMS, WRITE_PROBLEMS, answers
from appliance.api.json.lists import is_dry_run
from appliance.api.json.mapping import body_of
from appliance.api.json.paging import page_of
from appliance.api.json.round_bodies import AnswerIn, RoundIn, RoundOut, RoundPreviewOut
from appliance.api.json.round_previews import RoundPreviewed, preview, shown_in_preview
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.api.json.times import ms_of
from appliance.desk.access.accesses import Shown
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox.directory import Page
from appliance.desk.lists import saved_lists
from appliance.desk.rounds import board, deciding, export, starting
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.desk.rounds.board import Board, BoardPerson
from appliance.desk.rounds.starting import Draft, RoundOrder, StartRequest
from appliance.errors import InvalidInput
from appliance.ids import new_id
from appliance.reasons import Reason
from appliance.store import branches
from appliance.store.readings import ReadingKind, Thing
from appliance.store.rounds import Round, RoundAuthor
from appliance.store.store import Tx

_SCOPE = Scope.ROUNDS_WRITE
_ROUND_ID = writes.path_id("round_id", round_examples.ROUND["id"])


class _OneRound(One[str, Board]):
    """Shows many people at once."""

    def whom(self, found: Board, asked: str) -> Iterable[Shown]:
        del asked
        return _shown(found.people)


class _Rounds(Many[Page, Board]):
    def whom(self, found: Sequence[Board], asked: Page) -> Iterable[Shown]:
        return [each for board in found[: asked.limit - 1] for each in _shown(board.people)]


async def _round_id(round_id: str) -> str:
    return round_id


READS = (
    _Rounds(
        tag="rounds",
        path="/rounds",
        scope=Scope.ROUNDS_READ,
        name="listRounds",
        summary="The rounds",
        description="The newest first.",
        asked=page_of,
        read=board.listed,
        model=RoundOut,
        example=round_examples.ROUND,
        shown=nobody,
    ),
    _OneRound(
        tag="rounds",
        path="/rounds/{round_id}",
        scope=Scope.ROUNDS_READ,
        name="getRound",
        summary="One round",
        description="The round, and how everybody in it stands.",
        asked=_round_id,
        read=board.board,
        model=RoundOut,
        example=round_examples.ROUND,
        shown=nobody,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["rounds"], route_class=DirectRoute)

_DRY_RUN = {
    "name": "dry_run",
    "in": "query",
    "required": False,
    "description": "`true`: nothing is kept; the answer says who would be asked by when.",
    "schema": {"type": "boolean", "default": False},
    "example": True,
}


@router.post(
    "/rounds",
    dependencies=[WRITES_ROUNDS],
    operation_id="startRound",
    summary="Start a round",
    status_code=201,
    response_model=None,
    openapi_extra=writes.takes(RoundIn, round_examples.ROUND_IN, _DRY_RUN, IDEMPOTENCY_KEY),
    responses={
        **answers(
            RoundPreviewOut, round_examples.ROUND_PREVIEW, description="A dry run: nothing is kept."
        ),
        **answers(
            RoundOut,
            round_examples.ROUND,
            *WRITE_PROBLEMS,
            Reason.IDEMPOTENCY_MISMATCH,
            status=201,
            description="The round, with its first questions.",
        ),
    },
)
async def start_round(request: Request) -> Response:
    """Who may not be asked stands in `refused` and costs the others nothing. Questions wait their
    turn like every message that Balie begins. The same `Idempotency-Key` gives the first answer.
    """
    if is_dry_run(request):
        return await _previewed(request)
    foreseen = await _foreseen(request)

    def work(tx: Tx, caller: Caller, wanted: RoundIn) -> dict[str, Any]:
        asked = _request(tx.conn, caller, wanted, tx.now_ms)
        return _told(tx.conn, caller, starting.start(tx, caller.sight, asked, foreseen))

    answer = await writes.made(request, _SCOPE, RoundIn, work)
    request.app.state.services.planned()
    return answer


async def _foreseen(request: Request) -> Draft | None:
    """Most of the work of a start, done before the writer has to wait for it."""
    caller = await caller_of(request, _SCOPE.value)
    wanted = posting.read_body(RoundIn, await request.body())
    now_ms = caller.services.clock.now_ms()
    return await caller.services.store.aread(
        lambda conn: starting.foresee(
            conn, caller.sight, lambda: _request(conn, caller, wanted, now_ms), now_ms=now_ms
        )
    )


async def _previewed(request: Request) -> Response:
    caller = await caller_of(request, _SCOPE.value)
    wanted = posting.read_body(RoundIn, await request.body())
    now_ms = caller.services.clock.now_ms()

    def look(conn: sqlite3.Connection) -> RoundPreviewed:
        asked = _request(conn, caller, wanted, now_ms)
        draft = starting.draft(conn, caller.sight, asked, round_id=new_id(now_ms), now_ms=now_ms)
        found = preview(conn, caller.sight, draft, now_ms)
        return found if _may_read(caller) else found.nameless()

    found = await caller.accesses.read(look, shown_in_preview)
    return JSONResponse(body_of(RoundPreviewOut, found))


@router.post(
    "/rounds/{round_id}/answers/{contact}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_ROUNDS],
    operation_id="decideAnswer",
    summary="Say what somebody's answer is",
    response_model=None,
    openapi_extra=writes.takes(
        AnswerIn,
        round_examples.ANSWER_IN,
        _ROUND_ID,
        writes.path_id("contact", examples.CONTACT["id"]),
    ),
    responses=answers(
        RoundOut,
        round_examples.ROUND,
        *WRITE_PROBLEMS,
        Reason.NOTHING_TO_DECIDE,
        description="The round as it is now.",
    ),
)
async def decide_answer(request: Request) -> Response:
    """A person decides what was unclear, enters what somebody said otherwise, or takes a seat back.
    A yes beyond the seats goes to the reserve list.
    """

    def work(tx: Tx, caller: Caller, wanted: AnswerIn) -> dict[str, Any]:
        about = _seen(tx, caller, request)
        contact = caller.sight.contact(tx.conn, request.path_params["contact"])
        deciding.decide(tx, about, contact.id, AnswerReading(wanted.answer), by=_by(caller))
        return _told(tx.conn, caller, about.id)

    return await writes.changed(request, _SCOPE, AnswerIn, work)


_Ends = Callable[[Tx, Round, RoundAuthor], None]


async def close_round(request: Request) -> Response:
    """Nobody is asked any more, and what waits is withdrawn. Who has a seat keeps it."""
    return await _ended(request, lambda tx, about, by: deciding.close(tx, about, by=by))


async def cancel_round(request: Request) -> Response:
    """The work is off: nobody is asked any more. It tells nobody."""
    return await _ended(request, lambda tx, about, by: deciding.cancel(tx, about, by=by))


async def _ended(request: Request, ends: _Ends) -> Response:
    def work(tx: Tx, caller: Caller) -> dict[str, Any]:
        about = _seen(tx, caller, request)
        ends(tx, about, _by(caller))
        return _told(tx.conn, caller, about.id)

    return await writes.done(request, _SCOPE, work)


for _verb, _endpoint, _summary in (
    ("close", close_round, "Ask nobody any more"),
    ("cancel", cancel_round, "Call a round off"),
):
    router.add_api_route(
        f"/rounds/{{round_id}}/{_verb}",
        _endpoint,
        methods=["POST"],
        dependencies=[WRITES_ROUNDS],
        operation_id=f"{_verb}Round",
        summary=_summary,
        response_model=None,
        openapi_extra={"parameters": [_ROUND_ID]},
        responses=answers(
            RoundOut, round_examples.ROUND, *WRITE_PROBLEMS, description="The round as it is now."
        ),
    )

_Reads = Annotated[Caller, Security(identify, scopes=[Scope.ROUNDS_READ.value])]


async def round_people_csv(round_id: str, caller: _Reads) -> Response:
    """For Excel: who was asked, and what they answered."""
    found = await caller.accesses.read(
        lambda conn: board.board(conn, caller.sight, round_id),
        lambda found: _shown(found.people),
        what=ReadingKind.EXPORT,
        thing=Thing.PERSON,
    )
    return Response(export.as_csv(found), media_type="text/csv; charset=utf-8")


async def round_calendar(round_id: str, caller: _Reads) -> Response:
    """The work as an entry of a calendar, with the names of those who have a seat."""

    def look(conn: sqlite3.Connection) -> tuple[Board, str]:
        found = board.board(conn, caller.sight, round_id)
        return found, branches.branch(conn, found.about.branch_id).name

    found, place = await caller.accesses.read(
        look,
        lambda found: _shown(found[0].yes),
        what=ReadingKind.EXPORT,
        thing=Thing.PERSON,
    )
    return Response(export.as_ics(found, place=place), media_type="text/calendar; charset=utf-8")


for _path, _file, _name, _about, _type, _example in (
    (
        *("people.csv", round_people_csv, "getRoundPeople", "The people of a round", "text/csv"),
        round_examples.PEOPLE,
    ),
    (
        *("calendar.ics", round_calendar, "getRoundCalendar", "A round as an entry"),
        *("text/calendar", round_examples.CALENDAR),
    ),
):
    router.add_api_route(
        f"/rounds/{{round_id}}/{_path}",
        _file,
        operation_id=_name,
        summary=_about,
        response_model=None,
        response_class=Response,
        route_class_override=APIRoute,
        responses=answers(
            None,
            _example,
            *READ_PROBLEMS,
            "not-found",
            description="The file.",
            media_type=_type,
        ),
    )


def _request(
    conn: sqlite3.Connection, caller: Caller, wanted: RoundIn, now_ms: int
) -> StartRequest:
    named = _lines_named(wanted)
    return StartRequest(
        lines=[caller.sight.line(conn, each) for each in named],
        contacts=_contacts_named(conn, caller, wanted, now_ms),
        variants=wanted.variants,
        seats=wanted.seats,
        starts_ms=ms_of(wanted.starts_at),
        ends_ms=ms_of(wanted.ends_at),
        closes_ms=ms_of(wanted.closes_at),
        at_once=wanted.at_once,
        order=RoundOrder(wanted.order),
        label=wanted.label,
        confirm_text=wanted.confirm_text,
        reserve_text=wanted.reserve_text,
        filled_text=wanted.filled_text,
        by=_by(caller),
    )


def _lines_named(wanted: RoundIn) -> Sequence[str]:
    """Raises InvalidInput unless one of the two fields says it."""
    if (wanted.line is None) is (wanted.lines is None):
        raise InvalidInput("line", "Name the line to ask from, or several as “lines”.")
    return wanted.lines or [wanted.line or ""]


def _contacts_named(
    conn: sqlite3.Connection, caller: Caller, wanted: RoundIn, now_ms: int
) -> Sequence[str]:
    """As `_lines_named`; raises NotFound for a list that they do not see."""
    if (wanted.contacts is None) is (wanted.list is None):
        raise InvalidInput("contacts", "Name whom to ask, or a saved list as “list”.")
    if wanted.list is None:
        return wanted.contacts or ()
    found = saved_lists.one(conn, caller.sight, wanted.list)
    return saved_lists.people_of(conn, caller.sight, found, now_ms=now_ms)


def _by(caller: Caller) -> RoundAuthor:
    return RoundAuthor(token_id=caller.token.id)


def _seen(tx: Tx, caller: Caller, request: Request) -> Round:
    return deciding.seen(tx, caller.sight, request.path_params["round_id"])


def _told(conn: sqlite3.Connection, caller: Caller, round_id: str) -> dict[str, Any]:
    found = board.board(conn, caller.sight, round_id)
    return body_of(RoundOut, found if _may_read(caller) else found.nameless())


def _may_read(caller: Caller) -> bool:
    """False for a token that may only ask: it is told neither names nor numbers."""
    return not caller.token.scopes.isdisjoint({Scope.ROUNDS_READ, Scope.CONTACTS_READ})


def _shown(people: Iterable[BoardPerson]) -> Iterable[Shown]:
    return [
        Shown(contact_id=each.contact.id, conversation_id=each.conversation_id, listed=True)
        for each in people
        if each.contact.id is not None
    ]
