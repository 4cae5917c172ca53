"""The methods of the Bot API that a bot of Balie's kind needs."""

from collections.abc import Callable, Mapping
from typing import Any

from appliance.emulated.telegram.bot_world import (
    ApiRefusal,
    BotWorld,
    EmulatedBot,
    Json,
    StoredFile,
)
from appliance.emulated.telegram.request_values import CallValues

_TEXT, _CAPTION = 4096, 1024
_MB = 1024 * 1024
_MOST_IN, _MOST_OUT, _MOST_PHOTO = 20 * _MB, 50 * _MB, 10 * _MB
_MOST_UPDATES = 100
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF")

Method = Callable[[BotWorld, EmulatedBot, CallValues], Any]


def _get_me(world: BotWorld, bot: EmulatedBot, given: CallValues) -> Json:
    del world, given
    return bot.as_user()


def _get_updates(world: BotWorld, bot: EmulatedBot, given: CallValues) -> list[Json]:
    limit = given.whole("limit", _MOST_UPDATES) or _MOST_UPDATES
    return world.wait_for_updates(
        bot,
        offset=given.whole("offset"),
        limit=max(1, min(limit, _MOST_UPDATES)),
        timeout_s=float(given.whole("timeout", 0) or 0),
    )


def _webhook_info(world: BotWorld, bot: EmulatedBot, given: CallValues) -> Json:
    del world, given
    return {
        "url": bot.webhook,
        "has_custom_certificate": False,
        "pending_update_count": len(bot.updates),
    }


def _set_webhook(world: BotWorld, bot: EmulatedBot, given: CallValues) -> bool:
    world.set_webhook(bot, given.text("url") or "")
    return True


def _delete_webhook(world: BotWorld, bot: EmulatedBot, given: CallValues) -> bool:
    if given.text("drop_pending_updates") in ("True", "true"):
        bot.updates.clear()
    world.set_webhook(bot, "")
    return True


def _send_message(world: BotWorld, bot: EmulatedBot, given: CallValues) -> Json:
    text = given.text("text") or ""
    if not text.strip():
        raise ApiRefusal(400, "Bad Request: message text is empty")
    if len(text) > _TEXT:
        raise ApiRefusal(400, "Bad Request: message is too long")
    return world.deliver(
        bot, _chat(given), {"text": text, **_answered(world, given)}, facts=_facts(given, "text")
    )


def _sends(field: str, folder: str, describe: Callable[[StoredFile], Any]) -> Method:
    """A method that sends a file, uploaded or by the id of one that is there."""

    def send(world: BotWorld, bot: EmulatedBot, given: CallValues) -> Json:
        caption = given.text("caption") or ""
        if len(caption) > _CAPTION:
            raise ApiRefusal(400, "Bad Request: message caption is too long")
        file = _stored(world, given, field, folder)
        content = {field: describe(file), **({"caption": caption} if caption else {})}
        facts = {**_facts(given, field), "file": file.name, "bytes": len(file.content)}
        return world.deliver(bot, _chat(given), content | _answered(world, given), facts=facts)

    return send


def _stored(world: BotWorld, given: CallValues, field: str, folder: str) -> StoredFile:
    sent = given.file(field)
    if sent is None:
        known = world.files.get(given.text(field) or "")
        if known is None:
            raise ApiRefusal(400, f"Bad Request: there is no {field} in the request")
        return known
    if not sent.content:
        raise ApiRefusal(400, "Bad Request: file must be non-empty")
    if len(sent.content) > _MOST_OUT:
        raise ApiRefusal(413, "Request Entity Too Large")
    if field == "photo" and not sent.content.startswith(_PICTURES):
        raise ApiRefusal(400, "Bad Request: IMAGE_PROCESS_FAILED")
    if field == "photo" and len(sent.content) > _MOST_PHOTO:
        raise ApiRefusal(400, "Bad Request: file is too big for a photo")
    return world.keep_file(sent.content, folder=folder, name=sent.name, media_type=sent.media_type)


def _get_file(world: BotWorld, bot: EmulatedBot, given: CallValues) -> Json:
    del bot
    file = world.files.get(given.text("file_id") or "")
    if file is None:
        raise ApiRefusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
    if len(file.content) > _MOST_IN:
        raise ApiRefusal(400, "Bad Request: file is too big")
    return {**file.described(), "file_path": file.path}


def _get_chat(world: BotWorld, bot: EmulatedBot, given: CallValues) -> Json:
    del bot
    person = world.people.get(_chat(given))
    if person is None:
        raise ApiRefusal(400, "Bad Request: chat not found")
    return {**person.as_chat(), "accent_color_id": 0, "max_reaction_count": 11}


def _leave_chat(world: BotWorld, bot: EmulatedBot, given: CallValues) -> bool:
    del world
    chat_id = _chat(given)
    if chat_id not in bot.groups:
        raise ApiRefusal(400, "Bad Request: chat not found")
    bot.groups.discard(chat_id)
    return True


def _yes(world: BotWorld, bot: EmulatedBot, given: CallValues) -> bool:
    del world, bot, given
    return True


def _chat(given: CallValues) -> int:
    chat_id = given.whole("chat_id")
    if chat_id is None:
        raise ApiRefusal(400, "Bad Request: chat_id is empty")
    return chat_id


def _facts(given: CallValues, kind: str) -> Json:
    return {"kind": kind, "parse_mode": given.text("parse_mode")}


def _answered(world: BotWorld, given: CallValues) -> Json:
    """The message that it answers, as `reply_parameters` or the older field names it."""
    wanted = given.structure("reply_parameters")
    to = wanted.get("message_id", given.whole("reply_to_message_id"))
    if to is None:
        return {}
    found = world.said.get((_chat(given), int(to)))
    if found is None and not wanted.get("allow_sending_without_reply"):
        raise ApiRefusal(400, "Bad Request: message to be replied not found")
    if found is None:
        return {}
    before = {name: value for name, value in found.items() if name != "reply_to_message"}
    return {"reply_to_message": before}


def describe_photo(file: StoredFile) -> list[Json]:
    return [{**file.described(), "width": 640, "height": 480}]


def describe_document(file: StoredFile) -> Json:
    return {**file.described(), "file_name": file.name, "mime_type": file.media_type}


def describe_sound(file: StoredFile) -> Json:
    return {**file.described(), "duration": 3, "mime_type": file.media_type or "audio/ogg"}


def describe_film(file: StoredFile) -> Json:
    return {**describe_document(file), "width": 640, "height": 480, "duration": 3}


METHODS: Mapping[str, Method] = {
    "getme": _get_me,
    "getupdates": _get_updates,
    "getwebhookinfo": _webhook_info,
    "setwebhook": _set_webhook,
    "deletewebhook": _delete_webhook,
    "sendmessage": _send_message,
    "sendphoto": _sends("photo", "photos", describe_photo),
    "senddocument": _sends("document", "documents", describe_document),
    "sendvoice": _sends("voice", "voice", describe_sound),
    "sendaudio": _sends("audio", "music", describe_sound),
    "sendvideo": _sends("video", "videos", describe_film),
    "sendchataction": _yes,
    "getfile": _get_file,
    "getchat": _get_chat,
    "leavechat": _leave_chat,
}
"""In small letters: the names of methods may be written in any case."""
