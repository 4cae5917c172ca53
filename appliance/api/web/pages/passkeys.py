"""Passkeys: made and removed on one's own page, and used at the door."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import JSONResponse, Response

from appliance.api.forwarded import address_of
from appliance.api.web.browsers import browser_of
from appliance.api.web.cookies import SESSION
from appliance.api.web.login_address import origin_of
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages import settings
from appliance.api.web.pages.login import enter, refused
from appliance.api.web.passkeys.ceremonies import Asked, credential_id, load_library
from appliance.api.web.refusal import note_of
from appliance.api.web.visit import AtDoorPosting, Posting, Visit, Web, go, local_path
from appliance.desk.access import passkeys, sessions
from appliance.desk.access.passkeys import NewPasskey
from appliance.desk.access.wrong_tries import Tried, Unproven
from appliance.errors import InvalidInput, Refused
from appliance.store.store import ReaderPool, Tx

routes = APIRouter(route_class=PageRoute, dependencies=[Depends(load_library)])

PAGE = "/me/passkeys"
DOOR = "/login-passkey"

Key = Annotated[str, Form(max_length=100)]
Credential = Annotated[str, Form(max_length=20_000)]


@routes.post(f"{PAGE}/options")
async def ask_to_make(visit: Posting) -> Response:
    there = await visit.read(lambda conn: passkeys.of_staff(conn, visit.staff_id))
    asked = visit.web.ceremonies.ask_to_make(
        visitor=visit.token,
        origin=_origin(visit.request, visit.web),
        address=address_of(visit.request),
        staff_id=visit.staff_id,
        name=visit.session.name,
        there=[each.credential_id for each in there],
    )
    return _told(asked)


@routes.post(PAGE)
async def add(
    visit: Posting,
    key: Key = "",
    credential: Credential = "",
    name: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    try:
        made = visit.web.ceremonies.made(key, credential, visitor=visit.token)
        named = name.strip() or browser_of(visit.request) or "Passkey"
        await visit.write(lambda tx, _: _add(tx, visit, made, named))
    except InvalidInput as exc:
        return await settings.shown(visit, 422, note=note_of(visit.words, exc))
    return go(visit, f"{settings.PAGE}?saved=passkeys")


@routes.post(f"{PAGE}/{{passkey_id}}/name")
async def rename(
    visit: Posting, passkey_id: str, name: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    try:
        await visit.write(lambda tx, _: passkeys.rename(tx, visit.staff_id, passkey_id, name))
    except InvalidInput as exc:
        return await settings.shown(visit, 422, note=note_of(visit.words, exc))
    return go(visit, f"{settings.PAGE}?saved=passkeys")


@routes.post(f"{PAGE}/{{passkey_id}}/remove")
async def remove(visit: Posting, passkey_id: str) -> Response:
    await visit.write(lambda tx, _: passkeys.remove(tx, visit.staff_id, passkey_id))
    return go(visit, f"{settings.PAGE}?saved=passkeys")


@routes.post(f"{DOOR}/options")
async def ask_to_sign(guest: AtDoorPosting) -> Response:
    origin = _origin(guest.request, guest.web)
    asked = guest.web.ceremonies.ask_to_sign(
        visitor=guest.token, origin=origin, address=address_of(guest.request)
    )
    return _told(asked)


@routes.post(DOOR)
async def log_in(
    guest: AtDoorPosting,
    key: Key = "",
    credential: Credential = "",
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    store, address = guest.web.services.store, address_of(guest.request)
    before, browser = SESSION.read(guest.request), browser_of(guest.request)
    named = credential_id(credential)
    passkey = await store.aread(lambda conn: passkeys.known(conn, named), ReaderPool.DOOR)
    try:
        count = guest.web.ceremonies.signed(key, credential, passkey, visitor=guest.token)
        if passkey is None:
            raise InvalidInput("passkey", "There is no such passkey.")
        session = await store.awrite(
            lambda tx: passkeys.come_in(tx, passkey, count, before=before, browser=browser)
        )
    except Refused as exc:
        staff_id = passkey.staff_id if passkey else None
        why = exc.why if isinstance(exc, Unproven) else ""
        guest.web.door.wrong.note(Tried.PASSKEY, address=address, staff_id=staff_id, why=why)
        note = note_of(guest.words, exc)
        return refused(guest, exc, "login.html", back=local_path(back), name="", note=note)
    device = await guest.web.door.device_cookie(passkey.staff_name)
    return enter(guest, session, device, local_path(back))


def _add(tx: Tx, visit: Visit, made: NewPasskey, name: str) -> None:
    passkeys.add(tx, visit.staff_id, made, name=name)
    sessions.proven_by_passkey(tx, visit.token)


def _origin(request: Request, web: Web) -> str:
    return web.services.address or origin_of(request)


def _told(asked: Asked) -> Response:
    return JSONResponse({"key": asked.key, "options": asked.options})
