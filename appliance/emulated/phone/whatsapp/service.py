"""WhatsApp on one phone, whatever its screen shows: what arrives and what leaves."""

from appliance.emulated.phone.apps import Host
from appliance.emulated.phone.layout import Brush
from appliance.emulated.phone.whatsapp.generation import Generation
from appliance.emulated.phone.whatsapp.group_room import GroupRoom
from appliance.emulated.phone.whatsapp.media import Medium, MediumKind
from appliance.emulated.phone.whatsapp.media_store import MediaStore
from appliance.emulated.phone.whatsapp.model import Account, Change, Chat, Message, RowTick
from appliance.emulated.phone.whatsapp.outbox import Outbox
from appliance.emulated.phone.whatsapp.phrases import phrases_of
from appliance.emulated.phone.whatsapp.posting import PACKAGE, Posting
from appliance.emulated.phone.whatsapp.wording import reaction
from appliance.emulated.world import numbers
from appliance.emulated.world.network import Letter


class WhatsAppService:
    def __init__(self, host: Host, *, generation: Generation) -> None:
        self._host = host
        self._generation = generation
        self._phrases = phrases_of(host.language, generation.name)
        self._brush = Brush(PACKAGE)
        self.account = Account(contacts=host.contacts)
        self.posting = Posting(host.shade, self.account, self._phrases)
        self.outbox = Outbox(host)
        self.media_store = MediaStore(host)
        you = self._phrases.you
        self.room = GroupRoom(host=host, account=self.account, brush=self._brush, you=you)
        self.room.picture.albums_behind = generation.name == "recent"

    def chat_in_sight(self) -> Chat | None:
        """The chat that a person sees; without a screen none."""
        return None

    def write(
        self, chat: Chat, text: str, *, medium: Medium | None = None, digest: str = ""
    ) -> Message:
        """A message of this account, which leaves as soon as it can."""
        message = self.account.add(
            chat,
            letter_id=self._host.network.new_id(),
            text=text,
            at_ms=self._host.timers.now_ms(),
            tick=RowTick.PENDING,
            medium=medium,
        )
        message.digest = digest
        self.outbox.post(message, to=chat.jid if chat.is_group else chat.number)
        return message

    def arrive(self, letter: Letter) -> None:
        """A message of a person; a chat in sight reads it at once.

        A call leaves a row in the chat and no message in its notification.
        """
        jid = letter.group_jid or letter.jid or numbers.jid_of(letter.sender)
        sender = letter.jid if letter.jid.endswith(numbers.HIDDEN) else letter.sender
        if letter.name:
            self.account.push_names[sender] = letter.name
        chat = self.account.chat(jid, subject=letter.group)
        if chat.is_group:
            chat.people.setdefault(sender, False)
        message = self.account.add(
            chat,
            letter_id=letter.id,
            text=letter.text,
            at_ms=letter.at_ms,
            sender=sender,
            medium=letter.medium,
            waiting=letter.waiting,
        )
        message.quotes = letter.quotes
        self._host.network.tick(letter.id, RowTick.DELIVERED)
        if letter.medium is not None and letter.medium.downloaded:
            self.media_store.download(message)
        if chat is self.chat_in_sight():
            self._host.network.tick(letter.id, RowTick.READ)
            return
        if letter.medium is not None and letter.medium.kind is MediumKind.CALL:
            return
        chat.unread += 1
        if not (chat.archived and self._host.keeps_archived):
            self.posting.received(chat)

    def change(self, letter_id: str, change: Change, text: str) -> bool:
        """The missing words came, or the sender changed the message or took it back.

        False when there is no such message.
        """
        for chat in self.account.chats.values():
            for message in chat.messages:
                if message.letter_id == letter_id:
                    change.apply(message, text)
                    self.posting.changed(chat, message)
                    return True
        return False

    def reacted(self, number: str, emoji: str, text: str, *, jid: str = "") -> None:
        """Somebody put an emoji on a message of this account, in their chat or another one."""
        chat = self.account.chat(jid or numbers.jid_of(number))
        words = reaction(emoji, text, self._phrases.language)
        self.posting.reacted(chat, sender=number, text=words, at_ms=self._host.timers.now_ms())

    def said_elsewhere(self, number: str, text: str, *, letter_id: str) -> None:
        """The account wrote from another device; a standing notification echoes it."""
        chat = self.account.chat(numbers.jid_of(number))
        now = self._host.timers.now_ms()
        self.account.add(chat, letter_id=letter_id, text=text, at_ms=now, tick=RowTick.SENT)
        if self.posting.has(chat):
            self.posting.received(chat)

    def typed(self, jid: str, text: str, *, in_shade: bool) -> str:
        """A person writes on this phone: in the chat, or as an answer in the notification."""
        chat = self.account.chat(jid)
        message = self.write(chat, text)
        if in_shade:
            self.posting.received(chat)
        else:
            self.seen_elsewhere(chat)
        return message.letter_id

    def seen_elsewhere(self, chat: Chat) -> None:
        """The chat was opened on another device of the account."""
        chat.take_unread()
        chat.drop_divider()
        self.posting.seen(chat)

    def change_group(
        self, chat: Chat, *, what: str, by: str, to: str, person: str, notify: bool
    ) -> dict[str, str]:
        """Somebody else changes a group."""
        said = self.room.changed(chat, what, by=self.account.name(by), to=to, person=person)
        if said and notify:
            self.posting.said(chat, said, at_ms=self._host.timers.now_ms())
        return {"jid": chat.jid, "subject": chat.subject}

    def tick(self, letter_id: str, tick: RowTick) -> None:
        message = self.account.find(letter_id)
        if message is not None:
            message.reach(tick)
