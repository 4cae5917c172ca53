"""In and out: by name and password, or once by a link that sets the password."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from appliance.api.web.cookies import DEVICE, GUEST, SESSION
from appliance.api.web.refusal import note_of
from appliance.api.web.route import PageRoute
from appliance.api.web.visit import AtDoor, AtDoorPosting, Guest, Posting, go, local_path
from appliance.desk import sessions, staff
from appliance.desk.login import Door
from appliance.errors import InvalidInput, Refused

routes = APIRouter(route_class=PageRoute)

TOO_MANY_REQUESTS = 429


@routes.get("/login")
async def login_page(guest: AtDoor, back: Annotated[str, Query(alias="next")] = "/") -> Response:
    if await guest.web.services.store.aread(staff.is_fresh):
        return go(guest, "/setup")
    return guest.page("login.html", back=local_path(back), name="", note=None)


@routes.post("/login")
async def log_in(
    guest: AtDoorPosting,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    address = address_of(guest.request)
    device = DEVICE.read(guest.request)
    try:
        entered = await guest.web.door.log_in(name, password, address=address, device=device)
    except Refused as exc:
        note = note_of(guest.words, exc)
        status = TOO_MANY_REQUESTS if note.code == "too-many-tries" else 403
        return guest.page("login.html", status, back=local_path(back), name=name, note=note)
    return enter(guest, entered.session, entered.device, local_path(back))


@routes.post("/logout")
async def log_out(visit: Posting) -> Response:
    await visit.write(lambda tx: sessions.end(tx, visit.token))
    answer = go(visit, "/login")
    SESSION.drop(answer, secure=visit.services.cookies_secure)
    return answer


@routes.get("/login/{token}")
async def link_page(guest: AtDoor, token: str) -> Response:
    """Opening the link changes nothing, so a preview by a mail program does not use it up."""
    now_ms = guest.web.services.clock.now_ms()
    member = await guest.web.services.store.aread(
        lambda conn: staff.link_owner(conn, token, now_ms)
    )
    return guest.page("login_link.html", name=member.name, note=None)


@routes.post("/login/{token}")
async def use_link(
    guest: AtDoorPosting,
    token: str,
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    store, now_ms = guest.web.services.store, guest.web.services.clock.now_ms()
    member = await store.aread(lambda conn: staff.link_owner(conn, token, now_ms))
    try:
        hashed = await chosen_password(guest.web.door, password, again)
    except InvalidInput as exc:
        note = note_of(guest.words, exc)
        return guest.page("login_link.html", 422, name=member.name, note=note)
    session = await store.awrite(lambda tx: staff.use_login_link(tx, token, hashed))
    return enter(guest, session, await guest.web.door.device_cookie(member.name), "/")


async def chosen_password(door: Door, password: str, again: str) -> str:
    """The hash of a password typed twice. Raises InvalidInput."""
    if password != again:
        raise InvalidInput("again", "The two passwords differ.")
    return await door.hash_password(password)


def address_of(request: Request) -> str:
    return request.client.host if request.client else ""


def enter(guest: Guest, session: sessions.NewSession, device: str, address: str) -> Response:
    answer = go(guest, address)
    secure = guest.web.services.cookies_secure
    SESSION.put(answer, session.token, secure=secure)
    DEVICE.put(answer, device, secure=secure)
    GUEST.drop(answer, secure=secure)
    return answer
