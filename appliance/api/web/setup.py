"""First start: the first administrator, and a branch; the number follows in `setup_line`.

Only who can read Balie's console or log makes the first administrator: the set-up code stands
there, so a stranger on the network who finds the port first gains nothing. As soon as anybody
exists the first step is closed.
"""

import hmac
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.i18n import LANGUAGES
from appliance.api.web.login import address_of, chosen_password, enter
from appliance.api.web.refusal import note_of
from appliance.api.web.route import PageRoute
from appliance.api.web.visit import AtDoor, AtDoorPosting, Guest, Posting, Reading, Visit, go
from appliance.desk import sessions, staff
from appliance.desk.access import Permission
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store import lines
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

MAX_NAME = 80
BRAKE = "set-up"
"""All wrong codes count together, whoever tries them."""


@routes.get("/setup")
async def setup_page(guest: AtDoor) -> Response:
    if not await guest.web.services.store.aread(staff.is_fresh):
        return go(guest, "/")
    return _first_step(guest, name="", note=None)


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
        session = await store.awrite(lambda tx: _begin(tx, name, hashed))
    except (InvalidInput, Refused) as exc:
        status = 422 if isinstance(exc, InvalidInput) else 403
        return _first_step(guest, status, name=name, note=note_of(guest.words, exc))
    return enter(guest, session, await guest.web.door.device_cookie(name), "/setup/branch")


@routes.get("/setup/branch")
async def branch_page(visit: Reading) -> Response:
    must_be_admin(visit)
    return visit.page("setup_branch.html", name="", note=None)


@routes.post("/setup/branch")
async def add_branch(
    visit: Posting,
    name: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "nl",
) -> Response:
    must_be_admin(visit)
    try:
        tidy = _branch_name(name)
        language = language if language in LANGUAGES else LANGUAGES[0]
        await visit.write(lambda tx: lines.add_branch(tx, tidy, language=language))
    except (InvalidInput, Refused) as exc:
        note = note_of(visit.words, exc)
        return visit.page("setup_branch.html", 422, name=name, note=note)
    return go(visit, "/setup/line")


def _branch_name(name: str) -> str:
    tidy = " ".join(name.split())
    if not tidy or len(tidy) > MAX_NAME or not tidy.isprintable():
        raise InvalidInput("branch", "Write the branch's name.")
    return tidy


def _first_step(guest: Guest, status: int = 200, **context: object) -> Response:
    has_code = guest.web.services.setup_code is not None
    return guest.page("setup.html", status, has_code=has_code, **context)


def _check_code(guest: Guest, code: str) -> None:
    """Raises Refused; wrong codes are slowed down as wrong passwords are (TooManyTries)."""
    expected = guest.web.services.setup_code
    given = "".join(code.split()).casefold()
    brake, now_ms = guest.web.setup_brake, guest.web.services.clock.now_ms()
    address = address_of(guest.request)
    brake.admit(name=BRAKE, address=address, device=None, now_ms=now_ms)
    if expected is None or not hmac.compare_digest(given.encode(), expected.casefold().encode()):
        brake.failed(name=BRAKE, address=address, device=None, now_ms=now_ms)
        raise Refused("wrong-setup-code", "That is not the set-up code.")


def _begin(tx: Tx, name: str, password_hash: str) -> sessions.NewSession:
    return sessions.begin(tx, staff.add_first_admin(tx, name, password_hash))


def must_be_admin(visit: Visit) -> None:
    if not visit.session.rights.may(Permission.STAFF_MANAGE, None):
        raise NotFound("page")
