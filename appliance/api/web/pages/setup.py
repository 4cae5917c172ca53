"""First start: the first administrator. A branch, the number and the colleagues follow in
`setup_branch`, `setup_line` and `setup_team`.

Only a person who can read Balie's console or log can make the first administrator: the set-up code
stands there. So a stranger on the network who finds the port first gains nothing. As soon as any
member of staff exists, the first step is closed.
"""

import sqlite3
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.forwarded import address_of
from appliance.api.web.browsers import browser_of
from appliance.api.web.page_finder import PageFinder
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.login import chosen_password, enter, refused
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import AtDoor, AtDoorPosting, Guest, go
from appliance.api.web.words import incident_sentences
from appliance.box import home_wish
from appliance.desk.access import sessions
from appliance.desk.access.bearer import is_code
from appliance.desk.access.wrong_tries import Tried
from appliance.desk.lines.incidents import shown
from appliance.desk.lines.incidents.shown import IncidentEntry
from appliance.desk.team import staff
from appliance.errors import InvalidInput, Refused
from appliance.reasons import Reason
from appliance.store.incidents import IncidentKind
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@routes.get("/setup")
async def setup_page(guest: AtDoor) -> Response:
    if not await guest.web.services.store.aread(staff.is_fresh):
        return go(guest, "/")
    of_box = await guest.web.services.store.aread(_of_box)
    notes = [_note(guest, each) for each in of_box]
    return guest.page("setup.html", **_shown(guest), name="", note=None, of_box=notes)


def _next(guest: Guest) -> str:
    """A head office has no branch of its own."""
    pages: PageFinder = guest.request.app.state.pages
    return "/setup/branch" if pages.has("/setup/branch") else "/"


def _of_box(conn: sqlite3.Connection) -> Sequence[IncidentEntry]:
    """What the start of the box found: whoever sets it up has no other page yet that says it."""
    found = shown.of_machine(conn)
    return [each for each in found if each.kind is IncidentKind.BOX and each.until_ms is None]


def _note(guest: Guest, incident: IncidentEntry) -> Note:
    sentence, remedy = incident_sentences.said(guest.words, incident)
    return Note(code=incident.kind.value, sentence=sentence, remedy=remedy)


@routes.post("/setup")
async def make_first_admin(
    guest: AtDoorPosting,
    code: Annotated[str, Form()] = "",
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    store = guest.web.services.store
    if not await store.aread(staff.is_fresh):
        return go(guest, "/")
    try:
        _check_code(guest, code)
        hashed = await chosen_password(guest.web.door, password, again)
        browser = browser_of(guest.request)
        session = await store.awrite(lambda tx: _begin(tx, name, hashed, browser))
    except (InvalidInput, Refused) as exc:
        note = note_of(guest.words, exc)
        return refused(guest, exc, "setup.html", **_shown(guest), name=name, note=note)
    return enter(guest, session, await guest.web.door.device_cookie(name), _next(guest))


def _shown(guest: Guest) -> dict[str, bool]:
    """Whether there is a code, and whether root shows it to who has the box in hand."""
    return {
        "has_code": guest.web.services.setup_code is not None,
        "is_box": home_wish.ANSWER.parent.is_dir(),
    }


def _check_code(guest: Guest, code: str) -> None:
    """The right code is accepted after any number of wrong tries, because it is too long to be
    guessed. Wrong ones are slowed down by address. Raises Refused.
    """
    expected = guest.web.services.setup_code
    if expected is not None and is_code(code, expected):
        return
    brake, now_ms = guest.web.setup_brake, guest.web.services.clock.now_ms()
    address = address_of(guest.request)
    brake.admit(name=None, address=address, device=None, now_ms=now_ms)
    brake.failed(name=None, address=address, device=None, now_ms=now_ms)
    guest.web.door.wrong.note(Tried.SETUP_CODE, address=address)
    raise Refused(Reason.WRONG_SETUP_CODE, "That is not the set-up code.")


def _begin(tx: Tx, name: str, password_hash: str, browser: str | None) -> sessions.NewSession:
    return sessions.begin(tx, staff.add_first_admin(tx, name, password_hash), browser=browser)
