"""`/signing-key`: the key with which Balie signs what it posts for this token."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import Field

from appliance.api.json import writes
from appliance.api.json.bodies import AnswerBody
from appliance.api.json.callers import WRITES_WEBHOOKS, Caller
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.sending import DirectRoute
from appliance.api.json.times import iso
from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.store.store import Tx

router = APIRouter(prefix="/api/v1", tags=["webhooks"], route_class=DirectRoute)


class RotatedKeyOut(AnswerBody):
    signing_key: str = Field(description="64 hexadecimal digits; shown here this once.")
    previous_expires_at: datetime = Field(description="Until then that of before signs, too.")


_ROTATED = {
    "signing_key": "6f1c0f9e6a5b4c3d2e1f0a9b8c7d6e5f6f1c0f9e6a5b4c3d2e1f0a9b8c7d6e5f",
    "previous_expires_at": "2026-03-03T08:30:00.000Z",
}


@router.post(
    "/signing-key/rotate",
    dependencies=[WRITES_WEBHOOKS],
    operation_id="rotateSigningKey",
    summary="Give this token a new key of signatures",
    response_model=None,
    responses=answers(
        RotatedKeyOut,
        _ROTATED,
        *WRITE_PROBLEMS,
        description="The new key. For a day that of before signs what the new one was refused for.",
    ),
)
async def rotate_signing_key(request: Request) -> Response:
    """What is posted in the forms of SMSGate and the Cloud API is signed with it. They have room
    for one signature: the first try has the new key's, and the next one, if that is refused, that
    of the key of before.
    """

    def work(tx: Tx, caller: Caller) -> dict[str, Any]:
        new = tokens.rotate_key(tx, caller.token.id, by=f"token:{caller.token.id}")
        ends_at = iso(new.previous_ends_ms)
        return {"signing_key": new.signing_key, "previous_expires_at": ends_at}

    return await writes.done(request, Scope.WEBHOOKS_WRITE, work)
