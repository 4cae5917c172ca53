"""A message that the office has asked a box to send, as long as the replica does not have it."""

import sqlite3
from typing import Any

from appliance.api.json.callers import Caller
from appliance.api.json.times import iso, iso_or_none
from appliance.errors import NotFound
from appliance.ids import is_id
from appliance.messages import Direction, MessageState
from appliance.office.api.sights import sight_here
from appliance.office.link import CommandOutcome
from appliance.office.tables import commands
from appliance.office.tables.command_rows import CommandGiven
from appliance.reasons import Reason
from appliance.store import lines


def state_of(given: CommandGiven) -> tuple[MessageState, str]:
    """With its reason. What the box has said is done it has; its replica follows in a moment."""
    if given.outcome == CommandOutcome.REFUSED:
        too_late = given.why == Reason.TOO_LATE
        state = MessageState.EXPIRED if too_late else MessageState.REFUSED
        return state, Reason.TOO_OLD.value if too_late else given.why or ""
    if given.outcome == CommandOutcome.DONE and given.why is not None:
        # The box was put back to an earlier day, and does not know it any more.
        lost = MessageState(given.why)
        return lost, Reason.PERSON.value if lost is MessageState.UNCONFIRMED else ""
    return MessageState.QUEUED, Reason.WAITS_FOR_BOX.value


async def command_of(caller: Caller, message_id: str, *, to_change: bool = False) -> CommandGiven:
    """Raises NotFound for a message that nobody asked for, or on a line out of sight, or in a group
    that is held to others; `to_change`: also in one that is only to be read.
    """
    named = message_id.lower()

    def read(conn: sqlite3.Connection) -> CommandGiven:
        given = commands.of_message(conn, named)
        if given is None:
            raise NotFound("message")
        branch_id = lines.line(conn, given.command.body["line"]).branch_id
        sight = sight_here(conn, caller)
        about = [given.command.body.get(name) for name in ("conversation", "group")]
        is_hidden = any(map(sight.groups.hides, about))
        is_closed = to_change and not all(map(sight.groups.may_answer, about))
        if is_hidden or is_closed or not sight.sees_branch(branch_id):
            raise NotFound("message")
        return given

    return await caller.services.store.aread(read)


async def shown(caller: Caller, message_id: str) -> dict[str, Any]:
    """As the house shows a message, with what the office knows of it."""
    given = await command_of(caller, message_id)
    body = given.command.body
    line = await caller.services.store.aread(lambda conn: lines.line(conn, body["line"]))
    state, reason = state_of(given)
    return {
        "id": body["message"],
        "direction": Direction.OUT.value,
        "line": line.id,
        "line_number": line.number,
        "conversation": body.get("conversation") or "",
        "group": body.get("group"),
        "contact": _whom(body.get("to") or ""),
        "channel": body.get("channel"),
        "text": body.get("text", ""),
        "origin": "person",
        "media": [],
        "state": state.value,
        "reason": reason,
        "kind": body.get("class"),
        "author": given.command.by.name or None,
        "expected_at": None,
        "not_before": iso_or_none(body.get("not_before_ms")),
        "expires_at": iso_or_none(given.command.expires_ms),
        "created_at": iso(given.at_ms),
        "happened_at": iso(given.at_ms),
        "written_at": None,
        "sent_at": None,
        "delivered_at": None,
        "read_at": None,
        "history": [],
        "evidence": [],
    }


def _whom(named: str) -> dict[str, Any]:
    """The contact as the caller named them: by id, or by a number."""
    by_id = is_id(named)
    return {"id": named.lower() if by_id else None, "number": "" if by_id else named, "name": None}
