"""Enrolment: each phone that is plugged in, and the five steps to a working number."""

import asyncio
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from appliance.api.services import Bind, PluggedDevice
from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words.i18n import Words
from appliance.desk.access.rights import Permission, Rights, branches_with, rights_of
from appliance.desk.lines import equipment, new_line, replaced_phone
from appliance.desk.lines.equipment import LineDevice, LineEquipment
from appliance.devices.kind import Kind
from appliance.devices.protocol import DeviceState
from appliance.enrolment import Enrolment, EnrolmentWish, EnrolStep, ToDo
from appliance.errors import (
    BalieError,
    DeviceError,
    InvalidInput,
    NotFound,
    Refused,
    SetupError,
)
from appliance.phone_numbers import parse_number
from appliance.store import branches, device_settings, devices, lines
from appliance.store.branches import Branch
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

# A driver opens the lock that a swipe opens, and a look may not have come back yet.
_NO_HINDRANCE = frozenset({ToDo.NUMBER, ToDo.UNLOCK, ToDo.WAIT})

_NEW = "new:"
_FOR = "for:"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolCard:
    """A phone that is plugged in. `line` is the number that it carries, `as_device` how it is
    there. `is_set`: settings of it are to be put back one day. `note`: why the last work on it
    could not go on.
    """

    plugged: PluggedDevice
    line: LineEquipment | None
    as_device: LineDevice | None
    is_set: bool
    note: Note | None

    @property
    def at(self) -> EnrolStep | None:
        """The step that is next; None when all are done."""
        to_do = self.plugged.to_do
        works = self.as_device is not None and self.as_device.state is DeviceState.READY
        return None if works and to_do in _NO_HINDRANCE else to_do.step

    @property
    def may_choose(self) -> bool:
        """A lock that a swipe opens is no hindrance, and what the last test found may be gone."""
        return self.line is None and self.plugged.portrait.to_do in {ToDo.NUMBER, ToDo.UNLOCK}

    @property
    def number(self) -> str:
        """That of its only card, as far as the card says it."""
        told = [each for each in self.plugged.portrait.numbers if each]
        return told[0] if len(told) == 1 else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolView:
    """`free` are numbers without a phone; a new one may be added in `branches`. The phones of those
    in `waiting` do not work, and another may come in their place.
    """

    cards: Sequence[EnrolCard]
    free: Sequence[LineEquipment]
    waiting: Sequence[LineEquipment]
    branches: Sequence[Branch]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What stands in the form: the phone, and a line's id; behind `for:` it is that of a line whose
    phone is replaced, behind `new:` stands the id of a branch.
    """

    kind: str = ""
    address: str = ""
    line: str = ""
    number: str = ""


def _chosen(
    kind: Annotated[str, Form(max_length=40)] = "",
    address: Annotated[str, Form(max_length=300)] = "",
    line: Annotated[str, Form(max_length=80)] = "",
    number: Annotated[str, Form(max_length=40)] = "",
) -> Chosen:
    return Chosen(kind=kind, address=address, line=line, number=number)


ChosenIn = Annotated[Chosen, Depends(_chosen)]


@routes.get("/devices/enrol")
async def enrol_page(visit: Reading) -> Response:
    _must_manage_some(visit.session.rights)
    return await _page(visit)


@routes.post("/devices/enrol")
async def begin(visit: Posting, chosen: ChosenIn) -> Response:
    """Looks whether the number can be had, and lets the work begin; it is bound at its end."""
    _must_manage_some(visit.session.rights)
    try:
        number, driven = await visit.write(lambda tx, rights: _checked(tx.conn, rights, chosen))
    except (InvalidInput, Refused) as exc:
        return await _page(visit, 422, note=note_of(visit.words, exc))
    wanted = EnrolmentWish(address=chosen.address, number=number, driven=driven)
    bind = _binding(visit.staff_id, chosen, number)
    visit.services.enrolment.begin(chosen.kind, wanted, bind)
    return _back(visit, chosen)


@routes.post("/devices/enrol/release")
async def release(visit: Posting, chosen: ChosenIn) -> Response:
    """Puts the settings of the phone back; whatever line it carries, it goes on carrying it."""
    _must_manage_some(visit.session.rights)
    await visit.write(lambda tx, rights: _must_manage(tx.conn, rights, chosen))
    visit.services.enrolment.release(chosen.kind, chosen.address)
    return _back(visit, chosen)


def _back(visit: Visit, chosen: Chosen) -> Response:
    """To the card of the phone, which has the focus then: it may stand below others."""
    return go(visit, f"/devices/enrol#p-{chosen.address}")


def _checked(conn: sqlite3.Connection, rights: Rights, chosen: Chosen) -> tuple[str, bool]:
    """The number, and whether a driver has the phone. Raises InvalidInput, Refused and NotFound."""
    _must_manage_some(rights)
    _must_manage(conn, rights, chosen)
    if not chosen.line:
        raise InvalidInput("chosen_line", "Choose the number of the SIM card.")
    if chosen.line.startswith(_NEW):
        rights.require(Permission.DEVICE_MANAGE, _branch_of(conn, chosen), "branch")
        number = parse_number(chosen.number, field="number")
        lines.refuse_known(conn, number)
        return number, False
    line = lines.line(conn, chosen.line.removeprefix(_FOR))
    rights.require(Permission.DEVICE_MANAGE, line.branch_id, "line")
    if chosen.line.startswith(_FOR):
        about = {"kind": chosen.kind, "address": chosen.address}
        replaced_phone.refuse_unready(conn, line.id, **about)
        return line.number, False
    new_line.refuse_taken(conn, line.id, kind=chosen.kind, address=chosen.address)
    return line.number, chosen.address in {each.address for each in devices.carrying(conn)}


def _binding(staff_id: str, chosen: Chosen, number: str) -> Bind:
    """They may have lost the right by the time the phone is ready."""

    def bind(tx: Tx, enrolment: Enrolment) -> object:
        _checked(tx.conn, rights_of(tx.conn, staff_id), chosen)
        line_id, by = chosen.line, f"staff:{staff_id}"
        if line_id.startswith(_FOR):
            return replaced_phone.replace(tx, _replacement(chosen, enrolment), by=by)
        if line_id.startswith(_NEW):
            line_id = lines.add_line(tx, branch_id=_branch_of(tx.conn, chosen), number=number)
        return new_line.carry(tx, line_id, kind=chosen.kind, address=chosen.address, by=by)

    return bind


def _replacement(chosen: Chosen, enrolment: Enrolment) -> replaced_phone.Replacement:
    return replaced_phone.Replacement(
        line_id=chosen.line.removeprefix(_FOR),
        kind=chosen.kind,
        address=chosen.address,
        cards=enrolment.portrait.cards,
    )


def _branch_of(conn: sqlite3.Connection, chosen: Chosen) -> str:
    return branches.branch(conn, chosen.line.removeprefix(_NEW)).id


def _must_manage_some(rights: Rights) -> None:
    if not rights.has(Permission.DEVICE_MANAGE):
        raise NotFound("page")


def _must_manage(conn: sqlite3.Connection, rights: Rights, chosen: Chosen) -> None:
    """A phone without a number belongs to no branch yet: whoever manages devices may have it."""
    for device in devices.carrying(conn):
        if (device.kind, device.address) == (chosen.kind, chosen.address):
            for line in lines.lines_of_device(conn, device.id):
                rights.require(Permission.DEVICE_MANAGE, line.branch_id, "device")


async def _page(visit: Visit, status: int = 200, *, note: Note | None = None) -> Response:
    cursor, away = visit.cursor, None
    try:
        plugged = await asyncio.to_thread(visit.services.enrolment.plugged)
    except SetupError:
        plugged, away = (), _without_adb(visit.words)
    rights, now_ms = visit.session.rights, visit.now_ms
    notes = [_note(visit.words, each.trouble) for each in plugged]
    noted = list(zip(plugged, notes, strict=True))
    view = await visit.read(lambda conn: _view(conn, rights, noted, now_ms))
    if visit.partial and note is None:
        return _unless_shown(visit, visit.page("_enrol.html", view=view, away=away))
    return visit.page("enrol.html", status, view=view, note=note, away=away, cursor=cursor)


def _unless_shown(visit: Visit, part: Response) -> Response:
    """Nothing where the page shows it already: drawn anew, it may take the focus from a button."""
    tag = f'"{hashlib.sha256(part.body).hexdigest()[:32]}"'
    if visit.request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    part.headers["ETag"] = tag
    return part


def _note(words: Words, trouble: BalieError | None) -> Note | None:
    """Whatever a device says of itself stays in the log; people read what to do."""
    if trouble is None:
        return None
    if isinstance(trouble, InvalidInput | Refused):
        return note_of(words, trouble)
    if isinstance(trouble, DeviceError):
        sentence = words.text("The phone went away or did not answer in time.")
        return Note(code="device", sentence=sentence, remedy=words.text("Try again."))
    if isinstance(trouble, NotFound):
        return Note(code="gone", sentence=words.text("There is nothing here, or not for you."))
    sentence = words.text("Balie made a mistake. What it was is in its log.")
    return Note(code="mistake", sentence=sentence)


def _without_adb(words: Words) -> Note:
    sentence = words.text("Balie does not reach its phones now: adb does not run.")
    remedy = words.text("It is started again by itself. If that lasts, run balie doctor.")
    return Note(code="adb", sentence=sentence, remedy=remedy)


_Noted = tuple[PluggedDevice, Note | None]


def _view(
    conn: sqlite3.Connection, rights: Rights, plugged: Sequence[_Noted], now_ms: int
) -> EnrolView:
    numbers = equipment.numbers(conn, rights, now_ms=now_ms)
    managed = [each for each in numbers if each.may_manage]
    carried = {each.address for each in devices.carrying(conn)}
    set_up = device_settings.set_up_addresses(conn)
    cards = [_card(each, note, managed, set_up) for each, note in plugged]
    return EnrolView(
        cards=[
            card
            for card in cards
            if card.line is not None or card.plugged.portrait.address not in carried
        ],
        free=[each for each in managed if not any(_own_devices(each))],
        waiting=[each for each in managed if _waits_for_a_phone(each)],
        branches=branches_with(conn, rights, Permission.DEVICE_MANAGE),
    )


def _card(
    plugged: PluggedDevice,
    note: Note | None,
    numbers: Sequence[LineEquipment],
    set_up: frozenset[str],
) -> EnrolCard:
    address = plugged.portrait.address
    found = [
        (number, device)
        for number in numbers
        for device in _own_devices(number)
        if (device.kind, device.address) == (plugged.kind, address)
    ]
    line, as_device = found[0] if found else (None, None)
    return EnrolCard(
        plugged=plugged,
        line=line,
        as_device=as_device,
        is_set=address in set_up,
        note=note,
    )


def _waits_for_a_phone(number: LineEquipment) -> bool:
    own = list(_own_devices(number))
    return bool(own) and all(each.state is not DeviceState.READY for each in own)


def _own_devices(number: LineEquipment) -> Iterator[LineDevice]:
    """Without what lines share or has no SIM: a number that has nothing else may get a phone."""
    kinds = ((each, Kind.named(each.kind)) for each in number.devices)
    return (each for each, kind in kinds if kind.has_sim and not kind.is_shared)
