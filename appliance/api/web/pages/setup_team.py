"""The last step of setting up: the first colleagues are let in, each by a link of their own."""

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.login_address import login_address
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.setup_branch import must_be_admin
from appliance.api.web.pages.team import Invitation, Invited, let_in, shown
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit
from appliance.desk.team import staff
from appliance.desk.team.colleagues import NewLink
from appliance.errors import InvalidInput

routes = APIRouter(route_class=PageRoute)

PAGE = "/setup/team"


@routes.get(PAGE)
async def team_page(visit: Reading) -> Response:
    return await _page(visit, Invitation())


@routes.post(PAGE)
async def invite(visit: Posting, typed: Invited) -> Response:
    """The link, and the form again for the next one: with the same role and branch."""
    must_be_admin(visit.session.rights)
    try:
        link = await let_in(visit, typed)
    except InvalidInput as exc:
        return await _page(visit, typed, 422, note=note_of(visit.words, exc))
    again = Invitation(role=typed.role, branch=typed.branch)
    return await _page(visit, again, link=link, name=typed.name)


async def _page(
    visit: Visit,
    typed: Invitation,
    status: int = 200,
    *,
    note: Note | None = None,
    link: NewLink | None = None,
    name: str = "",
) -> Response:
    must_be_admin(visit.session.rights)
    members = await visit.read(staff.members)
    return visit.page(
        "setup_team.html",
        status,
        shown=await visit.read(lambda conn: shown(conn, visit.session.rights)),
        typed=typed,
        note=note,
        name=name,
        address=link and login_address(visit.request, link.token),
        others=[each.name for each in members if each.id != visit.staff_id],
    )
