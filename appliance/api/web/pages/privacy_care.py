"""`/privacy/care`: how often people sent what should not be kept, what is hidden at once, and what
somebody has to take off a phone by hand.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.privacy import must_be_officer
from appliance.api.web.visit import Posting, Reading, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.privacy.care import by_hand, counting
from appliance.desk.privacy.care.by_hand import HandTask
from appliance.desk.privacy.care.counting import CareOfBranch
from appliance.store import branch_settings
from appliance.store.care_marks import CareKind
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/privacy/care"


@dataclass(frozen=True, slots=True, kw_only=True)
class CarePage:
    branches: Sequence[CareOfBranch]
    tasks: Sequence[HandTask]
    left_to_phones: int

    @property
    def kinds(self) -> Sequence[CareKind]:
        return list(CareKind)

    @property
    def shown(self) -> Sequence[Shown]:
        return [Shown(contact_id=each.contact_id) for each in self.tasks if each.contact_id]


@routes.get(PAGE)
async def care_page(visit: Reading) -> Response:
    must_be_officer(visit)
    sight, now_ms = _sight(visit.session.rights), visit.now_ms

    def read(conn: sqlite3.Connection) -> CarePage:
        return CarePage(
            branches=counting.of_branches(conn, sight, now_ms),
            tasks=by_hand.tasks(conn, sight),
            left_to_phones=by_hand.left_to_phones(conn, sight),
        )

    page = await visit.show(read, lambda found: found.shown)
    return visit.page("privacy_care.html", care=page)


@routes.post("/privacy/care/{branch_id}/hides")
async def say_what_is_hidden(
    visit: Posting, branch_id: str, kind: Annotated[list[CareKind] | None, Form()] = None
) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        rights.require(Permission.PRIVACY_MANAGE, branch_id, "branch")
        patch = {"care_hides": [each.value for each in CareKind if each in (kind or ())]}
        branch_settings.change(tx, branch_id, patch, by=f"staff:{visit.staff_id}")

    await visit.write(work)
    return go(visit, PAGE)


@routes.post("/privacy/care/removals/{removal_id}/done")
async def done_by_hand(visit: Posting, removal_id: str) -> Response:
    """Only who guards privacy sees whose it is, so only they say that it is done."""

    def work(tx: Tx, rights: Rights) -> None:
        by_hand.done(tx, _sight(rights), removal_id, staff_id=visit.staff_id)

    await visit.write(work)
    return go(visit, PAGE)


def _sight(rights: Rights) -> Sight:
    return sight_in(rights, Permission.PRIVACY_MANAGE)
