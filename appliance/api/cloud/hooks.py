"""Where the webhooks of a number go: named by its program, proven by a challenge."""

import secrets
import sqlite3
from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from appliance.api.cloud import dialect, ids
from appliance.api.cloud.bodies import CloudPhone, CloudWebhook
from appliance.api.cloud.callers import caller_of
from appliance.api.cloud.errors import CHALLENGE, cloud_error
from appliance.api.cloud.phones import line_of
from appliance.api.json.callers import Caller, check_still_valid
from appliance.api.json.posting import read_body
from appliance.api.problems import ProblemError
from appliance.desk.access.tokens import Scope
from appliance.desk.webhooks import named
from appliance.desk.webhooks.named import NamedWish
from appliance.errors import InvalidInput
from appliance.relay.asking import AskFailed, asking
from appliance.store import webhooks
from appliance.store.store import Tx

_EVENTS = ("messages",)
_WITHIN_S = 15.0
_MOST = 1024
_DIGITS = 10
_FINE = 2
"""Hundreds: 200 to 299."""
_SCOPES = (Scope.WEBHOOKS_WRITE, Scope.MESSAGES_READ)
"""A webhook tells what was written."""


async def post_phone(request: Request) -> Response:
    """Only its webhooks are set here."""
    caller = await caller_of(request, *_SCOPES)
    wanted = read_body(CloudPhone, await request.body()).webhook_configuration
    if wanted is None:
        raise InvalidInput("webhook_configuration", "“webhook_configuration” is missing.")
    return await _set(request, caller, wanted)


async def post_subscription(request: Request) -> Response:
    """The same for the account, which is the number; nothing said ends it."""
    caller = await caller_of(request, *_SCOPES)
    body = await request.body()
    return await _set(request, caller, read_body(CloudWebhook, body) if body else CloudWebhook())


async def delete_subscription(request: Request) -> Response:
    caller = await caller_of(request, *_SCOPES)
    return await _set(request, caller, CloudWebhook())


async def get_subscriptions(request: Request) -> Response:
    caller = await caller_of(request, *_SCOPES)
    node = request.path_params["node"]
    found = await caller.services.store.aread(
        lambda conn: known(conn, caller, line_of(conn, caller.sight, node).id)
    )
    app = {"id": ids.file_to(caller.token.id), "name": caller.token.name, "link": ""}
    told = [{"whatsapp_business_api_data": app, "override_callback_uri": each} for each in found]
    return JSONResponse({"data": told})


def known(conn: sqlite3.Connection, caller: Caller, line_id: str) -> Sequence[str]:
    """Where this program hears of the line: one address or none."""
    found = webhooks.named(conn, caller.token.id, line_id, dialect=dialect.NAME)
    return [found.url] if found is not None else []


async def _set(request: Request, caller: Caller, wanted: CloudWebhook) -> Response:
    node, store = request.path_params["node"], caller.services.store
    await store.aread(lambda conn: line_of(conn, caller.sight, node))
    url = wanted.override_callback_uri or ""
    if url:
        await _prove(caller, url, wanted.verify_token or "")
    await store.awrite(lambda tx: _keep(tx, caller, node, url))
    return JSONResponse({"success": True})


def _keep(tx: Tx, caller: Caller, node: str, url: str) -> None:
    check_still_valid(tx, caller)
    line = line_of(tx.conn, caller.sight, node)
    if not url:
        named.remove(tx, caller.token.id, line.id, dialect=dialect.NAME)
        return
    wish = NamedWish(
        dialect=dialect.NAME,
        name=line.id,
        url=url,
        events=_EVENTS,
        line_id=line.id,
        branch_id=caller.token.branch_id,
    )
    named.put(tx, caller.token.id, wish)


async def _prove(caller: Caller, url: str, verify_token: str) -> None:
    """Whoever names an address has to show that it wants this: it answers what it is asked.

    Raises ProblemError (2200).
    """
    challenge = "".join(secrets.choice("123456789") for _ in range(_DIGITS))
    asked = urlencode(
        {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": verify_token,
        }
    )
    try:
        full = f"{url}{'&' if '?' in url else '?'}{asked}"
        async with asking(
            caller.services.urls, full, by=caller.token.id, within_s=_WITHIN_S
        ) as got:
            answer = (await got.text(_MOST)).strip()
    except InvalidInput as exc:
        raise _unproven(exc.sentence) from exc
    except AskFailed as exc:
        raise _unproven(str(exc)) from exc
    echoed = secrets.compare_digest(answer.encode(), challenge.encode())
    if got.status // 100 != _FINE or not echoed:
        raise _unproven(f"It answered {got.status}, and not with the challenge alone.")


def _unproven(why: str) -> ProblemError:
    return cloud_error(CHALLENGE, "Callback verification failed", why)
