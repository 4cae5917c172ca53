"""Bots, the people who write to them, and what really came to those people.

Forms and sentences are those of the Bot API; emulated/README.md says how sure each is.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_FIRST_UPDATE = 700_000_001
_EPOCH_S = 1_767_225_600
"""The year 2026."""
_FIRST_BOT = 7_100_000_001
_FIRST_PERSON = 510_000_001


class ApiRefusal(Exception):
    """What the Bot API answers instead of a result."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters


@dataclass(slots=True, kw_only=True)
class TelegramPerson:
    id: int
    first_name: str
    username: str | None = None
    language: str = "nl"

    def as_user(self) -> Json:
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        if self.username:
            user["username"] = self.username
        return {**user, "language_code": self.language}

    def as_chat(self) -> Json:
        chat: Json = {"id": self.id, "type": "private", "first_name": self.first_name}
        return {**chat, "username": self.username} if self.username else chat


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    file_id: str
    path: str
    name: str
    media_type: str
    content: bytes = field(repr=False)

    def described(self) -> Json:
        return {
            "file_id": self.file_id,
            "file_unique_id": f"u{self.file_id[-12:]}",
            "file_size": len(self.content),
        }


@dataclass(slots=True, kw_only=True)
class EmulatedBot:
    """`met`: who began to talk to it; `blocked`: who took it out since."""

    token: str
    id: int
    username: str
    first_name: str
    webhook: str = ""
    updates: list[Json] = field(default_factory=list)
    next_update: int = _FIRST_UPDATE
    next_message: int = 1
    met: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)
    groups: set[int] = field(default_factory=set)
    #: Each call that asks for news ends the one before it.
    polls: int = 0

    def as_user(self) -> Json:
        return {
            "id": self.id,
            "is_bot": True,
            "first_name": self.first_name,
            "username": self.username,
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
        }

    def numbered(self) -> int:
        self.next_message += 1
        return self.next_message - 1


class BotWorld:
    """Usable from every thread. `now_s` is the clock of messages; waits are real time."""

    def __init__(
        self, *, truth: Callable[[Json], None] | None = None, now_s: Callable[[], float] = time.time
    ) -> None:
        self.news = threading.Condition()
        self._now_s = now_s
        self._truth_told = truth
        self.bots: dict[str, EmulatedBot] = {}
        self.people: dict[int, TelegramPerson] = {}
        self.files: dict[str, StoredFile] = {}
        self.truth: list[Json] = []
        #: By chat and number: what a message may answer.
        self.said: dict[tuple[int, int], Json] = {}

    @property
    def now_s(self) -> int:
        return int(self._now_s())

    def add_bot(self, username: str = "balie_bot", first_name: str = "Balie") -> EmulatedBot:
        with self.news:
            bot_id = _FIRST_BOT + len(self.bots)
            token = f"{bot_id}:AAEmulated{len(self.bots):025d}"
            # A world that is made again later goes on behind the numbers of the one before.
            behind = max(self.now_s - _EPOCH_S, 0)
            bot = EmulatedBot(
                token=token,
                id=bot_id,
                username=username,
                first_name=first_name,
                next_update=_FIRST_UPDATE + behind,
                next_message=1 + behind,
            )
            self.bots[token] = bot
            return bot

    def renew_token(self, bot: EmulatedBot) -> str:
        """As `/revoke` at BotFather: the old one is nothing any more."""
        with self.news:
            del self.bots[bot.token]
            bot.token = f"{bot.id}:AARenewed{bot.next_update:026d}"
            self.bots[bot.token] = bot
            return bot.token

    def add_person(self, first_name: str, username: str | None = None) -> TelegramPerson:
        with self.news:
            person_id = _FIRST_PERSON + len(self.people)
            person = TelegramPerson(id=person_id, first_name=first_name, username=username)
            self.people[person_id] = person
            return person

    # What people do

    def write(self, bot: EmulatedBot, person: TelegramPerson, text: str, **more: Any) -> Json:
        """Whoever writes has begun to talk to the bot. Gives the message as the bot gets it."""
        content: Json = {"text": text, **more}
        if text.startswith("/"):
            length = len(text.split(maxsplit=1)[0])
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return self.put(bot, person, content)

    def put(self, bot: EmulatedBot, person: TelegramPerson, content: Mapping[str, Any]) -> Json:
        """A message with anything in it, such as `photo`, `caption`, `location`."""
        with self.news:
            bot.met.add(person.id)
            bot.blocked.discard(person.id)
            message = self._message(bot, person, dict(content), person.as_user())
            self.said[(person.id, message["message_id"])] = message
            self._tell(bot, {"message": message})
            return message

    def edit(self, bot: EmulatedBot, message: Json, **content: Any) -> None:
        with self.news:
            changed = {**message, "edit_date": self.now_s, **content}
            self._tell(bot, {"edited_message": changed})

    def block(self, bot: EmulatedBot, person: TelegramPerson, *, silently: bool = False) -> None:
        """`silently`: only the next send tells it, as when the news of it was lost."""
        with self.news:
            bot.blocked.add(person.id)
            if not silently:
                self._tell(bot, {"my_chat_member": self._member(bot, person, "kicked")})

    def add_to_group(self, bot: EmulatedBot, person: TelegramPerson, chat_id: int) -> None:
        with self.news:
            bot.groups.add(chat_id)
            told = self._member(bot, person, "member")
            told["chat"] = {"id": chat_id, "type": "group", "title": "Ploeg"}
            told["old_chat_member"]["status"] = "left"
            self._tell(bot, {"my_chat_member": told})

    def keep_file(
        self, content: bytes, *, folder: str, name: str, media_type: str = ""
    ) -> StoredFile:
        with self.news:
            number = len(self.files) + 1
            ending = Path(name).suffix
            file = StoredFile(
                file_id=f"BQACAgQAAxk{number:029d}",
                path=f"{folder}/file_{number}{ending}",
                name=name,
                media_type=media_type,
                content=content,
            )
            self.files[file.file_id] = file
            return file

    # What bots do

    def deliver(
        self, bot: EmulatedBot, chat_id: int, content: Json, *, facts: Json | None = None
    ) -> Json:
        """The message that the bot has sent; it stands in the truth. Raises ApiRefusal."""
        with self.news:
            person = self._reachable(bot, chat_id)
            message = self._message(bot, person, content, bot.as_user())
            told = {
                "to": chat_id,
                "bot": bot.id,
                "message_id": message["message_id"],
                "text": content.get("text", content.get("caption", "")),
                "at_s": message["date"],
                "answers": content.get("reply_to_message", {}).get("message_id"),
                **(facts or {}),
            }
            self.said[(chat_id, message["message_id"])] = message
            self.truth.append(told)
            if self._truth_told is not None:
                self._truth_told(told)
            return message

    def wait_for_updates(
        self, bot: EmulatedBot, *, offset: int | None, limit: int, timeout_s: float
    ) -> list[Json]:
        """Raises ApiRefusal where a webhook is set, or another call comes meanwhile."""
        with self.news:
            if bot.webhook:
                raise ApiRefusal(409, _HAS_WEBHOOK)
            bot.polls += 1
            mine = bot.polls
            self.news.notify_all()
            if offset is not None and offset >= 0:
                bot.updates = [each for each in bot.updates if each["update_id"] >= offset]
            self.news.wait_for(
                lambda: bool(bot.updates or bot.webhook) or bot.polls != mine, timeout_s
            )
            if bot.polls != mine:
                raise ApiRefusal(409, _TERMINATED)
            return bot.updates[:limit]

    def set_webhook(self, bot: EmulatedBot, url: str) -> None:
        with self.news:
            bot.webhook = url
            self.news.notify_all()

    def _reachable(self, bot: EmulatedBot, chat_id: int) -> TelegramPerson:
        person = self.people.get(chat_id)
        if person is None:
            raise ApiRefusal(400, "Bad Request: chat not found")
        if chat_id in bot.blocked:
            raise ApiRefusal(403, "Forbidden: bot was blocked by the user")
        if chat_id not in bot.met:
            raise ApiRefusal(403, "Forbidden: bot can't initiate conversation with a user")
        return person

    def _message(
        self, bot: EmulatedBot, person: TelegramPerson, content: Json, sender: Json
    ) -> Json:
        shown = {
            name: sender[name]
            for name in ("id", "is_bot", "first_name", "username")
            if name in sender
        }
        return {
            "message_id": bot.numbered(),
            "from": shown if sender["is_bot"] else sender,
            "chat": person.as_chat(),
            "date": self.now_s,
            **content,
        }

    def _member(self, bot: EmulatedBot, person: TelegramPerson, status: str) -> Json:
        user = bot.as_user()
        now: Json = {"user": user, "status": status}
        if status == "kicked":
            now["until_date"] = 0
        return {
            "chat": person.as_chat(),
            "from": person.as_user(),
            "date": self.now_s,
            "old_chat_member": {"user": user, "status": "member"},
            "new_chat_member": now,
        }

    def _tell(self, bot: EmulatedBot, update: Json) -> None:
        bot.updates.append({"update_id": bot.next_update, **update})
        bot.next_update += 1
        self.news.notify_all()


_HAS_WEBHOOK = (
    "Conflict: can't use getUpdates method while webhook is active;"
    " use deleteWebhook to delete the webhook first"
)
_TERMINATED = (
    "Conflict: terminated by other getUpdates request;"
    " make sure that only one bot instance is running"
)
