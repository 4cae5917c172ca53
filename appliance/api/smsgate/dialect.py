"""The dialect of SMSGate: what came by SMS, and what became of what was sent by its API."""

import hashlib
import hmac
import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.api.json.times import iso
from appliance.channels import Channel
from appliance.desk.inbox.records import MessageRecord
from appliance.desk.smsgate import hooks
from appliance.desk.webhooks.seeing import message_told
from appliance.events import Event, EventKind
from appliance.messages import MessageState, Origin
from appliance.relay.dialect import AnswerMeaning, Keys, PlannedDelivery, ReceiverAnswer
from appliance.store import smsgate
from appliance.store.webhook_deliveries import Delivery
from appliance.store.webhooks import WebhookEndpoint

FIRST_WAIT_S = 10.0
WAITS_S = tuple(FIRST_WAIT_S * 2**times for times in range(14))
"""As that gateway waits: ten seconds, then twice as long each time, some two days in all."""
_OK, _REDIRECT = 200, 300

_BY_STATE: Mapping[str, str] = {
    MessageState.SENT.value: hooks.SENT,
    MessageState.DELIVERED.value: hooks.DELIVERED,
    MessageState.FAILED.value: hooks.FAILED,
    MessageState.REFUSED.value: hooks.FAILED,
    MessageState.EXPIRED.value: hooks.FAILED,
    MessageState.CANCELLED.value: hooks.CANCELLED,
}


class Smsgate:
    name = hooks.DIALECT
    waits_s: Sequence[float] = WAITS_S

    def keeps_bytes(self, endpoint: WebhookEndpoint) -> bool:
        del endpoint
        return True

    def planned(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, event: Event
    ) -> Sequence[PlannedDelivery]:
        name = _name_of(event)
        if name is None or name not in endpoint.events:
            return ()
        if name != hooks.RECEIVED and _request(conn, endpoint, event) is None:
            return ()
        return (PlannedDelivery(type=name),)

    def body(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, delivery: Delivery, event: Event
    ) -> bytes | None:
        """None where the message is not in sight any more, or of nobody."""
        found = message_told(conn, endpoint, event)
        if found is None:
            return None
        told = {
            "id": delivery.id,
            "webhookId": hooks.name_of(endpoint),
            "event": delivery.type,
            "deviceId": found.line_id,
            "payload": {
                "messageId": _request(conn, endpoint, event) or found.id,
                **_people(found),
                "simNumber": None,
                **_facts(delivery.type, found, event),
            },
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    def headers(
        self, endpoint: WebhookEndpoint, keys: Keys, delivery: Delivery, body: bytes, at_s: int
    ) -> Mapping[str, str]:
        del endpoint
        key = keys.signing(delivery)
        return {
            "Content-Type": "application/json",
            "X-Timestamp": str(at_s),
            "X-Signature": hmac.new(key, b"%s%d" % (body, at_s), hashlib.sha256).hexdigest(),
        }

    def meaning(self, answer: ReceiverAnswer) -> AnswerMeaning:
        return AnswerMeaning.TAKEN if _OK <= answer.status < _REDIRECT else AnswerMeaning.AGAIN


def _name_of(event: Event) -> str | None:
    match event.kind:
        case EventKind.MESSAGE_RECEIVED:
            channel = Channel.named(str(event.facts.get("channel")))
            is_meant = channel.counts_parts and event.facts.get("origin") != Origin.TECHNICAL.value
            return hooks.RECEIVED if is_meant else None
        case EventKind.MESSAGE_STATE:
            return _BY_STATE.get(str(event.facts.get("to")))
        case _:
            return None


def _request(conn: sqlite3.Connection, endpoint: WebhookEndpoint, event: Event) -> str | None:
    """How the endpoint's program named the message, if it sent it by this API."""
    if endpoint.token_id is None or event.message_id is None:
        return None
    return smsgate.name_of(conn, endpoint.token_id, event.message_id)


def _people(found: MessageRecord) -> Mapping[str, str]:
    """`phoneNumber` is the other side, either way."""
    came = found.state == MessageState.RECEIVED.value
    sides = (found.number, found.line_number) if came else (found.line_number, found.number)
    return {"phoneNumber": found.number, "sender": sides[0], "recipient": sides[1]}


def _facts(name: str, found: MessageRecord, event: Event) -> Mapping[str, Any]:
    at = iso(event.at_ms)
    match name:
        case hooks.RECEIVED:
            return {"message": found.text, "receivedAt": at}
        case hooks.SENT:
            return {"partsCount": Channel.SMS.parts_of(found.text), "sentAt": at}
        case hooks.DELIVERED:
            return {"deliveredAt": at}
        case hooks.FAILED:
            return {"reason": event.facts.get("reason") or event.facts.get("to"), "failedAt": at}
        case _:
            return {"cancelledAt": at}
