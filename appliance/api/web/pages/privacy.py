"""`/privacy`: what people asked about their data, and what became of it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Reading, Visit
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.privacy.requests import requests
from appliance.desk.privacy.requests.requests import PrivacyRequest
from appliance.errors import NotFound

routes = APIRouter(route_class=PageRoute)

DONE_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestsShown:
    """What is late comes first, because it was due first."""

    open: Sequence[PrivacyRequest]
    done: Sequence[PrivacyRequest]

    @property
    def late(self) -> int:
        return sum(each.is_late for each in self.open)

    @property
    def shown(self) -> Sequence[Shown]:
        whom = dict.fromkeys(each.contact_id for each in (*self.open, *self.done))
        return [Shown(contact_id=each) for each in whom if each is not None]


@routes.get("/privacy")
async def privacy_page(visit: Reading) -> Response:
    sight = officer_sight(visit.session.rights)

    def read(conn: sqlite3.Connection) -> RequestsShown:
        return RequestsShown(
            open=requests.open_ones(conn, sight, visit.now_ms),
            done=requests.done_ones(conn, sight, visit.now_ms, most=DONE_SHOWN),
        )

    shown = await visit.show(read, lambda found: found.shown)
    return visit.page("privacy.html", shown=shown)


def must_be_officer(visit: Visit) -> None:
    """Raises NotFound for who guards no branch's privacy."""
    if not visit.session.rights.has(Permission.PRIVACY_MANAGE):
        raise NotFound("page")


def officer_sight(rights: Rights) -> Sight:
    """Whose data somebody guards. Raises NotFound for who guards no branch's privacy."""
    if not rights.has(Permission.PRIVACY_MANAGE):
        raise NotFound("page")
    return sight_in(rights, Permission.PRIVACY_MANAGE)
