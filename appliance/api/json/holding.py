"""`/contacts/{id}/hold`: nothing of a person in a dispute is let go or erased."""

from typing import Any

from fastapi import APIRouter, Request, Response

from appliance.api.json import examples, writes
from appliance.api.json.callers import WRITES_PRIVACY, Caller
from appliance.api.json.declared import One, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.mapping import body_of
from appliance.api.json.people_bodies import HoldIn, HoldOut
from appliance.api.json.sending import DirectRoute
from appliance.api.json.times import ms_of
from appliance.desk.access.tokens import Scope
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.retention import holding
from appliance.desk.privacy.retention.holding import HoldWish
from appliance.store.store import Tx

_IN: dict[str, Any] = {
    "on": True,
    "reason": "Geschil over uren in maart",
    "until": "2027-03-01T00:00:00Z",
}
_OUT: dict[str, Any] = {
    "on": True,
    "reason": "Geschil over uren in maart",
    "since": "2026-04-02T08:30:00.000Z",
    "until": "2027-03-01T00:00:00.000Z",
    "by": "Planning",
}


async def _contact_name(contact: str) -> str:
    return contact


READS = (
    One(
        tag="privacy",
        path="/contacts/{contact}/hold",
        scope=Scope.PRIVACY_WRITE,
        name="getHold",
        summary="Whether a person is held for a dispute",
        description="The hold.",
        asked=_contact_name,
        read=holding.of_person,
        model=HoldOut,
        example=_OUT,
        shown=nobody,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["privacy"], route_class=DirectRoute)


@router.put(
    "/contacts/{contact}/hold",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_PRIVACY],
    operation_id="setHold",
    summary="Hold a person for a dispute, or end that",
    response_model=None,
    openapi_extra=writes.takes(HoldIn, _IN, writes.path_id("contact", examples.CONTACT["id"])),
    responses=answers(HoldOut, _OUT, *WRITE_PROBLEMS, description="The hold as it is now."),
)
async def set_hold(request: Request) -> Response:
    """While it lasts nothing of them is let go or erased, whatever the terms say."""

    def work(tx: Tx, caller: Caller, wanted: HoldIn) -> dict[str, Any]:
        found = caller.sight.contact(tx.conn, request.path_params["contact"])
        wish = HoldWish(
            on=wanted.on,
            reason=wanted.reason or "",
            until_ms=ms_of(wanted.until) if wanted.until else None,
        )
        holding.change(tx, found.id, wish, Author(token_id=caller.token.id))
        return body_of(HoldOut, holding.of_person(tx.conn, caller.sight, found.id))

    return await writes.changed(request, Scope.PRIVACY_WRITE, HoldIn, work)
