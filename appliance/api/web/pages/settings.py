"""One's own settings: language, light or dark, password."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.forwarded import address_of
from appliance.api.web.cookies import DEVICE, SESSION
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.login import must_agree
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access import sessions
from appliance.desk.access.sessions import NewSession
from appliance.desk.team import staff
from appliance.errors import InvalidInput, Refused
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@routes.get("/settings")
async def settings_page(visit: Reading, saved: str = "") -> Response:
    return _page(visit, saved=saved)


@routes.post("/settings/look")
async def choose_look(
    visit: Posting,
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
    density: Annotated[str, Form()] = "",
    sends: Annotated[str, Form()] = "",
) -> Response:
    await visit.write(
        lambda tx, _: staff.choose_look(
            tx,
            visit.staff_id,
            language=language or None,
            theme=theme or None,
            dense=density == "dense",
            ctrl_sends=sends == "ctrl",
        )
    )
    return go(visit, "/settings?saved=look")


@routes.post("/settings/password")
async def change_password(
    visit: Posting,
    current: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    again: Annotated[str, Form()] = "",
) -> Response:
    """Logs out every browser of this person; this browser gets a new session."""
    door = visit.web.door
    try:
        must_agree(password, again)
        # The brake of the log-in, so that nobody can guess without end at an unlocked screen.
        await door.check(
            visit.session.name,
            current,
            address=address_of(visit.request),
            device=DEVICE.read(visit.request),
        )
        hashed = await door.hash_password(password)
    except (InvalidInput, Refused) as exc:
        return _page(visit, 422, note=note_of(visit.words, exc))
    session = await visit.write(lambda tx, _: _changed(tx, visit.staff_id, hashed))
    answer = go(visit, "/settings?saved=password")
    SESSION.put(answer, session.token, secure=visit.secure)
    return answer


def _page(
    visit: Visit, status: int = 200, *, saved: str = "", note: Note | None = None
) -> Response:
    return visit.page("settings.html", status, saved=saved, note=note)


def _changed(tx: Tx, staff_id: str, password_hash: str) -> NewSession:
    staff.set_password(tx, staff_id, password_hash)
    return sessions.begin(tx, staff_id)
