"""`POST /{phone}/messages`: a message, accepted as any other, or word that one was read."""

import json
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from appliance.api.cloud import attached, ids, recipients
from appliance.api.cloud.attached import Attached
from appliance.api.cloud.bodies import CloudFile, CloudMessage
from appliance.api.cloud.callers import caller_of
from appliance.api.cloud.errors import TEMPLATE, UNSUPPORTED, cloud_error
from appliance.api.cloud.phones import line_of
from appliance.api.json.callers import Caller, check_still_valid
from appliance.api.json.metrics import Metrics
from appliance.api.json.posting import read_body
from appliance.channels import Channel
from appliance.desk.access.tokens import Scope
from appliance.desk.inbox import records
from appliance.desk.inbox.records import Detail
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.errors import InvalidInput, NotFound
from appliance.identities import Identity
from appliance.messages import Direction
from appliance.queue.permission import may_write
from appliance.store import cloud_messages, contacts
from appliance.store.store import Tx

PRODUCT = "whatsapp"
_CHANNEL = Channel.WHATSAPP
_TEXT, _TEMPLATE, _SOUND = "text", "template", "audio"
_READ = "read"


async def post_message(request: Request) -> Response:
    """Answers 200 once it is durable: there are clients that know no 202."""
    began_s = time.perf_counter()
    caller = await caller_of(request, Scope.MESSAGES_WRITE)
    wanted = read_body(CloudMessage, await request.body())
    if wanted.messaging_product != PRODUCT:
        raise InvalidInput("messaging_product", "“messaging_product” has to be “whatsapp”.")
    phone = request.path_params["node"]
    if wanted.status is not None:
        return await _note_read(caller, phone, wanted)
    to = recipients.named(wanted)
    file = await attached.had(
        caller, _file_of(wanted), lambda conn: _check(conn, caller, phone, wanted, to)
    )
    try:
        answer = await caller.services.store.awrite(
            lambda tx: _accept(tx, caller, phone, wanted, to, file)
        )
    except Exception:
        await attached.let_go(caller, file)
        raise
    caller.services.planned()
    metrics: Metrics = request.app.state.metrics
    metrics.accepted(time.perf_counter() - began_s)
    return Response(json.dumps(answer), media_type="application/json")


def _file_of(wanted: CloudMessage) -> CloudFile | None:
    """None for a text. Raises ProblemError for what Balie cannot carry."""
    if wanted.type == _TEMPLATE:
        raise cloud_error(
            TEMPLATE,
            "Template name does not exist",
            "Balie has no templates: it writes as a person does, in words of its own.",
            status=404,
        )
    if wanted.type == _TEXT:
        return None
    if wanted.type not in attached.KINDS:
        raise cloud_error(
            UNSUPPORTED,
            "Unsupported message type",
            f"Balie cannot send “{wanted.type[:40]}”, only text, image, video, audio and document.",
        )
    given: CloudFile | None = getattr(wanted, wanted.type)
    if given is None:
        raise InvalidInput(wanted.type, f"“{wanted.type}” is missing.")
    return given


def _check(
    conn: sqlite3.Connection, caller: Caller, phone: str, wanted: CloudMessage, to: str
) -> None:
    """Raises NotFound, InvalidInput and Refused for what would be refused with any file."""
    line = line_of(conn, caller.sight, phone)
    identity = recipients.identity_of(conn, caller.sight, to, line_id=line.id)
    may_write(conn, line_id=line.id, identity=identity, channel=_CHANNEL).check()
    _quoted(wanted)


def _accept(
    tx: Tx, caller: Caller, phone: str, wanted: CloudMessage, to: str, file: Attached | None
) -> Mapping[str, Any]:
    check_still_valid(tx, caller)
    line = line_of(tx.conn, caller.sight, phone)
    identity = recipients.identity_of(tx.conn, caller.sight, to, line_id=line.id)
    request = SendRequest(
        line_id=line.id,
        identity=identity,
        text=_words(wanted),
        author=Author(token_id=caller.token.id),
        channel=_CHANNEL,
        room=caller.services.room,
        media=() if file is None else (attached.kept(tx, caller, wanted.type, file),),
        quotes=_quoted(wanted),
    )
    done = accept(tx, request)
    cloud_messages.put(tx, done.id, wanted.biz_opaque_callback_data)
    return {
        "messaging_product": PRODUCT,
        "contacts": [{"input": to, **_account(tx, identity)}],
        "messages": [{"id": ids.message_to(done.id)}],
    }


def _words(wanted: CloudMessage) -> str:
    """A caption beside sound is shown nowhere, so clients do not mean it."""
    if wanted.type == _TEXT:
        if wanted.text is None:
            raise InvalidInput("text", "“text” is missing.")
        return wanted.text.body
    given: CloudFile = getattr(wanted, wanted.type)
    return "" if wanted.type == _SOUND else given.caption or ""


def _quoted(wanted: CloudMessage) -> str | None:
    """Raises InvalidInput for an id that is none of ours."""
    if wanted.context is None or not wanted.context.message_id:
        return None
    quoted = ids.message_from(wanted.context.message_id)
    if quoted is None:
        raise InvalidInput("context", "There is no such message in the conversation with them.")
    return quoted


def _account(tx: Tx, identity: Identity) -> Mapping[str, str]:
    """A hidden number stays hidden: who has one is known by their user id alone."""
    if identity.is_tel:
        return {"wa_id": ids.phone_to(identity.value)}
    contact = contacts.by_identity(tx.conn, identity)
    return {"user_id": ids.user_to(contact.id, identity)} if contact else {}


async def _note_read(caller: Caller, phone: str, wanted: CloudMessage) -> Response:
    """A program reads for itself: no colleague has read it for that, and Balie opens no chat to
    show ticks or that somebody types. So this checks, and changes nothing.
    """
    if wanted.status != _READ:
        raise InvalidInput("status", "“status” can only be “read”.")
    message_id = ids.message_from(wanted.message_id or "")

    def check(conn: sqlite3.Connection) -> None:
        line = line_of(conn, caller.sight, phone)
        found = _came(conn, caller, message_id)
        if found is None or found.line_id != line.id or found.direction != Direction.IN.value:
            raise InvalidInput("message_id", "No such message came in on this number.")

    await caller.services.store.aread(check)
    return JSONResponse({"success": True})


def _came(conn: sqlite3.Connection, caller: Caller, message_id: str | None) -> Detail | None:
    try:
        return records.detail(conn, caller.sight, message_id) if message_id else None
    except NotFound:
        return None
