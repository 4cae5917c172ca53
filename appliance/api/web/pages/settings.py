"""`/me`: one's own language, look, keys, notifications, password and sessions."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.forwarded import address_of
from appliance.api.web.browsers import browser_of
from appliance.api.web.cookies import DEVICE, SESSION
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.compose import normal_newlines
from appliance.api.web.pages.login import must_agree
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access import passkeys, sessions
from appliance.desk.access.rights import Permission
from appliance.desk.access.sessions import NewSession
from appliance.desk.automatic import absence
from appliance.desk.team import accounts, preferences, staff
from appliance.desk.team.preferences import Preferences
from appliance.errors import InvalidInput, Refused
from appliance.store import home_keys
from appliance.store.branch_settings import BranchSettings
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/me"


@routes.get(PAGE)
@routes.get("/settings")
async def settings_page(visit: Reading, saved: str = "") -> Response:
    return await shown(visit, saved=saved)


@routes.post("/settings/look")
async def choose_look(
    visit: Posting,
    language: Annotated[str, Form()] = "",
    theme: Annotated[str, Form()] = "",
    density: Annotated[str, Form()] = "",
    text_size: Annotated[str, Form()] = "",
    keys: Annotated[str, Form()] = "",
    sends: Annotated[str, Form()] = "",
) -> Response:
    wanted = Preferences(
        language=language or None,
        theme=theme or None,
        text_size=text_size or None,
        dense=density == "dense",
        single_keys=keys != "off",
        ctrl_sends=sends == "ctrl",
    )
    await visit.write(lambda tx, _: preferences.choose(tx, visit.staff_id, wanted))
    return go(visit, f"{PAGE}?saved=look")


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
        return await shown(visit, 422, note=note_of(visit.words, exc))
    browser = browser_of(visit.request)
    session = await visit.write(lambda tx, _: _changed(tx, visit, hashed, browser))
    answer = go(visit, f"{PAGE}?saved=password")
    SESSION.put(answer, session.token, secure=visit.secure)
    return answer


@routes.post("/me/absence")
async def go_away(
    visit: Posting,
    back: Annotated[str, Form(max_length=10)] = "",
    absence_text: Annotated[str, Form(max_length=8000)] = "",
) -> Response:
    text, zone = normal_newlines(absence_text).strip(), BranchSettings().zone
    try:
        await visit.write(lambda tx, _: absence.go(tx, visit.staff_id, back, text, zone))
    except InvalidInput as exc:
        typed = {"back": back, "text": text}
        return await shown(visit, 422, note=note_of(visit.words, exc), away=typed)
    return go(visit, f"{PAGE}?saved=absence#absence")


@routes.post("/me/absence/end")
async def come_back(visit: Posting) -> Response:
    await visit.write(lambda tx, _: absence.come_back(tx, visit.staff_id))
    return go(visit, f"{PAGE}?saved=absence#absence")


@routes.post("/me/sessions/end-others")
async def end_others(visit: Posting) -> Response:
    await visit.write(lambda tx, _: sessions.end_others(tx, visit.staff_id, visit.token))
    return go(visit, f"{PAGE}?saved=sessions")


async def shown(
    visit: Visit,
    status: int = 200,
    *,
    saved: str = "",
    note: Note | None = None,
    away: Mapping[str, str] | None = None,
) -> Response:
    """`away` is what was typed about an absence."""
    me, now_ms = visit.staff_id, visit.now_ms
    return visit.page(
        "settings.html",
        status,
        saved=saved,
        note=note,
        needs_no_password=await visit.read(lambda conn: accounts.needs_no_password(conn, me)),
        sessions=await visit.read(
            lambda conn: sessions.open_of(conn, me, now_ms, token=visit.token)
        ),
        must_add_passkey=visit.must_add_passkey,
        passkeys=await visit.read(lambda conn: passkeys.of_staff(conn, me)),
        zone=BranchSettings().zone,
        absence=await visit.read(lambda conn: absence.of_staff(conn, me, now_ms)),
        away=away,
        home_is_on=await visit.read(lambda conn: home_keys.house(conn).is_on),
        may_answer=visit.session.rights.has(Permission.INBOX_WRITE),
    )


def _changed(tx: Tx, visit: Visit, password_hash: str, browser: str | None) -> NewSession:
    staff.set_password(tx, visit.staff_id, password_hash)
    return sessions.begin(tx, visit.staff_id, by=visit.session.begun_by, browser=browser)
