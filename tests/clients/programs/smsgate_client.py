"""Calls each method of SMSGate's Python client once; reads `{url, token, to, line, hook}`.

Writes by the name of each method what it gave, or the name and the body of what it raised.
"""

import asyncio
import base64
import dataclasses
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from android_sms_gateway import domain
from android_sms_gateway.client import APIClient, AsyncAPIClient
from android_sms_gateway.enums import WebhookEvent
from android_sms_gateway.errors import APIError

given = json.load(sys.stdin)
found: dict[str, Any] = {}
now = datetime.now(UTC)
week = {"since": now - timedelta(days=7), "until": now}


def plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: plain(each) for name, each in vars(value).items()}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return getattr(value, "value", value)


def tried(name: str, call: Callable[[], Any]) -> Any:
    try:
        value = call()
    except APIError as exc:
        found[name] = {"raised": type(exc).__name__, "status": exc.status_code, **exc.response}
        return None
    except Exception as exc:
        response = getattr(exc, "response", None)
        status = getattr(response, "status_code", None)
        found[name] = {"raised": type(exc).__name__, "status": status}
        return None
    found[name] = plain(value)
    return value


def text(words: str, **more: Any) -> domain.Message:
    said = {"phone_numbers": [given["to"]], "text_message": domain.TextMessage(text=words)}
    return domain.Message(**{**said, **more})


def hook(event: WebhookEvent, name: str) -> domain.Webhook:
    return domain.Webhook(id=name, url=given["hook"], event=event)


def of_messages(client: APIClient) -> None:
    tried("send", lambda: client.send(text("From Python", id="python-1"), device_active_within=12))
    tried("send again", lambda: client.send(text("From Python", id="python-1")))
    stranger = text("Hallo", phone_numbers=["+31655599999"], id="python-2")
    tried("send to a stranger", lambda: client.send(stranger, skip_phone_validation=True))
    data = domain.Message(phone_numbers=[given["to"]], data_message=domain.DataMessage("aGk=", 1))
    tried("send data", lambda: client.send(data))
    tried("get_state", lambda: client.get_state("python-1"))
    tried("get_state of nothing", lambda: client.get_state("python-9"))
    query = domain.MessagesQueryFilter(from_=week["since"], to=now + timedelta(days=1))
    page = domain.QueryPagination(limit=10, offset=0)
    tried("get_messages", lambda: client.get_messages(query=query, pagination=page))
    tried("cancel nothing", lambda: client.cancel_message("python-9"))


def of_the_inbox(client: APIClient) -> None:
    tried("list_inbox_messages", client.list_inbox_messages)
    tried("refresh_inbox", lambda: client.refresh_inbox(domain.InboxRefreshRequest(**week)))
    wanted = domain.MessagesExportRequest(device_id=given["line"], **week)
    tried("export_inbox", lambda: client.export_inbox(wanted))
    tried("download_attachment", lambda: client.download_attachment("x", 1))


def of_webhooks(client: APIClient) -> None:
    for event, name in (
        (WebhookEvent.SMS_SENT, "SMS_SENT"),
        (WebhookEvent.SMS_RECEIVED, "SMS_RECEIVED"),
        (WebhookEvent.SMS_SENT, "gone"),
    ):
        tried(f"create_webhook {name}", partial(client.create_webhook, hook(event, name)))
    ping = hook(WebhookEvent.SYSTEM_PING, "ping")
    tried("create_webhook of a ping", lambda: client.create_webhook(ping))
    tried("delete_webhook", lambda: client.delete_webhook("gone"))
    tried("delete_webhook again", lambda: client.delete_webhook("gone"))
    tried("get_webhooks", client.get_webhooks)


def of_the_house(client: APIClient) -> None:
    for name in ("list_devices", "get_settings", "get_logs"):
        tried(name, getattr(client, name))
    for name in ("health_check", "liveness_check", "readiness_check", "startup_check"):
        tried(name, getattr(client, name))
    tried("remove_device", lambda: client.remove_device(given["line"]))
    limits = domain.DeviceSettings(messages=domain.SettingsMessages(limit_value=1000))
    tried("update_settings", lambda: client.update_settings(limits))
    tried("patch_settings", lambda: client.patch_settings(limits))


def of_tokens(client: APIClient) -> None:
    made = tried(
        "generate_token",
        lambda: client.generate_token(domain.TokenRequest(scopes=["messages:read"], ttl=60)),
    )
    with APIClient(None, made.access_token, base_url=given["url"]) as reader:
        tried("get_state by a pass", lambda: reader.get_state("python-1"))
        tried("send by a pass", lambda: reader.send(text("No")))
    new = tried("refresh_token", lambda: client.refresh_token(made.refresh_token))
    tried("revoke_token", lambda: client.revoke_token(new.id))
    with APIClient(None, new.access_token, base_url=given["url"]) as revoked:
        tried("get_state by a revoked pass", lambda: revoked.get_state("python-1"))


async def asynchronously() -> Any:
    async with AsyncAPIClient("any", given["token"], base_url=given["url"]) as client:
        return await client.send(text("From asyncio", id="python-3"))


with APIClient("any", given["token"], base_url=given["url"]) as client:
    for part in (of_webhooks, of_messages, of_the_inbox, of_the_house, of_tokens):
        part(client)
tried("asynchronously", lambda: asyncio.run(asynchronously()))
with APIClient("any", "wrong", base_url=given["url"]) as stranger:
    tried("a wrong password", stranger.list_devices)
sys.stdout.write(json.dumps(found))
