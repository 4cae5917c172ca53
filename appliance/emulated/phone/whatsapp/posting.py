"""What WhatsApp puts into the notification shade, and when it takes it away."""

import base64
import hashlib

from appliance.emulated.phone.notifications import (
    FLAG_GROUP_SUMMARY,
    FLAG_ONLY_ALERT_ONCE,
    Notification,
    Shade,
    ShadeMessage,
)
from appliance.emulated.phone.whatsapp.model import Account, Chat, Message
from appliance.emulated.phone.whatsapp.phrases import Phrases
from appliance.emulated.phone.whatsapp.wording import in_notification

PACKAGE = "com.whatsapp"
UID = 10342
_GROUP_KEY = "group_key_messages"
#: MessagingStyle drops older messages than these.
_KEPT_MESSAGES = 25


def tag_of(jid: str) -> str:
    """WhatsApp's tag is base64 with a line break at its end."""
    return base64.encodebytes(hashlib.sha256(jid.encode()).digest()).decode()


class Posting:
    """One child notification a chat with unread messages, and the summary of all."""

    def __init__(self, shade: Shade, account: Account, phrases: Phrases) -> None:
        self._shade = shade
        self._account = account
        self._phrases = phrases
        self._messages: dict[str, list[tuple[int, ShadeMessage]]] = {}

    def received(self, chat: Chat) -> None:
        """The chat's newest message joins its notification, which is posted again."""
        message = chat.messages[-1]
        self._messages.setdefault(chat.jid, []).append((message.id, self._line(message)))
        self._post(chat)

    def changed(self, chat: Chat, message: Message) -> None:
        """A message in the notification changes its text; its place and time stay."""
        lines = self._messages.get(chat.jid, [])
        if any(id_ == message.id for id_, _ in lines):
            self._messages[chat.jid] = [
                (id_, self._line(message) if id_ == message.id else line) for id_, line in lines
            ]
            self._post(chat)

    def reacted(self, chat: Chat, *, sender: str, text: str, at_ms: int) -> None:
        """A reaction is posted like a message of the person who reacted."""
        line = ShadeMessage(sender=self._account.name(sender), text=text, time_ms=at_ms)
        self._messages.setdefault(chat.jid, []).append((0, line))
        self._post(chat)

    def said(self, chat: Chat, words: str, *, at_ms: int) -> None:
        """A row of the system as a notification: nobody wrote it, so the group itself says it."""
        line = ShadeMessage(sender=chat.subject, text=words, time_ms=at_ms)
        self._messages.setdefault(chat.jid, []).append((0, line))
        self._post(chat)

    def _line(self, message: Message) -> ShadeMessage:
        sender = self._phrases.you if message.outgoing else self._account.name(message.sender or "")
        text = in_notification(message, self._phrases.language)
        return ShadeMessage(sender=sender, text=text, time_ms=message.at_ms)

    def has(self, chat: Chat) -> bool:
        return chat.jid in self._messages

    def seen(self, chat: Chat) -> None:
        """The chat was opened, here or on another device of the account."""
        self._messages.pop(chat.jid, None)
        self._shade.cancel(self._key(chat.jid))
        self._summarise()

    def restored(self) -> None:
        """After a restart WhatsApp posts again what is still unread."""
        for jid in self._messages:
            self._post(self._account.chats[jid])

    def dismissed(self, jid: str) -> None:
        """Swiped away: gone from the shade, and back in full with the next message."""
        self._shade.cancel(self._key(jid))
        self._summarise()

    def _key(self, jid: str) -> str:
        return f"0|{PACKAGE}|1|{tag_of(jid)}|{UID}"

    def _post(self, chat: Chat) -> None:
        messages = [line for _, line in self._messages[chat.jid]]
        last = messages[-1]
        title = self._account.title(chat)
        if chat.is_group and len(messages) > 1:
            title = self._phrases.message_count.format(title=title, n=len(messages))
        self._shade.post(
            Notification(
                package=PACKAGE,
                uid=UID,
                id=1,
                tag=tag_of(chat.jid),
                shortcut=chat.jid,
                group_key=_GROUP_KEY,
                channel="group_chat_defaults_2" if chat.is_group else "individual_chat_defaults_2",
                style="MessagingStyle",
                title=f"{title}: {last.sender}" if chat.is_group else title,
                text=last.text,
                when_ms=last.time_ms,
                messages=tuple(messages[-_KEPT_MESSAGES:]),
                self_name=self._phrases.you,
                conversation_title=title if chat.is_group else None,
                actions=(self._phrases.reply, self._phrases.mark_read),
                last_row_id=chat.messages[-1].id if chat.messages else None,
                group_alert=1,
            )
        )
        self._summarise()

    def _summarise(self) -> None:
        keys = {self._key(jid): jid for jid in self._messages}
        jids = [jid for key, jid in keys.items() if key in self._shade.posted]
        summary = self._summary(jids)
        if jids:
            self._shade.post(summary)
        else:
            self._shade.cancel(summary.key)

    def _summary(self, jids: list[str]) -> Notification:
        lines = [line for jid in jids for _, line in self._messages[jid]]
        phrase = self._phrases.one_message if len(lines) == 1 else self._phrases.many_messages
        count = phrase.format(n=len(lines))
        text = self._phrases.summary.format(n=count, chats=len(jids))
        return Notification(
            package=PACKAGE,
            uid=UID,
            id=1,
            group_key=_GROUP_KEY,
            channel="silent_notifications_2",
            style="InboxStyle",
            title="WhatsApp",
            text=text,
            when_ms=max((line.time_ms for line in lines), default=0),
            lines=tuple(f"{line.sender}: {line.text}" for line in lines[-7:]),
            flags=FLAG_ONLY_ALERT_ONCE | FLAG_GROUP_SUMMARY,
            group_alert=1,
            importance=2,
        )
