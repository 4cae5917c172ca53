"""A new conversation at head office: its box decides, as it does of each message from there.

It answers within the moment where it can be reached. Else the message waits, and can be seen and
taken back until the box has decided.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.compose import normal_newlines, status_of
from appliance.api.web.pages.inbox import ListPane
from appliance.api.web.pages.views import Choices, Wanted
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.bearer import new_token
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import sight_in
from appliance.desk.inbox import overview, thread
from appliance.desk.inbox.overview import InboxLine
from appliance.desk.outgoing.recipients import identity_of_contact
from appliance.errors import InvalidInput, NotFound
from appliance.identities import meant
from appliance.ids import is_id
from appliance.messages import clean_text
from appliance.office import wishes
from appliance.office.api.fetched import is_away
from appliance.office.api.seen_boxes import SeenBox
from appliance.office.deciding import decided
from appliance.office.link import CommandKind, CommandOutcome
from appliance.office.tables import commands
from appliance.office.tables.command_rows import CommandGiven
from appliance.office.web import begun, line_choice
from appliance.office.web.listing import boxes_in_sight, shown_desk
from appliance.office.web.places import asker, at_box
from appliance.office.web.search_page import people_at
from appliance.slices import Privacy
from appliance.store import lines
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@dataclass(frozen=True, slots=True)
class NewForm:
    """What stands in the form. `client_id`: sent twice, it is one message."""

    line: str = ""
    number: str = ""
    text: str = ""
    client_id: str = ""


@routes.get("/new")
async def new_page(
    visit: Reading, choices: Choices, to: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    form = NewForm(choices.line, to, client_id=new_token())
    if is_id(to) and choices.line:
        line, box = await _place(visit, choices.line)
        form = NewForm(line.id, await _whom(visit, line, box, to), client_id=form.client_id)
    return await _page(visit, choices, form)


@routes.get("/new/lines")
async def lines_part(visit: Reading, line: Annotated[str, Query(max_length=80)] = "") -> Response:
    """The numbers that fit what was typed, to choose from."""
    found = line_choice.fitting(await _writable(visit), line)
    shown = [line_choice.label(each) for each in found[: line_choice.MOST_FOUND]]
    return visit.page("_new_lines.html", labels=shown)


@routes.get("/new/people")
async def people_part(
    visit: Reading,
    line: Annotated[str, Query(max_length=80)] = "",
    number: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """People of that line's box whom one may mean: their conversation, or who they are."""
    mine, box = await _place(visit, line)
    keeps = box.privacy is not Privacy.ALL
    typed = number.strip()
    people = () if keeps or not typed else await people_at(visit, [box], typed)
    return visit.page("_office_new_people.html", people=people, line=mine, keeps=keeps, typed=typed)


@routes.post("/new")
async def send_new(
    visit: Posting,
    choices: Choices,
    from_line: Annotated[str, Form(alias="line", max_length=80)] = "",
    number: Annotated[str, Form(max_length=200)] = "",
    text: Annotated[str, Form()] = "",
    client_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    said = normal_newlines(text)
    line, box = await _place(visit, from_line)
    form = NewForm(line.id, number, said, client_id or new_token())
    try:
        wish = wishes.MessageWish(
            line_id=line.id,
            whom={"to": await _whom(visit, line, box, number)},
            text=clean_text(said),
        )
        message_id = await visit.write(lambda tx, rights: _ask(tx, rights, visit, box, wish, form))
    except InvalidInput as exc:
        note = note_of(visit.words, exc, line=line.readable, text=said)
        return await _page(visit, choices, form, note=note, status=status_of(exc))
    given = await _given(visit, message_id)
    if not is_away(box, visit.now_ms):
        given = await decided(visit.services.store, given.command.id) or given
    if given.outcome is CommandOutcome.REFUSED:
        form = NewForm(line.id, number, said, new_token())
        note = begun.why_not(visit.words, given, box.name, line.readable)
        return await _page(visit, choices, form, note=note, status=409)
    return go(visit, await _where(visit, given))


def _ask(
    tx: Tx, rights: Rights, visit: Visit, box: SeenBox, wish: wishes.MessageWish, form: NewForm
) -> str:
    branch_id = lines.line(tx.conn, wish.line_id).branch_id
    rights.require(Permission.INBOX_WRITE, branch_id, "line")
    name = wishes.named("new", visit.staff_id, form.client_id)
    return wishes.message(tx, box.id, wish, asker(visit), command_id=name)


@routes.get("/new/{message_id}")
async def waiting_page(visit: Reading, choices: Choices, message_id: str) -> Response:
    """What became of it; where its conversation is there, that."""
    given = await _mine(visit, message_id)
    where = await _where(visit, given)
    if where.startswith("/c/"):
        return go(visit, where)
    line, box = await _place(visit, given.command.body["line"])
    shown = begun.shown(visit.words, given, box, line, visit.now_ms)
    asked = wishes.named("cancel", message_id)
    taken_back = await visit.services.store.aread(lambda conn: commands.by_id(conn, asked))
    shown = replace(shown, withdraws=taken_back is not None)
    if visit.partial:
        return visit.page("_new_waiting.html", begun=shown)
    desk = await shown_desk(visit, choices)
    return visit.page("new_waiting.html", desk=desk, begun=shown)


@routes.post("/new/{message_id}/cancel")
async def cancel_new(visit: Posting, message_id: str) -> Response:
    given = await _mine(visit, message_id)
    body = {"message": message_id}
    name = wishes.named("cancel", message_id)

    def work(tx: Tx, _: Rights) -> None:
        commands.give(tx, given.box_id, CommandKind.CANCEL, body, asker(visit), command_id=name)

    await visit.write(work)
    return go(visit, f"/new/{message_id}")


async def _page(
    visit: Visit, choices: Wanted, form: NewForm, *, note: Note | None = None, status: int = 200
) -> Response:
    desk = await shown_desk(visit, choices)
    if not desk.may_write:
        raise NotFound("page")
    shown = {
        "desk": desk,
        "line": form.line,
        "number": form.number,
        "text": form.text,
        "note": note,
        "client_id": form.client_id,
        "chosen_label": _label(desk, form.line),
        "line_label": line_choice.label,
    }
    return visit.page("_office_new.html" if visit.partial else "office_new.html", status, **shown)


def _label(desk: ListPane, line_id: str) -> str:
    found = (each for each in line_choice.writable(desk.lines) if each.id == line_id)
    return next((line_choice.label(each) for each in found), "")


async def _place(visit: Visit, said: str) -> tuple[InboxLine, SeenBox]:
    """Raises NotFound for a line on which they may not write."""
    line = line_choice.chosen(await _writable(visit), said)

    def read(conn: sqlite3.Connection) -> SeenBox:
        found = list(boxes_in_sight(conn, [line.branch_id]).values())
        if not found:
            raise NotFound("line")
        return found[0]

    return line, await visit.services.store.aread(read)


async def _writable(visit: Visit) -> Sequence[InboxLine]:
    def read(conn: sqlite3.Connection) -> Sequence[InboxLine]:
        return overview.lines(conn, visit.session.rights, visit.staff_id)

    return line_choice.writable(await visit.services.store.aread(read))


async def _whom(visit: Visit, line: InboxLine, box: SeenBox, said: str) -> str:
    """A number as it was written, or that of a person who is named by their id. Raises InvalidInput
    for what is neither, and NotFound for who is not there for this person.
    """
    if not is_id(said):
        meant(said, field="to")
        return said.strip()
    there = await at_box(visit, box.id)
    rights = there.session.rights
    sight = sight_in(rights, Permission.INBOX_READ)
    found = await there.read(
        lambda conn: identity_of_contact(conn, sight, said.lower(), line_id=line.id)
    )
    return found.value


async def _given(visit: Visit, message_id: str) -> CommandGiven:
    found = await visit.services.store.aread(lambda conn: commands.of_message(conn, message_id))
    if found is None:
        raise NotFound("message")
    return found


async def _mine(visit: Visit, message_id: str) -> CommandGiven:
    """Who asked for it sees it, as long as they may write there. Raises NotFound."""
    given = await _given(visit, message_id)
    if given.command.by.staff != visit.staff_id or given.command.body.get("conversation"):
        raise NotFound("message")
    await _place(visit, given.command.body["line"])
    return given


async def _where(visit: Visit, given: CommandGiven) -> str:
    """Its conversation, once its box has told of that; until then where it waits."""
    message_id = str(given.command.body["message"])
    if given.outcome is CommandOutcome.DONE:
        there = await at_box(visit, given.box_id)
        rights = there.session.rights
        found = await there.read(
            lambda conn: thread.conversation_of_message(conn, rights, message_id)
        )
        return f"/c/{found}"
    return f"/new/{message_id}"
