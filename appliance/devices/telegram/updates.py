"""What an update of the Bot API means: a message, a changed one, somebody who left, or nothing.

Only private chats are a person's. In a group a bot sees what others say to each other, and nobody
there agreed to anything, so it leaves a group at once and keeps nothing of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appliance.clock import MS_PER_S
from appliance.devices.news_protocol import Leaving, Quoting
from appliance.devices.protocol import Incoming, QuotedText
from appliance.devices.stored_json import is_whole
from appliance.devices.telegram.media import ToldMedium, medium_in
from appliance.devices.telegram.telegram_channel import TELEGRAM, identity_of

CURSOR = "updates"
"""The name of the place up to which updates are kept."""

NUMBER, CHAT = "telegram_message_id", "telegram_chat"
"""In the evidence of what was sent: its number in the chat, and which chat."""
_PRIVATE = "private"
_IS_IN = frozenset({"member", "administrator", "creator", "restricted"})
_BLOCKED = "kicked"
_NOT_READABLE = "[…]"
"""Stands for what a person sent and this version knows nothing of."""
_SERVICE_FIELDS = (
    "new_chat_members left_chat_member new_chat_title new_chat_photo delete_chat_photo"
    " group_chat_created supergroup_chat_created channel_chat_created migrate_to_chat_id"
    " migrate_from_chat_id message_auto_delete_timer_changed pinned_message connected_website"
    " write_access_allowed proximity_alert_triggered boost_added chat_background_set"
    " forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened"
    " general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway_completed"
    " paid_message_price_changed direct_message_price_changed video_chat_scheduled"
    " video_chat_started video_chat_ended video_chat_participants_invited"
)
"""What Telegram writes into a chat by itself (Bot API, Message); nobody waits for an answer."""
_OF_THE_SERVICE = frozenset(_SERVICE_FIELDS.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class InGroup:
    """The bot was put into a group or a channel, by its address there."""

    chat_id: int


News = Incoming | Leaving | InGroup


def place_after(update: Mapping[str, Any]) -> int:
    return int(update["update_id"]) + 1


def read(update: Mapping[str, Any], *, bot_id: str, now_ms: int) -> News | None:
    """None for what means nothing here. Any form that an update may have raises nothing."""
    for name in ("message", "edited_message"):
        if isinstance(told := update.get(name), dict):
            return _message(told, update, bot_id=bot_id, now_ms=now_ms)
    member = update.get("my_chat_member")
    return _membership(member, update, now_ms=now_ms) if isinstance(member, dict) else None


def _message(
    told: Mapping[str, Any], update: Mapping[str, Any], *, bot_id: str, now_ms: int
) -> News | None:
    chat, sender = told.get("chat"), told.get("from")
    if not isinstance(chat, dict) or not is_whole(chat.get("id")):
        return None
    if chat.get("type") != _PRIVATE:
        return InGroup(chat_id=chat["id"])
    if not isinstance(sender, dict) or sender.get("is_bot") is True:
        return None
    if not is_whole(sender.get("id")) or not is_whole(told.get("message_id")):
        return None
    medium = medium_in(told)
    text = _text(told, medium)
    if text is None:
        return None
    return Incoming(
        channel=TELEGRAM,
        key=_key(bot_id, chat["id"], told["message_id"]),
        sender=identity_of(sender["id"]),
        text=text,
        at_ms=_at_ms(told, now_ms),
        sender_name=_name(sender),
        media=medium.incoming if medium else None,
        cursor=(CURSOR, place_after(update)),
    )


def _key(bot_id: str, chat_id: int, number: int) -> str:
    """Another bot numbers its messages to the same person anew."""
    return f"{bot_id}:{chat_id}:{number}"


def number_in(quoted: QuotedText, bot_id: str, chat_id: int) -> int | None:
    """Of this message in this chat with the bot; None for one that stands elsewhere."""
    if quoted.own:
        number = quoted.proof.get(NUMBER)
        is_here = is_whole(number) and quoted.proof.get(CHAT) == chat_id
        return number if is_here else None
    _, _, last = (quoted.key or "").rpartition(":")
    number = int(last) if last.isdecimal() else 0
    return number if quoted.key == _key(bot_id, chat_id, number) else None


def _text(told: Mapping[str, Any], medium: ToldMedium | None) -> str | None:
    """None for a sign of the service itself, such as a message that was pinned."""
    if medium is not None:
        return f"{medium.incoming.sign} {medium.caption}".strip()
    if isinstance(written := told.get("text"), str):
        return _command(written)
    if not _OF_THE_SERVICE.isdisjoint(told):
        return None
    poll = told.get("poll")
    words = poll.get("question") if isinstance(poll, dict) else told.get("caption")
    return f"{_NOT_READABLE} {words}" if isinstance(words, str) and words else _NOT_READABLE


def quoting_in(update: Mapping[str, Any], incoming: Incoming) -> Quoting | None:
    """Which message it answers, by the words of that; None where it answers none, or one without
    words.
    """
    told = update.get("message")
    before = told.get("reply_to_message") if isinstance(told, dict) else None
    if not isinstance(before, dict):
        return None
    said = before.get("text", before.get("caption"))
    if not isinstance(said, str) or not said:
        return None
    return Quoting(key=incoming.key, channel=incoming.channel, sender=incoming.sender, quoted=said)


def _membership(told: Mapping[str, Any], update: Mapping[str, Any], *, now_ms: int) -> News | None:
    chat, now = told.get("chat"), told.get("new_chat_member")
    if not isinstance(chat, dict) or not isinstance(now, dict) or not is_whole(chat.get("id")):
        return None
    status = now.get("status")
    if chat.get("type") != _PRIVATE:
        return InGroup(chat_id=chat["id"]) if status in _IS_IN else None
    if status != _BLOCKED or chat["id"] <= 0:
        return None
    return Leaving(
        channel=TELEGRAM,
        sender=identity_of(chat["id"]),
        words="my_chat_member: kicked",
        at_ms=_at_ms(told, now_ms),
        cursor=(CURSOR, place_after(update)),
    )


def _command(text: str) -> str:
    """`/start` as it is when a link brought somebody, with what the link said left out."""
    first, _, _ = text.partition(" ")
    command, _, _ = first.partition("@")
    return command if command.lower() in ("/start", "/stop") else text


def _at_ms(told: Mapping[str, Any], now_ms: int) -> int:
    at_s = told.get("date")
    return at_s * MS_PER_S if is_whole(at_s) else now_ms


def _name(sender: Mapping[str, Any]) -> str | None:
    names = (sender.get("first_name"), sender.get("last_name"))
    return " ".join(each for each in names if isinstance(each, str) and each) or None
