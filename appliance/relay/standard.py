"""The dialect of Standard Webhooks (github.com/standard-webhooks): Balie's own names and bodies."""

import base64
import hashlib
import hmac
import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.api.json.bodies import MessageOut
from appliance.api.json.mapping import body_of
from appliance.api.json.times import iso
from appliance.desk.webhooks.secrets import bytes_of
from appliance.desk.webhooks.seeing import message_told, name_told
from appliance.events import Event
from appliance.relay.dialect import AnswerMeaning, Keys, PlannedDelivery, ReceiverAnswer
from appliance.store.feed import known_epoch
from appliance.store.webhook_deliveries import Delivery
from appliance.store.webhooks import Content, WebhookEndpoint

NAME = "standard"
_S, _MIN, _H = 1, 60, 3600
WAITS_S = (5 * _S, 5 * _MIN, 30 * _MIN, 2 * _H, 5 * _H, 10 * _H, 14 * _H, 20 * _H, 24 * _H)
"""As the specification recommends: ten tries in some three days."""
_OK, _REDIRECT, _GONE = 200, 300, 410


class Standard:
    name = NAME
    waits_s: Sequence[float] = WAITS_S

    def keeps_bytes(self, endpoint: WebhookEndpoint) -> bool:
        return endpoint.content is Content.FULL

    def planned(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, event: Event
    ) -> Sequence[PlannedDelivery]:
        del conn
        name = name_told(endpoint, event)
        return () if name is None else (PlannedDelivery(type=name),)

    def body(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, delivery: Delivery, event: Event
    ) -> bytes | None:
        data = {**event.facts, **_about(event), "epoch": known_epoch(conn)}
        if endpoint.content is Content.FULL:
            data["content"] = _content(conn, endpoint, event)
        told = {"type": delivery.type, "timestamp": iso(event.at_ms), "data": data}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    def headers(
        self, endpoint: WebhookEndpoint, keys: Keys, delivery: Delivery, body: bytes, at_s: int
    ) -> Mapping[str, str]:
        del endpoint
        signed = b"%s.%d.%s" % (delivery.id.encode(), at_s, body)
        return {
            "Content-Type": "application/json",
            "webhook-id": delivery.id,
            "webhook-timestamp": str(at_s),
            "webhook-signature": " ".join(_signature(each, signed) for each in keys.secrets),
        }

    def meaning(self, answer: ReceiverAnswer) -> AnswerMeaning:
        if _OK <= answer.status < _REDIRECT:
            return AnswerMeaning.TAKEN
        return AnswerMeaning.GONE if answer.status == _GONE else AnswerMeaning.AGAIN


def _signature(secret: str, signed: bytes) -> str:
    digest = hmac.digest(bytes_of(secret), signed, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _about(event: Event) -> dict[str, Any]:
    """The four that stand in every body, then those that this event has."""
    more = {"branch": event.branch_id, "device": event.device_id, "staff": event.staff_id}
    return {
        "seq": event.seq,
        "line": event.line_id,
        "conversation": event.conversation_id,
        "contact": event.contact_id,
        "message": event.message_id,
        **{name: each for name, each in more.items() if each is not None},
    }


def _content(conn: sqlite3.Connection, endpoint: WebhookEndpoint, event: Event) -> Any:
    """The message as the API shows it now; None of what is about no message."""
    found = message_told(conn, endpoint, event)
    return None if found is None else body_of(MessageOut, found)
