"""`POST /messages`: one text to one or several numbers, by the entrance that all messages have."""

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from appliance.api.json.metrics import Metrics
from appliance.api.json.posting import not_before_ms, read_body
from appliance.api.json.sending import DirectRoute
from appliance.api.json.times import iso, ms_or_none
from appliance.api.smsgate.bodies import SmsIn, checked_id
from appliance.api.smsgate.paths import PREFIX
from appliance.api.smsgate.visitors import visitor_of
from appliance.desk.access.tokens import Scope
from appliance.desk.smsgate.sending import SentSms, WantedSms, send
from appliance.errors import InvalidInput
from appliance.identities import Identity, tel
from appliance.phone_numbers import parse_number
from appliance.store.smsgate import SmsState
from appliance.store.store import Tx

router = APIRouter(prefix=PREFIX, route_class=DirectRoute, include_in_schema=False)

_MS_PER_S = 1000


@router.post("/message")
@router.post("/messages")
async def send_message(request: Request) -> Response:
    began_s = time.perf_counter()
    visitor = await visitor_of(request, Scope.MESSAGES_WRITE)
    posted = read_body(SmsIn, await request.body())
    services = visitor.caller.services
    wanted = _wanted(posted, services.clock.now_ms())

    def work(tx: Tx) -> Mapping[str, Any]:
        visitor.check(tx)
        kept = send(tx, visitor.caller.sight, visitor.token_id, services.room, wanted)
        return _accepted(kept, tx.now_ms)

    answer = await services.store.awrite(work)
    services.planned()
    metrics: Metrics = request.app.state.metrics
    metrics.accepted(time.perf_counter() - began_s)
    return JSONResponse(answer, 202)


def _wanted(posted: SmsIn, now_ms: int) -> WantedSms:
    """Raises InvalidInput for what Balie does not carry."""
    if posted.is_encrypted:
        raise InvalidInput("isEncrypted", "Balie cannot read, and so cannot send, encrypted texts.")
    if posted.data_message is not None or posted.mms_message is not None:
        raise InvalidInput("textMessage", "Only texts can be sent, no data and no MMS.")
    if posted.ttl is not None and posted.valid_until is not None:
        raise InvalidInput("ttl", "Give “ttl” or “validUntil”, not both.")
    return WantedSms(
        to=[_recipient(each) for each in posted.phone_numbers],
        text=_text(posted),
        id=checked_id(posted.id),
        line=posted.device_id or None,
        ttl_ms=None if posted.ttl is None else posted.ttl * _MS_PER_S,
        until_ms=ms_or_none(posted.valid_until),
        not_before_ms=not_before_ms(now_ms, posted.schedule_at),
    )


def _text(posted: SmsIn) -> str:
    given = posted.text_message.text if posted.text_message is not None else posted.message
    if given is None:
        raise InvalidInput("textMessage", "Say what to send, in “textMessage.text”.")
    return given


@lru_cache(maxsize=1024)
def _recipient(number: str) -> Identity:
    return tel(parse_number(number, field="phoneNumbers"))


def _accepted(kept: SentSms, now_ms: int) -> Mapping[str, Any]:
    waiting = [_told(each, SmsState.PENDING, None) for each in kept.accepted]
    refused = [_told(each.identity, SmsState.FAILED, each.why) for each in kept.refused]
    at = iso(now_ms)
    return {
        "id": kept.id,
        "deviceId": kept.line_id,
        "state": SmsState.PENDING,
        "recipients": [*waiting, *refused],
        "isHashed": False,
        "isEncrypted": False,
        "states": {SmsState.PENDING: at},
        "createdAt": at,
    }


def _told(identity: Identity, state: SmsState, error: str | None) -> Mapping[str, Any]:
    return {"phoneNumber": identity.value, "state": state, "error": error}
