"""The entrance for outgoing messages: the gate's first check, and the row that is a promise."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from appliance.channels import Channel
from appliance.desk.outgoing.attaching import (
    channel_for,
    check_caption,
    check_files,
    may_go_without,
    refuse_answer,
    words_of,
)
from appliance.desk.outgoing.room import Room
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import Identity
from appliance.messages import MessageClass, MessageState
from appliance.phone_numbers import is_landline
from appliance.queue import answer_window, crowding, greeting, undecided
from appliance.queue.heard import heard_over
from appliance.queue.pacing import ANSWER_WINDOW_MS, GREETINGS, HOUR_MS, Waiting
from appliance.queue.permission import check_owner, permission_of
from appliance.queue.promise import Coming, first_promise, note_promise
from appliance.reasons import Reason
from appliance.store import consent, contacts, conversations, lines, messages, quotes
from appliance.store.consent import Standing
from appliance.store.media import Media, attach, by_id, media_of
from appliance.store.store import Tx

DEFAULT_TTL_MS = 24 * HOUR_MS
"""After this a message is too old to be worth sending."""


SOON_MS = 60_000
"""What may leave within this time is an answer of now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who writes: a member of staff, a program by its token, or a rule of the desk."""

    staff_id: str | None = None
    token_id: str | None = None
    rule: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRequest:
    """`typed`: a member of staff typed it just now, word by word.

    `room` is what the line has left for software. It is None for people at the counter and for
    rules, whose few answers go before all others. `contact_id` is the contact of the conversation
    in which it is written, if any; the message goes to nobody else. `media` are the ids of files
    that its author may use; `text` may be empty then. `quotes` is the id of the message that it
    answers. `id` is given to a message that has one elsewhere already, and is nobody's here.
    """

    line_id: str
    identity: Identity
    text: str
    author: Author
    channel: Channel | None = None
    kind: MessageClass | None = None
    client_id: str | None = None
    ttl_ms: int | None = None
    not_before_ms: int | None = None
    typed: bool = False
    room: Room | None = None
    contact_id: str | None = None
    media: Sequence[str] = ()
    quotes: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What was promised. `expected_ms` None: nobody can know."""

    id: str
    state: MessageState
    expected_ms: int | None
    reason: Reason | None


def accept(tx: Tx, request: SendRequest) -> Accepted:
    """Keeps the message and promises to send it.

    The same `client_id` again gives the first answer. Raises NotFound for an unknown line,
    InvalidInput for a text, file or number that cannot be sent, Refused without consent, LineFull
    when too many wait.
    """
    line = lines.line(tx.conn, request.line_id)
    text = words_of(request.text, request.media)
    refuse_answer(request.media, request.quotes)
    if request.media:
        check_files(tx.conn, request.media, text)
        channel = channel_for(tx.conn, line.id, request.identity, request.channel)
        check_caption(channel, text)
        if request.channel is not None or not may_go_without(line, text):
            request = replace(request, channel=channel)
    person = consent.standing(tx.conn, line.id, request.identity)
    _check_channel(request.channel, person, text)
    whose = request.contact_id or person.contact_id
    if whose and request.client_id and (known := already(tx, request, whose, text)):
        return known
    wanted = _permitted(tx, request, person, text)
    contact_id = person.contact_id or contacts.ensure(tx, request.identity)
    _check_recipient(request)
    if request.room is not None:
        request.room.take(tx, line.id)
    coming = _coming(
        tx, request, contact_id, text=text, wanted=wanted, on_whatsapp=person.on_whatsapp
    )
    if request.quotes and not quotes.is_in(tx.conn, request.quotes, coming.conversation_id):
        raise InvalidInput("quotes", "There is no such message in the conversation with them.")
    if _answers_now(tx, request, coming):
        greeting.take_back(tx, line.id, contact_id)
    return keep(tx, line, request, coming)


def keep(tx: Tx, line: lines.Line, request: SendRequest, coming: Coming) -> Accepted:
    """Keeps a message that may be sent, and says when it is expected."""
    promise = first_promise(tx, line, coming)
    expected_ms, reason = promise.entry.expected_ms, promise.entry.reason
    if tx.clock_is_wrong:
        expected_ms, reason = None, Reason.CLOCK_WRONG
    outgoing = _outgoing(tx, request, coming, expected_ms=expected_ms, reason=reason)
    message_id = messages.enqueue(tx, outgoing)
    if request.media:
        attach(tx.conn, message_id, request.media)
    if request.quotes:
        quotes.put(tx, message_id, request.quotes)
    if reason is Reason.NEWCOMERS:
        crowding.tell(tx, line.id, message_id)
    note_promise(tx, line, promise)
    return Accepted(
        id=message_id, state=MessageState.QUEUED, expected_ms=expected_ms, reason=reason
    )


def _coming(
    tx: Tx,
    request: SendRequest,
    contact_id: str,
    *,
    text: str,
    wanted: Channel | None,
    on_whatsapp: bool | None,
) -> Coming:
    """The message as the pacing sees it: most depends on whether it answers somebody."""
    conversation_id, last_in_ms = conversations.found_or_begun(tx, request.line_id, contact_id)
    greets = request.author.rule in GREETINGS and not _was_answered(tx, conversation_id)
    waiting = waiting_as(tx, request, text, wanted, heard_ms=last_in_ms, greets=greets)
    asked = undecided.asked(tx.conn, request.line_id).get(contact_id)
    return Coming(
        undecided=undecided.holds(
            asked, message_id=waiting.id, staff_id=request.author.staff_id, kind=waiting.kind
        ),
        waiting=waiting,
        contact_id=contact_id,
        conversation_id=conversation_id,
        last_in_ms=last_in_ms,
        text=text,
        wanted=wanted,
        on_whatsapp=on_whatsapp,
        prefers=_prefers(tx, request, waiting, contact_id),
        has_files=bool(request.media),
    )


def waiting_as(
    tx: Tx,
    request: SendRequest,
    text: str,
    wanted: Channel | None,
    *,
    heard_ms: int | None,
    greets: bool = False,
) -> Waiting:
    """The message as it waits; `heard_ms` is when the other side was last heard."""
    answering = heard_ms is not None and begins_ms(tx, request) - heard_ms <= ANSWER_WINDOW_MS
    return Waiting(
        id=request.id or tx.new_id(),
        identity=request.identity,
        kind=request.kind or (MessageClass.REPLY if answering else MessageClass.AUTOMATIC),
        text_length=len(text),
        created_ms=tx.now_ms,
        typed=request.typed,
        answering=answering,
        unanswered=0,
        not_before_ms=request.not_before_ms or 0,
        sms=wanted is not None and wanted.counts_parts,
        parts=wanted.parts_of(text) if wanted else 1,
        greets=greets,
    )


def _prefers(tx: Tx, request: SendRequest, waiting: Waiting, contact_id: str) -> Channel | None:
    """As `heard.PREFERS` says of the message once it is kept."""
    answers = waiting.answering or request.author.staff_id is not None
    if not answers or waiting.kind is MessageClass.LIST:
        return None
    return heard_over(tx.conn, request.line_id, contact_id)


def _answers_now(tx: Tx, request: SendRequest, coming: Coming) -> bool:
    """A colleague, or a program for them, answers somebody, and not at a later time."""
    if request.author.rule is not None or begins_ms(tx, request) > tx.now_ms + SOON_MS:
        return False
    return coming.waiting.kind is MessageClass.REPLY


def _was_answered(tx: Tx, conversation_id: str) -> bool:
    found = tx.conn.execute(
        "SELECT 1 FROM message WHERE conversation_id = ? AND sent_ms IS NOT NULL LIMIT 1",
        (conversation_id,),
    )
    return found.fetchone() is not None


def _outgoing(
    tx: Tx, request: SendRequest, coming: Coming, *, expected_ms: int | None, reason: Reason | None
) -> messages.NewOutgoing:
    return messages.NewOutgoing(
        id=coming.waiting.id,
        conversation_id=coming.conversation_id,
        line_id=request.line_id,
        contact_id=None if request.identity.is_group else coming.contact_id,
        identity=request.identity,
        text=coming.text,
        kind=coming.waiting.kind,
        wanted=coming.wanted,
        answering=coming.waiting.answering,
        typed=request.typed,
        staff_id=request.author.staff_id,
        token_id=request.author.token_id,
        rule=request.author.rule,
        client_id=request.client_id,
        not_before_ms=request.not_before_ms,
        expires_ms=begins_ms(tx, request) + (request.ttl_ms or DEFAULT_TTL_MS),
        expected_ms=expected_ms,
        reason=reason,
    )


def begins_ms(tx: Tx, request: SendRequest) -> int:
    """The time from which it may leave."""
    return max(tx.now_ms, request.not_before_ms or 0)


def cancel(tx: Tx, message_id: str, author: Author) -> None:
    """Withdraws a message that has not left; what is withdrawn already, as after STOP, stays so.

    Raises NotFound, and Refused when it is in the device's hands already, or past that.
    """
    state = messages.state_of(tx.conn, message_id)
    if state is None:
        raise NotFound("message")
    if state is MessageState.CANCELLED:
        return
    if state is not MessageState.QUEUED:
        raise too_late(state)
    messages.move(
        tx,
        message_id,
        MessageState.CANCELLED,
        reason=Reason.BY_PERSON,
        facts={"staff": author.staff_id, "token": author.token_id},
    )


def too_late(state: MessageState) -> Refused:
    """Why a message in this state cannot be withdrawn any more."""
    return Refused(Reason.CANNOT_CANCEL, _TOO_LATE.get(state, "This message has left or ended."))


_TOO_LATE = {
    MessageState.SENDING: "This message is being sent now and cannot be withdrawn any more.",
    MessageState.UNCONFIRMED: "This message may have left; it is being looked up.",
    MessageState.RECEIVED: "This message came in; there is nothing to cancel.",
}


def already(tx: Tx, request: SendRequest, contact_id: str | None, text: str) -> Accepted | None:
    """The message that was accepted under this client id; a post has no contact. Another message
    under this id is refused: it would be lost.
    """
    row = tx.conn.execute(
        "SELECT id, state, expected_ms, reason, line_id, contact_id, staff_id, text"
        " FROM message WHERE client_id = ?",
        (request.client_id,),
    ).fetchone()
    if row is None:
        return None
    files = [by_id(tx.conn, each) for each in request.media]
    same = (request.line_id, contact_id, request.author.staff_id, text, _contents(files))
    kept = _contents(media_of(tx.conn, [row["id"]]).get(row["id"], ()))
    if (row["line_id"], row["contact_id"], row["staff_id"], row["text"], kept) != same:
        raise InvalidInput("client_id", "This client id was used for another message before.")
    return Accepted(
        id=row["id"],
        state=MessageState(row["state"]),
        expected_ms=row["expected_ms"],
        reason=Reason.of(row["reason"]),
    )


def _contents(files: Sequence[Media | None]) -> Sequence[str | None]:
    """A file that is sent up again is another row with the same content."""
    return [each.sha256 if each else None for each in files]


def _check_recipient(request: SendRequest) -> None:
    """The word that somebody sends SMS under may be no number, and even a command. It is not
    said again: who named a contact by its id need not know it.
    """
    channel, to = request.channel, request.identity
    if not (channel.writes_to(to) if channel else Channel.any_writes_to(to)):
        raise InvalidInput("to", _unreachable(channel, to))


def _unreachable(channel: Channel | None, to: Identity) -> str:
    if channel is not None and Channel.any_writes_to(to):
        return f"They have nothing that {channel.label} writes to. Leave “channel” out."
    return "They wrote from no phone number and cannot be answered."


def _check_channel(channel: Channel | None, person: Standing, text: str) -> None:
    """A company's landline may be on WhatsApp after all: then it was seen there."""
    if channel is None:
        return
    landline = channel.needs_account and is_landline(person.identity.value)
    if landline and not person.on_whatsapp:
        raise InvalidInput(
            "to", "This is a landline and cannot be on WhatsApp. Give a mobile number."
        )
    if not channel.fits(text):
        raise InvalidInput("text", _too_long(channel, text))


def _too_long(channel: Channel, text: str) -> str:
    most = channel.longest
    if channel.counts_parts:
        parts = channel.parts_of(text)
        return f"As {channel.label} this text needs {parts} parts; at most {most} can be sent."
    return f"Over {channel.label} at most {most} characters can be sent; it has {len(text)}."


def _permitted(tx: Tx, request: SendRequest, person: Standing, text: str) -> Channel | None:
    """The channel to send over; SMS where consent reaches no further. Raises Refused."""
    if request.contact_id is not None:
        check_owner(tx.conn, person, request.contact_id)
    permission = permission_of(tx.conn, person, channel=request.channel, kind=request.kind)
    permission.check()
    left = request.channel or permission.left
    _check_window(tx, request, text, left)
    if request.channel is None:
        _check_channel(permission.left, person, text)
    return left


def _check_window(tx: Tx, request: SendRequest, text: str, channel: Channel | None) -> None:
    """Raises Refused where the service takes free texts no more."""
    about = (tx.conn, request.line_id, request.identity, text)
    if channel is not None:
        answer_window.check_one_of(*about, [channel], now_ms=tx.now_ms)
    else:
        answer_window.check_any(*about, now_ms=tx.now_ms)
