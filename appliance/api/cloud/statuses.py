"""What became of a message, as the Cloud API's webhooks tell it."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.api.cloud import ids, updates
from appliance.api.cloud.errors import number_of_reason
from appliance.desk.inbox.records import MessageRecord
from appliance.events import Event
from appliance.messages import MessageState
from appliance.store import events

_LADDER = (MessageState.SENT, MessageState.DELIVERED, MessageState.READ)
_FAILED = frozenset(
    {MessageState.FAILED, MessageState.REFUSED, MessageState.EXPIRED, MessageState.CANCELLED}
)
FAILED = "failed"


def new(conn: sqlite3.Connection, event: Event) -> Sequence[str]:
    """What is told after this event: each rung of sent, delivered, read once, none passed over."""
    to = MessageState(event.facts["to"])
    if to in _FAILED:
        return (FAILED,)
    if to not in _LADDER:
        return ()
    history = events.of_message(conn, event.message_id or "")
    before = [MessageState(each.facts["to"]) for each in history if _is_earlier_move(each, event)]
    reached = max((_LADDER.index(each) + 1 for each in before if each in _LADDER), default=0)
    return [each.value for each in _LADDER[reached : _LADDER.index(to) + 1]]


def told(record: MessageRecord, status: str, event: Event, tracker: str | None) -> updates.Told:
    number, user_id = updates.account(record)
    said: dict[str, Any] = {
        "id": ids.message_to(record.id),
        "status": status,
        "timestamp": updates.seconds(event.at_ms),
        "recipient_user_id": user_id,
    }
    if number is not None:
        said["recipient_id"] = number
    if tracker is not None:
        said["biz_opaque_callback_data"] = tracker
    if status == FAILED:
        said["errors"] = [_error(event)]
    return {"statuses": [said]}


def _is_earlier_move(each: Event, event: Event) -> bool:
    return each.kind is event.kind and each.seq < event.seq


def _error(event: Event) -> Mapping[str, Any]:
    reason = event.facts.get("reason") or event.facts["to"]
    code, title = number_of_reason(reason)
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": f"Balie says: {reason}."},
    }
