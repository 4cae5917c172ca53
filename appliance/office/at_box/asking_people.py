"""What people at head office ask for, done as if they had asked here: same doors, same rights.

Each is done inside the transaction of its command. A colleague may what they may at this box,
looked up there; of a program the office has looked what it may, and this box belongs to the office.
"""

import sqlite3
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import ValidationError

from appliance.api.json import conversations
from appliance.api.json.team_bodies import ConversationPatchIn
from appliance.api.web.pages.compose import recipient_of
from appliance.channels import Channel
from appliance.desk.access import group_limits
from appliance.desk.access.rights import EMERGENCY, Grant, Permission, Rights, rights_of
from appliance.desk.access.sight import sight_in
from appliance.desk.inbox import marks, thread
from appliance.desk.inbox.thread import Conversation
from appliance.desk.outgoing import drafts, sending, ways
from appliance.desk.outgoing.posting_in_groups import accept_post
from appliance.desk.outgoing.recipients import identity_of_contact, reached_over
from appliance.desk.outgoing.room import Room
from appliance.desk.outgoing.sending import Author, SendRequest
from appliance.desk.team import cases, notes
from appliance.desk.team.staff import member_of
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import meant
from appliance.ids import is_id
from appliance.messages import MAX_TEXT, MessageClass, MessageState
from appliance.office.link import CommandAsker, CommandKind, OfficeCommand
from appliance.office.reading import Fields, plain
from appliance.office.troubles import CommandRefused
from appliance.queue import restored
from appliance.reasons import Reason
from appliance.store import groups, lines, messages, office_commands
from appliance.store.store import Tx

Facts = Mapping[str, Any]
AUTO = "auto"
_LONGEST = 2 * MAX_TEXT
_LONGEST_NAME = 64
_OF_TIME, _BELOW_TIME, _AHEAD_MS = 7, 80, 10 * 365 * 24 * 3600 * 1000
"""The version of an id that tells its time, the bits below that, and how far ahead a clock may be:
ids go on after the newest, and after one of the last day that they can name there is none.
"""
_CASE_FIELDS = frozenset(ConversationPatchIn.model_fields)


@dataclass(frozen=True, slots=True)
class Who:
    """For one transaction."""

    author: Author
    rights: Rights

    @property
    def staff_id(self) -> str | None:
        return self.author.staff_id


def who_asks(tx: Tx, by: CommandAsker) -> Who:
    """Raises NotFound for somebody who may nothing here, and Refused for somebody of this box, of
    whom the office never told.
    """
    must_be_told(tx.conn, by)
    if by.staff is not None:
        rights = rights_of(tx.conn, by.staff, now_ms=tx.now_ms)
        if not rights.grants:
            raise NotFound("member of staff")
        return Who(Author(staff_id=by.staff), rights)
    if by.token is None:
        raise NotFound("member of staff")
    office_commands.ensure_token(tx, by.token, by.name)
    limits = group_limits.of_token(tx.conn, by.token)
    everywhere = frozenset(Grant(permission=each, branch_id=None) for each in EMERGENCY)
    return Who(Author(token_id=by.token), Rights(grants=everywhere, groups=limits))


def must_be_told(conn: sqlite3.Connection, by: CommandAsker) -> Facts:
    """It is a colleague or a program of the office, and none of this box's own. Raises NotFound for
    nobody, and Refused.
    """
    if by.token is None and (by.staff is None or member_of(conn, by.staff) is None):
        raise NotFound("member of staff")
    if not office_commands.is_of_office(conn, staff_id=by.staff, token_id=by.token):
        raise Refused(Reason.OFFICE_AUTHOR, "Head office speaks for its own people only.")
    return {}


def _may_be_new(message_id: str, now_ms: int) -> bool:
    """As an office makes them."""
    if not is_id(message_id) or message_id != message_id.lower():
        return False
    found = uuid.UUID(message_id)
    return found.version == _OF_TIME and found.int >> _BELOW_TIME <= now_ms + _AHEAD_MS


def send(tx: Tx, who: Who, body: Fields, command: OfficeCommand, room: Room) -> Facts:
    """Consent, pacing and plan are those of each message here. `left_since_ms`: this box had it
    before a copy was put back, and it may have left then, so it is looked for first.
    """
    message_id = body.id("message")
    if not _may_be_new(message_id, tx.now_ms):
        raise body.wrong("message")
    if messages.state_of(tx.conn, message_id) is not None:
        raise Refused(Reason.MESSAGE_EXISTS, "A message with this id was accepted before.")
    text = body.text("text", most=_LONGEST)
    request, about = _request(tx, who, body, message_id, text)
    request = _timed(tx, request, body, command)
    if who.author.token_id is not None:
        request = replace(request, room=room)
    done = accept_post(tx, request) if request.identity.is_group else sending.accept(tx, request)
    since_ms = body.number_or_none("left_since_ms")
    is_due = request.not_before_ms is None
    if since_ms is not None and is_due and done.state is MessageState.QUEUED:
        restored.doubt(tx, done.id, since_ms=since_ms)
    if who.staff_id is not None and about is not None:
        drafts.forget(tx, staff_id=who.staff_id, conversation_id=about.id)
    return {"message": done.id, "reason": done.reason, "expected_ms": done.expected_ms}


def _request(
    tx: Tx, who: Who, body: Fields, message_id: str, text: str
) -> tuple[SendRequest, Conversation | None]:
    channel = body.text_or_none("channel", most=40) or AUTO
    shared: dict[str, Any] = {
        "id": message_id,
        "text": text,
        "author": who.author,
        "typed": who.staff_id is not None,
        "quotes": body.id_or_none("quotes"),
        "kind": _class(body),
        "client_id": body.text_or_none("client_id", most=_LONGEST_NAME),
    }
    if (named := body.id_or_none("conversation")) is not None:
        about = _writable(tx.conn, who, named)
        if not about.to:
            raise NotFound("conversation")
        to = recipient_of(about, body.text_or_none("to", most=200) or "")
        if about.is_group:
            return SendRequest(line_id=about.line_id, identity=to, **shared), about
        whom, over = ways.chosen(tx.conn, about.line_id, about.to, channel, to=to)
        known: dict[str, Any] = {"channel": over, "contact_id": about.contact_id}
        return SendRequest(line_id=about.line_id, identity=whom, **known, **shared), about
    if (named := body.id_or_none("group")) is not None:
        return SendRequest(**_group(tx.conn, who, named), **shared), None
    line = lines.line(tx.conn, body.text("line", most=64))
    who.rights.require(Permission.INBOX_WRITE, line.branch_id, "line")
    to = _named(tx.conn, who, body.text("to", most=200), line.id)
    over = None if channel == AUTO else Channel.named(channel)
    whom = reached_over(tx.conn, line.id, to, over) if over else to
    return SendRequest(line_id=line.id, identity=whom, channel=over, **shared), None


def _group(conn: sqlite3.Connection, who: Who, group_id: str) -> Mapping[str, Any]:
    group = groups.find(conn, group_id)
    branch_id = lines.line(conn, group.line_id).branch_id
    who.rights.require(Permission.INBOX_WRITE, branch_id, "group")
    if not who.rights.groups.may_answer(group.id):
        raise NotFound("group")
    return {"line_id": group.line_id, "identity": group.identity}


def _named(conn: sqlite3.Connection, who: Who, to: str, line_id: str) -> Any:
    if not is_id(to):
        return meant(to)
    sight = sight_in(who.rights, Permission.INBOX_READ)
    return identity_of_contact(conn, sight, to, line_id=line_id)


def _class(body: Fields) -> MessageClass | None:
    """Nothing that is asked from afar goes before what this box finds out by itself."""
    said = body.text_or_none("class", most=40)
    if said not in (None, "reply", MessageClass.AUTOMATIC.value):
        raise body.wrong("class")
    return MessageClass.AUTOMATIC if said == MessageClass.AUTOMATIC.value else None


def _timed(tx: Tx, request: SendRequest, body: Fields, command: OfficeCommand) -> SendRequest:
    """It is worth sending as long as the office said when it took it."""
    not_before_ms = body.number_or_none("not_before_ms")
    if not_before_ms is not None and not_before_ms <= tx.now_ms:
        not_before_ms = None
    request = replace(request, not_before_ms=not_before_ms)
    if command.expires_ms is None:
        return request
    ttl_ms = command.expires_ms - sending.begins_ms(tx, request)
    if ttl_ms <= 0:
        raise CommandRefused(Reason.TOO_LATE)
    return replace(request, ttl_ms=ttl_ms)


def cancel(tx: Tx, who: Who, body: Fields) -> Facts:
    message_id = body.id("message")
    thread.conversation_of_message(tx.conn, who.rights, message_id)
    sending.cancel(tx, message_id, who.author)
    return {"message": message_id, "state": MessageState.CANCELLED.value}


def case(tx: Tx, who: Who, body: Fields) -> Facts:
    """What `PATCH /conversations/{id}` takes; who names themselves claims it."""
    about = _writable(tx.conn, who, body.id("conversation"))
    given = {name: each for name, each in body.all.items() if name in _CASE_FIELDS}
    try:
        wanted = ConversationPatchIn.model_validate_json(plain(given))
    except ValidationError as exc:
        raise InvalidInput(_field(exc), "That cannot be done with a conversation.") from exc
    claims = "assignee" in given and wanted.assignee == who.staff_id is not None
    if claims and who.staff_id is not None:
        cases.claim(tx, about.id, who.staff_id)
    conversations.change(tx, about.id, wanted, who.author)
    return {"conversation": about.id}


def note(tx: Tx, who: Who, body: Fields) -> Facts:
    about = _writable(tx.conn, who, body.id("conversation"))
    note_id = body.id_or_none("note")
    if note_id is not None and (not is_id(note_id) or notes.is_known(tx.conn, note_id)):
        raise body.wrong("note")
    text = body.text("text", most=_LONGEST)
    written = notes.write(tx, about.id, text, who.author, note_id=note_id)
    return {"conversation": about.id, "note": written}


def read(tx: Tx, who: Who, body: Fields) -> Facts:
    """Of a colleague: programs read nothing as people do. Without a message they saw its notes."""
    if who.staff_id is None:
        raise NotFound("member of staff")
    about = thread.conversation(tx.conn, who.rights, body.id("conversation"))
    if (message_id := body.id_or_none("message")) is not None:
        marks.mark_read(tx, staff_id=who.staff_id, conversation_id=about.id, message_id=message_id)
    notes.see(tx, about.id, who.staff_id)
    return {"conversation": about.id}


OF_PEOPLE: Mapping[str, Callable[[Tx, Who, Fields], Facts]] = {
    CommandKind.CANCEL: cancel,
    CommandKind.CASE: case,
    CommandKind.NOTE: note,
    CommandKind.READ: read,
}
"""`send` is more: it takes the whole command."""


def _writable(conn: sqlite3.Connection, who: Who, conversation_id: str) -> Conversation:
    about = thread.conversation(conn, who.rights, conversation_id)
    if not about.may_write:
        raise NotFound("conversation")
    return about


def _field(exc: ValidationError) -> str:
    where = exc.errors(include_url=False, include_context=False)[0]["loc"]
    return str(where[0]) if where else "body"
