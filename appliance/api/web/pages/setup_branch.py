"""First start: the branch whose counter this is."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.refusal import note_of
from appliance.api.web.visit import Posting, Reading, go
from appliance.api.web.words.i18n import LANGUAGES
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.lines import new_branch
from appliance.errors import InvalidInput, Refused
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


@routes.get("/setup/branch")
async def branch_page(visit: Reading) -> Response:
    must_be_admin(visit.session.rights)
    return visit.page("setup_branch.html", name="", note=None)


@routes.post("/setup/branch")
async def add_branch(
    visit: Posting,
    name: Annotated[str, Form()] = "",
    language: Annotated[str, Form()] = "nl",
) -> Response:
    must_be_admin(visit.session.rights)
    try:
        language = language if language in LANGUAGES else LANGUAGES[0]
        by = f"staff:{visit.staff_id}"
        await visit.write(lambda tx, rights: _add_branch(tx, rights, name, language, by))
    except (InvalidInput, Refused) as exc:
        note = note_of(visit.words, exc)
        return visit.page("setup_branch.html", 422, name=name, note=note)
    return go(visit, "/setup/line")


def _add_branch(tx: Tx, rights: Rights, name: str, language: str, by: str) -> None:
    must_be_admin(rights)
    new_branch.add(tx, name, {"language": language}, by=by)


def must_be_admin(rights: Rights) -> None:
    rights.require(Permission.STAFF_MANAGE, None, "page")
