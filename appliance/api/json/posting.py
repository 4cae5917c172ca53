"""A message that comes in by the API: read, checked, and accepted in one transaction."""

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from appliance.api.json import idempotency
from appliance.api.json.bodies import MessageIn
from appliance.api.json.callers import Caller, check_still_valid
from appliance.api.json.idempotency import StoredResponse
from appliance.api.json.times import iso_or_none, ms_of
from appliance.api.problems import ProblemError, of_validation, problem
from appliance.channels import Channel
from appliance.desk.groups import directory
from appliance.desk.inbox.attachments import seen_by_token
from appliance.desk.outgoing.attaching import NO_SUCH_FILE
from appliance.desk.outgoing.posting_in_groups import accept_post
from appliance.desk.outgoing.recipients import identity_of_contact, reached_over
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.errors import InvalidInput, NotFound
from appliance.identities import Identity, meant
from appliance.ids import is_id
from appliance.store.store import Tx

Body = TypeVar("Body", bound=BaseModel)

MAX_AHEAD_MS = 366 * 24 * 3_600_000
"""A `not_before` a year from now is a slip of the pen."""
_MS_PER_S = 1000


def read_message(raw: bytes) -> MessageIn:
    """Raises ProblemError: 400 for a body that is not JSON, 422 with the field that is not
    valid.
    """
    return read_body(MessageIn, raw)


def read_body(model: type[Body], raw: bytes) -> Body:
    """As `read_message`, for any body."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as exc:
        errors = exc.errors(include_url=False, include_context=False)
        if any(_is_whole_number(each) for each in errors):
            return read_body(model, json.dumps(_with_integers(json.loads(raw))).encode())
        if errors[0]["type"] == "json_invalid":
            raise _unreadable(raw, errors[0]["msg"]) from exc
        raise ProblemError(of_validation(errors)) from exc


def post(
    tx: Tx, caller: Caller, wanted: MessageIn, to: Identity | None, key: str | None
) -> StoredResponse:
    """`to` is None when `to` names a contact. Raises what `accept` raises."""
    check_still_valid(tx, caller)
    work = partial(_accept, caller=caller, wanted=wanted, to=to)
    body = wanted.model_dump_json().encode() if key else b""
    return idempotency.once(tx, caller.token.id, key, body, work)


@lru_cache(maxsize=1024)
def recipient_of(to: str) -> Identity | None:
    """The number or the account that hides it, or None for the id of a contact. Raises
    InvalidInput.

    Cached, because parsing costs as much as three statements and the same numbers come again.
    """
    return None if is_id(to) else meant(to)


def _accept(tx: Tx, *, caller: Caller, wanted: MessageIn, to: Identity | None) -> dict[str, Any]:
    line = caller.sight.line(tx.conn, wanted.line)
    channel = None if wanted.channel == "auto" else Channel.named(wanted.channel)
    whom = to or _whose(tx, caller, wanted, line.id)
    request = SendRequest(
        line_id=line.id,
        identity=reached_over(tx.conn, line.id, whom, channel) if channel else whom,
        text=wanted.text,
        author=Author(token_id=caller.token.id),
        channel=channel,
        ttl_ms=None if wanted.ttl_s is None else wanted.ttl_s * _MS_PER_S,
        not_before_ms=not_before_ms(tx.now_ms, wanted.not_before),
        room=caller.services.room,
        media=_files(tx, caller, wanted.media or ()),
        quotes=wanted.quotes.lower() if wanted.quotes else None,
    )
    done = accept_post(tx, request) if request.identity.is_group else accept(tx, request)
    return {
        "id": done.id,
        "state": done.state.value,
        "expected_at": iso_or_none(done.expected_ms),
        "reason": done.reason,
    }


def _files(tx: Tx, caller: Caller, named: Sequence[str]) -> Sequence[str]:
    """Those that the caller may use: uploaded by it, or in a message that it may see."""
    try:
        seen = [seen_by_token(tx.conn, caller.sight, caller.token.id, each) for each in named]
    except NotFound as exc:
        raise InvalidInput("media", NO_SUCH_FILE) from exc
    return [each.media.id for each in seen]


def _whose(tx: Tx, caller: Caller, wanted: MessageIn, line_id: str) -> Identity:
    """Of the contact or the group that is named by its id. Raises NotFound."""
    if wanted.group is None:
        return identity_of_contact(tx.conn, caller.sight, wanted.to or "", line_id=line_id)
    group = directory.answerable(tx.conn, caller.sight, caller.token.id, wanted.group)
    if group.line_id != line_id:
        raise NotFound("group")
    return group.identity


def not_before_ms(now_ms: int, wanted: datetime | None) -> int | None:
    """None when the time is in the past. Raises InvalidInput when it is more than a year away."""
    if wanted is None:
        return None
    at_ms = ms_of(wanted)
    if at_ms > now_ms + MAX_AHEAD_MS:
        raise InvalidInput("not_before", "“not_before” is more than a year away.")
    return at_ms if at_ms > now_ms else None


def _unreadable(raw: bytes, why: str) -> ProblemError:
    """Parsers differ over a lone surrogate (half an emoji): here the field is always wrong."""
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        return ProblemError(problem("bad-request", f"The body is not JSON: {why}."))
    fields = body.items() if isinstance(body, dict) else ()
    for name, value in fields:
        if isinstance(value, str) and not _is_whole(value):
            sentence = f"“{name}” holds half a character (a lone surrogate), which is no text."
            return ProblemError(problem("invalid-input", sentence, field=name))
    return ProblemError(problem("bad-request", f"The body is not JSON: {why}."))


def _is_whole_number(error: Any) -> bool:
    """`1.0` is an integer to JSON (RFC 8259 §6) and its schemas, and none to Python."""
    given = error["input"]
    return error["type"] == "int_type" and isinstance(given, float) and given.is_integer()


def _with_integers(given: Any) -> Any:
    if isinstance(given, dict):
        return {name: _with_integers(each) for name, each in given.items()}
    if isinstance(given, list):
        return [_with_integers(each) for each in given]
    return int(given) if isinstance(given, float) and given.is_integer() else given


def _is_whole(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
