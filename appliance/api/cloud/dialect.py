"""How a program hears by the Cloud API's webhooks what came in and what became of its messages.

A POST says one thing, because clients read only the first message or status of one. A message is
told once it can be told whole: with words, and after its file came or it is sure that none will.
"""

import hashlib
import hmac
import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence

from appliance.api.cloud import statuses, updates
from appliance.desk.inbox.records import MessageRecord
from appliance.desk.webhooks.seeing import message_told
from appliance.events import Event, EventKind
from appliance.messages import Direction, Origin
from appliance.relay.dialect import AnswerMeaning, Keys, PlannedDelivery, ReceiverAnswer
from appliance.store import cloud_messages, events, media_fetches
from appliance.store.webhook_deliveries import Delivery
from appliance.store.webhooks import WebhookEndpoint

NAME = "whatsapp-cloud"
_MIN, _H = 60, 3600
WAITS_S = (5, 30, 5 * _MIN, 30 * _MIN, 2 * _H, 5 * _H, 10 * _H, 14 * _H, 20 * _H, 24 * _H)
"""Meta's own go on for a week, too, each later than the one before."""
_OK, _REDIRECT, _GONE = 200, 300, 410
_IN, _OUT = Direction.IN.value, Direction.OUT.value
_TOLD_CHANGES = {
    (_IN, "edited"): "edit",
    (_IN, "deleted"): "revoke",
    (_OUT, "reaction"): "reaction",
}


class Cloud:
    name = NAME
    waits_s: Sequence[float] = WAITS_S

    def keeps_bytes(self, endpoint: WebhookEndpoint) -> bool:
        """Clients know a repetition by its bytes, and a name may be another one by then."""
        del endpoint
        return True

    def planned(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, event: Event
    ) -> Sequence[PlannedDelivery]:
        if event.message_id is None or event.kind not in _KINDS:
            return ()
        if event.kind is EventKind.MESSAGE_STATE:
            return _of_state(conn, event)
        record = message_told(conn, endpoint, event)
        if record is None or not _is_told(record):
            return ()
        told_change = _TOLD_CHANGES.get((record.direction, str(event.facts.get("change"))))
        if told_change is not None:
            return (PlannedDelivery(type=told_change),)
        if record.direction != _IN or event.seq != _whole_at(conn, record):
            return ()
        return [
            PlannedDelivery(type="message", part=str(n or ""))
            for n in range(len(record.media) or 1)
        ]

    def body(
        self, conn: sqlite3.Connection, endpoint: WebhookEndpoint, delivery: Delivery, event: Event
    ) -> bytes | None:
        record = message_told(conn, endpoint, event)
        if record is None or record.contact_id is None or not record.number:
            return None  # they were erased
        told = _told(conn, record, delivery, event)
        return None if told is None else updates.posted(record, told)

    def headers(
        self, endpoint: WebhookEndpoint, keys: Keys, delivery: Delivery, body: bytes, at_s: int
    ) -> Mapping[str, str]:
        del endpoint, at_s
        signed = hmac.new(keys.signing(delivery), body, hashlib.sha256).hexdigest()
        return {"Content-Type": "application/json", "X-Hub-Signature-256": f"sha256={signed}"}

    def meaning(self, answer: ReceiverAnswer) -> AnswerMeaning:
        if _OK <= answer.status < _REDIRECT:
            return AnswerMeaning.TAKEN
        return AnswerMeaning.GONE if answer.status == _GONE else AnswerMeaning.AGAIN


_KINDS = frozenset({EventKind.MESSAGE_RECEIVED, EventKind.MESSAGE_CHANGED, EventKind.MESSAGE_STATE})


def _told(
    conn: sqlite3.Connection, record: MessageRecord, delivery: Delivery, event: Event
) -> updates.Told | None:
    if event.kind is not EventKind.MESSAGE_STATE:
        return updates.told(record, delivery.type, int(delivery.part or 0), event)
    tracked = cloud_messages.find(conn, record.id)
    tracker = None if tracked is None else tracked.tracker
    return statuses.told(record, delivery.part, event, tracker)


def _is_told(record: MessageRecord) -> bool:
    """What a person wrote over WhatsApp to the number itself, and not before Balie came."""
    is_chat = record.group_id is None and record.channel == updates.CHANNEL.name
    return is_chat and record.origin == Origin.PERSON.value and not record.imported


def _of_state(conn: sqlite3.Connection, event: Event) -> Sequence[PlannedDelivery]:
    """Of messages of this API alone; what was passed over is told before it."""
    if cloud_messages.find(conn, event.message_id or "") is None:
        return ()
    return [PlannedDelivery(type=f"status.{each}", part=each) for each in statuses.new(conn, event)]


def _whole_at(conn: sqlite3.Connection, record: MessageRecord) -> int | None:
    """The event after which all of the message is known; None: not yet."""
    changes = Counter[str]()
    fetched = [each for each in record.media if media_fetches.by_id(conn, each.id) is not None]
    received, whole = None, None
    for each in events.of_message(conn, record.id):
        if each.kind is EventKind.MESSAGE_RECEIVED:
            received = each.seq
        change = each.facts.get("change")
        if each.kind is not EventKind.MESSAGE_CHANGED or not isinstance(change, str):
            continue
        changes[change] += 1
        if change == "words" or (change == "media" and changes[change] <= len(fetched)):
            whole = each.seq
    if record.awaited or changes["media"] < len(fetched):
        return None
    return whole or received
