"""In and out: by name and password, or once by a link that sets the password."""

from typing import Annotated

from fastapi import APIRouter, Form, Query
from fastapi.responses import Response

from appliance.api.forwarded import address_of
from appliance.api.web.browsers import browser_of
from appliance.api.web.cookies import DEVICE, GUEST, SESSION
from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import AtDoor, AtDoorPosting, Guest, Posting, go, local_path
from appliance.desk.access import sessions
from appliance.desk.access.login import Door
from appliance.desk.access.throttle import TooManyTries
from appliance.desk.access.turns import Crowded
from appliance.desk.team import staff
from appliance.errors import InvalidInput, Refused
from appliance.store.store import ReaderPool

routes = APIRouter(route_class=PageRoute)

FORBIDDEN, UNPROCESSABLE, TOO_MANY_REQUESTS, UNAVAILABLE = 403, 422, 429, 503


@routes.get("/login")
async def login_page(
    guest: AtDoor, back: Annotated[str, Query(alias="next")] = "/", passkey: str = ""
) -> Response:
    """`passkey`: an administrator came by another way, where the house wants one."""
    if await guest.web.services.store.aread(staff.is_fresh, ReaderPool.DOOR):
        return go(guest, "/setup")
    wanted = guest.words.text("Administrators log in with a passkey here.")
    note = Note(code="passkey", sentence=wanted) if passkey else None
    return guest.page("login.html", back=local_path(back), name="", note=note)


@routes.post("/login")
async def log_in(
    guest: AtDoorPosting,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    address = address_of(guest.request)
    device = DEVICE.read(guest.request)
    before = SESSION.read(guest.request)
    try:
        entered = await guest.web.door.log_in(
            name,
            password,
            address=address,
            device=device,
            before=before,
            browser=browser_of(guest.request),
        )
    except Refused as exc:
        note = note_of(guest.words, exc)
        return refused(guest, exc, "login.html", back=local_path(back), name=name, note=note)
    return enter(guest, entered.session, entered.device, local_path(back))


@routes.post("/logout")
async def log_out(visit: Posting) -> Response:
    await visit.write(lambda tx, _: sessions.end(tx, visit.token))
    answer = go(visit, "/login")
    SESSION.drop(answer, secure=visit.secure)
    return answer


@routes.get("/login/{token}")
async def link_page(guest: AtDoor, token: str) -> Response:
    """Opening the link changes nothing, so a mail program that previews it does not use it up."""
    now_ms = guest.web.services.clock.now_ms()
    member = await guest.web.services.store.aread(
        lambda conn: staff.link_owner(conn, token, now_ms), ReaderPool.DOOR
    )
    return guest.page("login_link.html", name=member.name, link=token, note=None)


@routes.post("/login/{token}")
async def use_link(
    guest: AtDoorPosting,
    token: str,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    store, now_ms = guest.web.services.store, guest.web.services.clock.now_ms()
    member = await store.aread(lambda conn: staff.link_owner(conn, token, now_ms), ReaderPool.DOOR)
    try:
        hashed = await chosen_password(guest.web.door, password, again)
    except (InvalidInput, Refused) as exc:
        note = note_of(guest.words, exc)
        return refused(guest, exc, "login_link.html", name=member.name, link=token, note=note)
    before, browser = SESSION.read(guest.request), browser_of(guest.request)
    session = await store.awrite(
        lambda tx: staff.use_login_link(tx, token, hashed, before=before, browser=browser)
    )
    return enter(guest, session, await guest.web.door.device_cookie(member.name), "/")


async def chosen_password(door: Door, password: str, again: str) -> str:
    """The hash of a password typed twice. Raises InvalidInput."""
    must_agree(password, again)
    return await door.hash_password(password)


def must_agree(password: str, again: str) -> None:
    if password != again:
        raise InvalidInput("again", "The two passwords differ.")


def refused(
    guest: Guest, exc: InvalidInput | Refused, template: str, **context: object
) -> Response:
    """The form again, with a status and, when it has to wait, the time to try again."""
    match exc:
        case InvalidInput():
            status = UNPROCESSABLE
        case TooManyTries():
            status = TOO_MANY_REQUESTS
        case Crowded():
            status = UNAVAILABLE
        case _:
            status = FORBIDDEN
    answer = guest.page(template, status, **context)
    if isinstance(exc, TooManyTries | Crowded):
        answer.headers["Retry-After"] = str(exc.retry_after_s)
    return answer


def enter(guest: Guest, session: sessions.NewSession, device: str, address: str) -> Response:
    answer = go(guest, address)
    SESSION.put(answer, session.token, secure=guest.secure)
    DEVICE.put(answer, device, secure=guest.secure)
    GUEST.drop(answer, secure=guest.secure)
    return answer
