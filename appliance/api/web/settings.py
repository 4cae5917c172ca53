"""One's own settings: language, light or dark, password."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.cookies import DEVICE, SESSION
from appliance.api.web.login import address_of, chosen_password
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.route import PageRoute
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk import staff
from appliance.desk.sessions import NewSession
from appliance.errors import InvalidInput, Refused

routes = APIRouter(route_class=PageRoute)


@routes.get("/settings")
async def settings_page(visit: Reading, saved: str = "") -> Response:
    return _page(visit, saved=saved)


@routes.post("/settings/look")
async def choose_look(
    visit: Posting,
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
) -> Response:
    await visit.write(
        lambda tx: staff.choose_look(
            tx, visit.staff_id, language=language or None, theme=theme or None
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
    """All other browsers of this person are logged out by it; this one gets a new session."""
    try:
        session = await _confirm(visit, current)
        hashed = await chosen_password(visit.web.door, password, again)
    except (InvalidInput, Refused) as exc:
        return _page(visit, 422, note=note_of(visit.words, exc))
    await visit.write(
        lambda tx: staff.set_password(tx, visit.staff_id, hashed, keep_session=session.token)
    )
    answer = go(visit, "/settings?saved=password")
    SESSION.put(answer, session.token, secure=visit.services.cookies_secure)
    return answer


def _page(
    visit: Visit, status: int = 200, *, saved: str = "", note: Note | None = None
) -> Response:
    return visit.page("settings.html", status, saved=saved, note=note)


async def _confirm(visit: Visit, current: str) -> NewSession:
    """A log-in like any other, so that nobody guesses for ever at a screen left open."""
    entered = await visit.web.door.log_in(
        visit.session.name,
        current,
        address=address_of(visit.request),
        device=DEVICE.read(visit.request),
    )
    return entered.session
