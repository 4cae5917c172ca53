"""What boxes were asked and have not decided, as the pages of head office show it."""

import dataclasses
import sqlite3
from collections.abc import Collection, Iterator, Sequence

from appliance.channels import Channel
from appliance.desk.inbox.bubbles import Bubble, MessageAsked
from appliance.desk.inbox.directory import Colleague
from appliance.desk.inbox.thread import Conversation
from appliance.desk.inbox.window import Window
from appliance.desk.team.notes import TeamNote
from appliance.desk.team.shown_case import CaseAsked
from appliance.identities import TEL, Identity
from appliance.messages import Direction, MessageState
from appliance.office.link import CommandKind, CommandOutcome
from appliance.office.tables import commands
from appliance.office.tables.command_rows import CommandGiven
from appliance.office.web.places import AtBox
from appliance.reasons import Reason

REFUSED_MS = 15 * 60_000
"""So long it is said that a box refused something."""
_REASONS = {each.value: each for each in Reason}


def shown_in(conn: sqlite3.Connection, conversation_id: str, now_ms: int) -> Sequence[CommandGiven]:
    return commands.shown_in(conn, conversation_id, since_ms=now_ms - REFUSED_MS)


def case_asked(given: Sequence[CommandGiven], staff_id: str) -> CaseAsked | None:
    """None where the box was asked nothing about whose it is. What it refused is said to whoever
    asked, until they ask for something else.
    """
    asked = CaseAsked()
    about = [each for each in given if each.command.kind == CommandKind.CASE]
    for each in about:
        if each.outcome is None:
            asked = _with(asked, each)
    if about and about[-1].outcome is not None and about[-1].command.by.staff == staff_id:
        asked = dataclasses.replace(asked, refused=about[-1].why or "")
    return asked if about else None


def _with(asked: CaseAsked, given: CommandGiven) -> CaseAsked:
    body = given.command.body
    if "assignee" in body:
        who = body["assignee"]
        name = body.get("assignee_name") or ""
        asked = dataclasses.replace(
            asked,
            assignee=Colleague(id=who, name=name) if who is not None else None,
            gives_back=who is None,
        )
    if "state" in body:
        asked = dataclasses.replace(asked, done=body["state"] == "done")
    if "snoozed_until" in body:
        asked = dataclasses.replace(asked, away=body["snoozed_until"] is not None)
    return dataclasses.replace(asked, labels=asked.labels or "labels" in body)


def with_asked(
    window: Window, at: AtBox, about: Conversation, given: Sequence[CommandGiven]
) -> Window:
    """The end of the thread, with what the box was asked to send and to note below it."""
    if window.has_newer:
        return window
    there = {each.id for each in window.bubbles} | {each.id for each in window.notes}
    there |= {note.id for each in window.bubbles for note in each.notes}
    withdrawn = {
        each.command.body.get("message")
        for each in given
        if each.command.kind == CommandKind.CANCEL and each.outcome is None
    }
    bubbles = [
        _bubble(at, about, each, withdrawn)
        for each in given
        if each.command.kind == CommandKind.SEND and each.command.body["message"] not in there
    ]
    notes = [
        note
        for each in given
        if each.command.kind == CommandKind.NOTE and each.outcome is None
        for note in _notes(each)
        if note.id not in there
    ]
    return dataclasses.replace(
        window, bubbles=[*window.bubbles, *bubbles], notes=[*window.notes, *notes]
    )


def _bubble(
    at: AtBox, about: Conversation, given: CommandGiven, withdrawn: Collection[str | None]
) -> Bubble:
    body = given.command.body
    message_id = str(body["message"])
    is_open = given.outcome is None
    asked = MessageAsked(box=at.box.name, is_away=at.is_away, withdraws=message_id in withdrawn)
    return Bubble(
        id=message_id,
        key=str(body.get("client_id") or message_id),
        direction=Direction.OUT,
        state=_state(given),
        channel=Channel.named(body["channel"]) if body.get("channel") else None,
        text=str(body.get("text", "")),
        author=given.command.by.name or None,
        rule=None,
        identity=about.to[0] if about.to else Identity("", TEL),
        reason=Reason.WAITS_FOR_BOX if is_open else _REASONS.get(given.why or ""),
        expected_ms=None,
        exact=True,
        at_ms=given.at_ms,
        sent_ms=None,
        delivered_ms=None,
        read_ms=None,
        tries=(),
        day=None,
        joins=False,
        asked=asked if is_open else None,
    )


def _state(given: CommandGiven) -> MessageState:
    if given.outcome is not CommandOutcome.REFUSED:
        return MessageState.QUEUED
    return MessageState.EXPIRED if given.why == Reason.TOO_LATE else MessageState.REFUSED


def _notes(given: CommandGiven) -> Iterator[TeamNote]:
    body = given.command.body
    yield TeamNote(
        id=str(body["note"]),
        conversation_id=str(body["conversation"]),
        text=str(body.get("text", "")),
        author=given.command.by.name or None,
        created_ms=given.at_ms,
        mentions=(),
        media=(),
    )
