"""Who is this? Those who wrote by themselves, with whom the office may know them as."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.people import editing, reading
from appliance.api.web.visit import Reading
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission
from appliance.desk.contacts import unknown
from appliance.desk.contacts.unknown import UnknownList
from appliance.errors import NotFound
from appliance.store.branch_settings import BranchSettings

routes = APIRouter(route_class=PageRoute)

PAGE = "/people/unknown"


@routes.get(PAGE)
async def unknown_page(
    visit: Reading,
    after: Annotated[str, Query(max_length=40)] = "",
    saved: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    reading(visit)
    rights = visit.session.rights
    if not rights.has(Permission.CONTACT_EDIT):
        raise NotFound("page")
    cursor = visit.cursor
    found = await visit.show(lambda conn: unknown.page(conn, editing(rights), after), _shown)
    zone = BranchSettings().zone
    return visit.page(
        "people_unknown.html", found=found, zone=zone, after=after, saved=saved, cursor=cursor
    )


def _shown(found: UnknownList) -> list[Shown]:
    proposed = [each.known.id for person in found.people for each in person.proposals]
    return [
        *(
            Shown(contact_id=each.id, conversation_id=each.conversation_id, listed=True)
            for each in found.people
        ),
        *(Shown(contact_id=each, listed=True) for each in proposed),
    ]
