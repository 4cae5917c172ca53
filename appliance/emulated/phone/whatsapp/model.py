"""The data of WhatsApp on one phone: chats, messages, ticks."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from itertools import count

from appliance.emulated.phone.whatsapp.media import Medium
from appliance.emulated.world import numbers


class RowTick(IntEnum):
    """How far an outgoing message has come; it never goes back."""

    PENDING = 0
    SENT = 1
    DELIVERED = 2
    READ = 3


@dataclass(slots=True, kw_only=True)
class Message:
    """`sender` is the number that wrote, None for an own message, which alone has a `tick`.

    `text` is the caption of a medium. A message that cannot be decrypted yet is `waiting`. A
    deleted own message says so in its `text` and has no tick. A `notice` is a row of the system;
    nobody wrote it. `digest` is the SHA-256 of the file that an own message carries. `quotes` are
    the words of the message that this one answers, `quotes_name` is who wrote it; nobody for an
    own one.
    """

    id: int
    letter_id: str
    text: str
    at_ms: int
    sender: str | None = None
    tick: RowTick | None = None
    expanded: bool = False
    medium: Medium | None = None
    waiting: bool = False
    edited: bool = False
    deleted: bool = False
    notice: bool = False
    digest: str = ""
    quotes: str = ""
    quotes_name: str = ""
    starred: bool = False

    @property
    def outgoing(self) -> bool:
        return self.sender is None

    def edit(self, text: str) -> None:
        self.text = text
        self.edited = True

    def delete(self, sentence: str) -> None:
        self.text = sentence
        self.deleted = True
        self.tick = None

    def reach(self, tick: RowTick) -> None:
        if self.tick is not None:
            self.tick = max(self.tick, tick)


class Change(StrEnum):
    """What may happen to a message after it came."""

    WORDS = "words"
    EDITED = "edited"
    DELETED = "deleted"

    def apply(self, message: Message, text: str) -> None:
        if self is Change.DELETED:
            message.deleted = True
            return
        message.text = text
        message.waiting = False
        message.edited |= self is Change.EDITED


@dataclass(slots=True, kw_only=True)
class Chat:
    """One conversation, with one person or a group.

    `people` are the others in a group, and whether each is an admin; `own_admin`: the account is
    one. `locked`: only admins may change subject and picture. `quiet`: only they may post.
    `refuses` can only be invited. `icon` is the SHA-256 of the group's picture, if it has one.
    """

    jid: str
    subject: str = ""
    people: dict[str, bool] = field(default_factory=dict)
    own_admin: bool = False
    locked: bool = False
    quiet: bool = False
    left: bool = False
    refuses: set[str] = field(default_factory=set)
    icon: str = ""
    messages: list[Message] = field(default_factory=list)
    unread: int = 0
    draft: str = ""
    #: The message that was pressed long, and the one that the draft answers.
    selected: "Message | None" = None
    answers: "Message | None" = None
    archived: bool = False
    #: The first message that was unread when the chat was opened, and how many there were.
    divider_id: int = 0
    divider_count: int = 0

    @property
    def is_group(self) -> bool:
        return numbers.is_group(self.jid)

    @property
    def number(self) -> str:
        return numbers.number_of(self.jid)

    @property
    def takes_text(self) -> bool:
        return not self.left and (self.own_admin or not self.quiet)

    def take_unread(self) -> list["Message"]:
        """Marks all read and returns those that were not; the divider stands above the first."""
        unread = self.messages[-self.unread :] if self.unread else []
        self.divider_count = self.unread
        self.divider_id = unread[0].id if unread else 0
        self.unread = 0
        return [message for message in unread if not message.outgoing]

    def clear(self, *, media: bool, starred: bool) -> list["Message"]:
        """Takes the messages away, starred ones only where that was said; those whose files go."""
        gone = [each for each in self.messages if starred or not each.starred]
        self.messages = [each for each in self.messages if each not in gone]
        self.drop_divider()
        return [each for each in gone if media and each.medium is not None]

    def drop_divider(self) -> None:
        self.divider_id = self.divider_count = 0

    @property
    def last_ms(self) -> int:
        return self.messages[-1].at_ms if self.messages else 0


@dataclass(slots=True)
class Account:
    """The chats of one WhatsApp account and the names that its phone book gives."""

    contacts: dict[str, str] = field(default_factory=dict)
    push_names: dict[str, str] = field(default_factory=dict)
    #: What people write about themselves.
    abouts: dict[str, str] = field(default_factory=dict)
    chats: dict[str, Chat] = field(default_factory=dict)
    _row_ids: "count[int]" = field(default_factory=lambda: count(1))

    def chat(self, jid: str, *, subject: str = "") -> Chat:
        chat = self.chats.setdefault(jid, Chat(jid=jid))
        chat.subject = chat.subject or subject
        return chat

    def add(
        self,
        chat: Chat,
        *,
        letter_id: str,
        text: str,
        at_ms: int,
        sender: str | None = None,
        tick: RowTick | None = None,
        medium: Medium | None = None,
        waiting: bool = False,
    ) -> Message:
        message = Message(
            id=next(self._row_ids),
            letter_id=letter_id,
            text=text,
            at_ms=at_ms,
            sender=sender,
            tick=tick,
            medium=medium,
            waiting=waiting,
        )
        chat.messages.append(message)
        return message

    def say(self, chat: Chat, words: str, *, at_ms: int) -> None:
        """Adds a row of the system, such as who joined a group or whose code has changed."""
        self.add(chat, letter_id="", text=words, at_ms=at_ms).notice = True

    def name(self, number: str) -> str:
        """A person who hides their number is known by the name that they chose, if not by one that
        the owner gave them in WhatsApp.
        """
        if number.endswith(numbers.HIDDEN) and number not in self.contacts:
            return f"~{self.push_names.get(number, '')}"
        return self.contacts.get(number) or numbers.shown(number)

    def title(self, chat: Chat) -> str:
        return chat.subject if chat.is_group else self.name(chat.number)

    def listed(self, *, archived: bool = False) -> list[Chat]:
        """One list of chats, newest first; those without messages and channels are in none."""
        filled = [
            chat
            for chat in self.chats.values()
            if chat.messages and chat.archived is archived and not numbers.is_channel(chat.jid)
        ]
        return sorted(filled, key=lambda chat: chat.last_ms, reverse=True)

    def find(self, letter_id: str) -> Message | None:
        for chat in self.chats.values():
            for message in reversed(chat.messages):
                if message.letter_id == letter_id:
                    return message
        return None
