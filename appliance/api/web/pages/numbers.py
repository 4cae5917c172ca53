"""`/settings/numbers`: the bots and mailboxes beside a number, and taking it out of use."""

import asyncio
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import beside_sentences
from appliance.desk.access.rights import Permission, Rights, line_with, lines_with
from appliance.desk.lines import beside, beside_shown
from appliance.desk.lines.beside import NewBeside
from appliance.desk.lines.beside_shown import StandsBeside
from appliance.devices.kind import Kind
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store import branches, lines
from appliance.store.branches import Branch
from appliance.store.house_key import HouseKey
from appliance.store.lines import Line
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/settings/numbers"
WORD = "REMOVE"
"""Is typed to take a number out of use: it does not come back."""
_LONGEST = 500
"""Characters of one thing that is typed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberShown:
    """`choices` are the numbers that one may set. `may_remove`: one may take this one out of use,
    and with it go the `waiting` messages.
    """

    choices: Sequence[tuple[Line, Branch]]
    line: Line
    branch: Branch
    beside: Sequence[StandsBeside]
    may_remove: bool
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedAccount:
    """What a form said, without its secret."""

    kind: str
    fields: Mapping[str, str]


@routes.get(PAGE)
async def numbers_page(visit: Reading, removed: str = "") -> Response:
    """Of the first number."""
    return await _page(visit, "", removed=removed)


@routes.get(f"{PAGE}/{{line_id}}")
async def number_page(visit: Reading, line_id: str, saved: str = "", later: str = "") -> Response:
    return await _page(visit, line_id, saved=saved, later=later)


@routes.post(f"{PAGE}/{{line_id}}/beside/{{kind}}")
async def put_beside(visit: Posting, line_id: str, kind: str) -> Response:
    """What was given is asked at its service before it is kept. The secret is asked anew each time:
    what is kept is never sent to a server that somebody named since.
    """
    rights, asked = visit.session.rights, _kind(kind)
    at = await visit.read(lambda conn: _number(conn, rights, line_id))
    sent = await visit.request.form()
    given = {
        each.name: str(sent.get(each.name, ""))[:_LONGEST].strip() for each in asked.account_fields
    }
    secrets = [given.pop(each.name) for each in asked.account_fields if each.is_secret]
    try:
        wanted, note = await asyncio.to_thread(_asked, asked, at, given, "".join(secrets))
        await visit.write(lambda tx, now: _put(tx, now, visit, line_id, wanted))
    except (InvalidInput, Refused) as exc:
        typed = TypedAccount(kind=asked.name, fields=given)
        said = beside_sentences.note_of(visit.words, exc)
        return await _page(visit, line_id, 422, note=said, typed=typed)
    visit.services.planned()
    return go(visit, f"{PAGE}/{line_id}?saved={asked.name}{'&later=1' if note else ''}")


@routes.post(f"{PAGE}/{{line_id}}/beside/{{kind}}/remove")
async def take_away(visit: Posting, line_id: str, kind: str) -> Response:
    asked = _kind(kind)

    def work(tx: Tx, rights: Rights) -> None:
        line = line_with(tx.conn, rights, Permission.DEVICE_MANAGE, line_id)
        beside.remove(tx, line.id, asked.name, by=f"staff:{visit.staff_id}")

    try:
        await visit.write(work)
    except Refused as exc:
        said = beside_sentences.note_of(visit.words, exc)
        return await _page(visit, line_id, 422, note=said)
    visit.services.planned()
    return go(visit, f"{PAGE}/{line_id}?saved={asked.name}")


@routes.post(f"{PAGE}/{{line_id}}/remove")
async def remove_number(
    visit: Posting, line_id: str, typed: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    """Takes the number out of use."""

    def work(tx: Tx, rights: Rights) -> None:
        line = line_with(tx.conn, rights, Permission.DEVICE_MANAGE, line_id)
        rights.require(Permission.STAFF_MANAGE, line.branch_id, "line")
        if typed.strip() != WORD:
            raise InvalidInput("remove_line", f"Type {WORD}.")
        lines.remove_line(tx, line.id, staff_id=visit.staff_id)

    try:
        await visit.write(work)
    except InvalidInput as exc:
        return await _page(visit, line_id, 422, note=note_of(visit.words, exc))
    visit.services.planned()
    return go(visit, f"{PAGE}?removed=1")


def _kind(name: str) -> Kind:
    """Raises NotFound for what stands beside no line."""
    for each in beside_shown.kinds():
        if each.name == name:
            return each
    raise NotFound("page")


def _asked(
    kind: Kind, at: NumberShown, given: Mapping[str, str], secret: str
) -> tuple[NewBeside, str]:
    """What is to be kept, and what its service could not be asked. What the form does not ask
    stays as it is. Blocks for some seconds. Raises InvalidInput.
    """
    before = next(each for each in at.beside if each.kind.name == kind.name)
    kept = {name: value for name, value in before.settings.items() if isinstance(value, str)}
    account = beside.read_given(kind, {**kept, **given, "name": at.branch.name}, secret)
    wanted = NewBeside(
        kind=kind.name, address=account.address, settings=account.settings, secret=secret
    )
    return wanted, account.note


def _put(tx: Tx, rights: Rights, visit: Visit, line_id: str, wanted: NewBeside) -> None:
    line = line_with(tx.conn, rights, Permission.DEVICE_MANAGE, line_id)
    key = HouseKey.of(visit.services.data_dir)
    beside.put(tx, line.id, wanted, key=key, by=f"staff:{visit.staff_id}")


async def _page(
    visit: Visit,
    line_id: str,
    status: int = 200,
    *,
    saved: str = "",
    later: str = "",
    removed: str = "",
    note: Note | None = None,
    typed: TypedAccount | None = None,
) -> Response:
    rights = visit.session.rights
    if not rights.has(Permission.DEVICE_MANAGE):
        raise NotFound("page")
    at = await visit.read(
        lambda conn: _number(conn, rights, line_id) if line_id else _first(conn, rights)
    )
    return visit.page(
        "numbers.html",
        status,
        at=at,
        saved=saved,
        later=later,
        removed=removed,
        word=WORD,
        note=note,
        typed=typed,
        said=beside_sentences,
    )


def _first(conn: sqlite3.Connection, rights: Rights) -> NumberShown | None:
    own = lines_with(conn, rights, Permission.DEVICE_MANAGE)
    return _number(conn, rights, own[0].id) if own else None


def _number(conn: sqlite3.Connection, rights: Rights, line_id: str) -> NumberShown:
    """Raises NotFound."""
    line = line_with(conn, rights, Permission.DEVICE_MANAGE, line_id)
    known = {each.id: each for each in branches.branches(conn)}
    own = lines_with(conn, rights, Permission.DEVICE_MANAGE)
    return NumberShown(
        choices=[(each, known[each.branch_id]) for each in own],
        line=line,
        branch=known[line.branch_id],
        beside=beside_shown.of_line(conn, line.id),
        may_remove=rights.may(Permission.STAFF_MANAGE, line.branch_id),
        waiting=lines.waiting_on(conn, line.id),
    )
