"""`/new`: to whom, what becomes of it, the first message; a link for who must write first."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import JSONResponse, Response
from markupsafe import Markup

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.compose import normal_newlines, status_of
from appliance.api.web.pages.inbox import ListPane, desk_of, shown_desk
from appliance.api.web.pages.sending_time import Timed, Timing
from appliance.api.web.pages.views import Choices
from appliance.api.web.qr_square import square
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.channels import Channel
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.inbox import overview
from appliance.desk.inbox.overview import InboxLine
from appliance.desk.inbox.thread import conversation_of_message
from appliance.desk.outgoing import sending
from appliance.desk.outgoing.beginning import Beginning, beginning, may_write
from appliance.desk.outgoing.wording import FilledText
from appliance.desk.search import people_to_write
from appliance.desk.search.people_to_write import PersonToWrite
from appliance.desk.texts import offers
from appliance.desk.texts.canned_texts import CannedText
from appliance.desk.texts.offers import Writing
from appliance.desk.website import handing_over
from appliance.desk.website.handing_over import HandOver
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import Identity, meant
from appliance.reasons import Reason
from appliance.store import contacts, lines
from appliance.store.contacts import Contact
from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PEOPLE = 8
"""Who is looked for stands among them, or is typed further."""
_ELSEWHERE = 3
_Line = Annotated[str, Query(max_length=40)]
_Number = Annotated[str, Query(max_length=200)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVerdict:
    """What would become of a message to this number. `contact` is who has it, as far as the reader
    may see them; `opens`: their conversation may be read. `hand_over` is for who may not be written
    to and can change that; `elsewhere`: the reader's numbers from which they may be.
    """

    line: InboxLine
    about: Beginning
    contact: Contact | None
    opens: bool
    hand_over: HandOver | None
    elsewhere: Sequence[InboxLine] = ()

    @property
    def square(self) -> tuple[Channel, str, Markup] | None:
        """Of the best channel: its link, and the link as a square."""
        for channel, link in self.hand_over.links if self.hand_over else ():
            return channel, link, square(link)
        return None


@routes.get("/new")
async def new_page(
    visit: Reading, choices: Choices, to: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    return await _new(visit, choices, line=choices.line, number=to)


@routes.get("/new/verdict")
async def verdict_part(visit: Reading, line: _Line = "", number: _Number = "") -> Response:
    """Empty while no number stands there."""

    def read(conn: sqlite3.Connection) -> NewVerdict | None:
        return _verdict(conn, visit, _own_line(conn, visit, line), number)

    found = await visit.show(read, _shown)
    return visit.page("_new_verdict.html", verdict=found, note=None)


@routes.get("/new/people")
async def people_part(visit: Reading, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Whom it fits, with each of their numbers; who has a whole number says the verdict."""
    rights = visit.session.rights
    if not rights.has(Permission.INBOX_WRITE):
        raise NotFound("page")

    def read(conn: sqlite3.Connection) -> Sequence[PersonToWrite]:
        if _is_whole(q):
            return ()
        return people_to_write.people(conn, _readable(rights), q, PEOPLE)

    def shown(found: Sequence[PersonToWrite]) -> Sequence[Shown]:
        return [Shown(contact_id=each.contact_id, listed=True) for each in found]

    found = await visit.show(read, shown)
    if q.strip():
        visit.accesses.tell(ReadingKind.SEARCH, Thing.SEARCH, words=q, ahead=True)
    return visit.page("_new_people.html", people=found)


@routes.get("/new/texts")
async def texts_part(
    visit: Reading, line: _Line = "", q: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """What fits behind the slash."""
    rights = visit.session.rights

    def read(conn: sqlite3.Connection) -> Sequence[CannedText]:
        return offers.matching(conn, offers.beginning(conn, rights, line, None), q)

    return visit.page("_text_choices.html", texts=await visit.read(read))


@routes.post("/new/texts/{text_id}")
async def take_text(
    visit: Posting,
    text_id: str,
    line: Annotated[str, Form(max_length=40)] = "",
    number: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The text for whom it is to; it is put into the field and not sent."""

    def work(tx: Tx, rights: Rights) -> FilledText:
        return offers.take(tx, _writing(tx.conn, rights, line, number), text_id)

    return JSONResponse(asdict(await visit.write(work)))


@routes.post("/new")
async def send_new(
    visit: Posting,
    choices: Choices,
    timing: Timed,
    from_line: Annotated[str, Form(alias="line")] = "",
    number: Annotated[str, Form()] = "",
    text: Annotated[str, Form()] = "",
) -> Response:
    """A script is told the id of the message, so that the next page can offer to take it back."""
    line = await visit.read(lambda conn: _own_line(conn, visit, from_line))
    try:
        request = sending.SendRequest(
            line_id=line.id,
            identity=meant(number),
            text=normal_newlines(text),
            author=sending.Author(staff_id=visit.staff_id),
            not_before_ms=Timing(undo=timing.undo).not_before_ms(visit.now_ms, line.zone),
            typed=True,
        )
        message_id, conversation_id = await visit.write(
            lambda tx, rights: _begin(tx, rights, request)
        )
    except (InvalidInput, Refused) as exc:
        note = note_of(visit.words, exc, line=line.readable, text=normal_newlines(text))
        typed = {"line": line.id, "number": number, "text": text}
        return await _new(visit, choices, status_of(exc), note=note, **typed)
    visit.services.planned()
    answer = go(visit, f"/c/{conversation_id}")
    answer.headers["X-Message"] = message_id
    return answer


def _begin(tx: Tx, rights: Rights, request: sending.SendRequest) -> tuple[str, str]:
    """The message, and the conversation that it is in."""
    branch_id = lines.line(tx.conn, request.line_id).branch_id
    rights.require(Permission.INBOX_WRITE, branch_id, "line")
    message_id = sending.accept(tx, request).id
    return message_id, conversation_of_message(tx.conn, rights, message_id)


async def _new(
    visit: Visit,
    choices: Choices,
    status: int = 200,
    *,
    line: str,
    number: str,
    text: str = "",
    note: Note | None = None,
) -> Response:
    cursor = visit.cursor
    if visit.partial:
        desk = await visit.read(lambda conn: desk_of(conn, visit, choices))
    else:
        desk = await shown_desk(visit, choices)
    if not desk.may_write:
        raise NotFound("page")
    verdict = await visit.show(lambda conn: _first_verdict(conn, visit, desk, line, number), _shown)
    form: Mapping[str, object] = {"line": line, "number": number, "text": text, "note": note}
    page = "_new.html" if visit.partial else "new.html"
    return visit.page(page, status, desk=desk, cursor=cursor, verdict=verdict, **form)


def _first_verdict(
    conn: sqlite3.Connection, visit: Visit, desk: ListPane, line: str, number: str
) -> NewVerdict | None:
    """From the line that stands in the form: the one that is asked for, else the first."""
    own = [each for each in desk.lines if each.may_write]
    chosen = next((each for each in own if each.id == line), own[0])
    return _verdict(conn, visit, chosen, number)


def _verdict(
    conn: sqlite3.Connection, visit: Visit, line: InboxLine, number: str
) -> NewVerdict | None:
    try:
        about = beginning(
            conn,
            visit.services.histories,
            line_id=line.id,
            identity=meant(number),
            staff_id=visit.staff_id,
            now_ms=visit.now_ms,
        )
    except InvalidInput:  # a number that is still being typed
        return None
    rights = visit.session.rights
    why = about.refusal and about.refusal.code
    hand_over, elsewhere = None, []
    if why is not None and why != Reason.BLOCKED:
        hand_over = handing_over.of_line(conn, line.id, stopped=why == Reason.OPTED_OUT)
        elsewhere = [
            each
            for each in overview.lines(conn, rights, visit.staff_id)
            if each.may_write and may_write(conn, each.id, about.identity)
        ]
    return NewVerdict(
        line=line,
        about=about,
        contact=_seen(conn, rights, about.identity),
        opens=rights.may(Permission.INBOX_READ, line.branch_id),
        hand_over=hand_over,
        elsewhere=elsewhere[:_ELSEWHERE],
    )


def _shown(found: NewVerdict | None) -> Sequence[Shown]:
    if found is None or found.contact is None:
        return ()
    return (Shown(contact_id=found.contact.id, listed=True),)


def _seen(conn: sqlite3.Connection, rights: Rights, identity: Identity) -> Contact | None:
    found = contacts.by_identity(conn, identity)
    seen = rights.has(Permission.INBOX_READ) and found is not None
    return found if seen and found and _readable(rights).sees_contact(conn, found.id) else None


def _is_whole(typed: str) -> bool:
    try:
        meant(typed)
    except InvalidInput:
        return False
    return True


def _readable(rights: Rights) -> Sight:
    return sight_in(rights, Permission.INBOX_READ)


def _writing(conn: sqlite3.Connection, rights: Rights, line: str, number: str) -> Writing:
    try:
        contact = _seen(conn, rights, meant(number))
    except InvalidInput:
        contact = None
    name = (contact.office_name or contact.chosen_name) if contact else None
    return offers.beginning(conn, rights, line, name)


def _own_line(conn: sqlite3.Connection, visit: Visit, line_id: str) -> InboxLine:
    for line in overview.lines(conn, visit.session.rights, visit.staff_id):
        if line.id == line_id and line.may_write:
            return line
    raise NotFound("line")
