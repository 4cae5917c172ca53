"""WhatsApp on one phone: where it stands, what a tap does, what arrives and what leaves."""

import logging

from appliance.emulated.phone.apps import Host, Intent
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.layout import Brush
from appliance.emulated.phone.node import Node
from appliance.emulated.phone.whatsapp.chats_screen import ChatsScreen
from appliance.emulated.phone.whatsapp.closed import ClosedPage, draw_closed, page_of
from appliance.emulated.phone.whatsapp.conversation_screen import ConversationScreen
from appliance.emulated.phone.whatsapp.dialogs import Dialog, DialogKind, draw_dialog, draw_spinner
from appliance.emulated.phone.whatsapp.generation import Generation
from appliance.emulated.phone.whatsapp.group_room import GroupRoom
from appliance.emulated.phone.whatsapp.links import ChatLink, read_link
from appliance.emulated.phone.whatsapp.media import MediumKind
from appliance.emulated.phone.whatsapp.media_store import MediaStore
from appliance.emulated.phone.whatsapp.model import Account, Change, Chat, RowTick
from appliance.emulated.phone.whatsapp.outbox import Outbox
from appliance.emulated.phone.whatsapp.phrases import phrases_of
from appliance.emulated.phone.whatsapp.posting import PACKAGE, UID, Posting
from appliance.emulated.phone.whatsapp.rows import RowStyle
from appliance.emulated.phone.whatsapp.sharing import SEND, Share, ShareStage, Sharing
from appliance.emulated.phone.whatsapp.sharing_screens import SharingScreen
from appliance.emulated.phone.whatsapp.wording import reaction
from appliance.emulated.world import numbers
from appliance.emulated.world.network import Letter

logger = logging.getLogger(__name__)

#: What a chat holds under the fault of an old draft.
OLD_DRAFT = "Hoi, ik wilde nog even vragen of"
#: The number to which a link leads under the faults of a wrong chat and a stale dialog.
STRANGER = "+31612340099"
#: The toolbar gets its name a moment after the frame is there.
_NAME_BINDS_MS = 60


class WhatsApp:
    """`lookup_ms` is how long the spinner shows while a number is looked up."""

    package = PACKAGE
    uid = UID

    def __init__(self, host: Host, *, generation: Generation, lookup_ms: int = 300) -> None:
        self._host = host
        self._generation = generation
        self._phrases = phrases_of(host.language, generation.name)
        self._brush = Brush(PACKAGE)
        self.account = Account(contacts=host.contacts)
        self.posting = Posting(host.shade, self.account, self._phrases)
        self.outbox = Outbox(host)
        self.sharing = Sharing(host, self.account)
        self.media_store = MediaStore(host)
        you = self._phrases.you
        self.room = GroupRoom(host=host, account=self.account, brush=self._brush, you=you)
        self.lookup_ms = lookup_ms
        self.stopped = False
        self._chat: Chat | None = None
        self._dialog: Dialog | None = None
        self._looking_up: ChatLink | None = None
        self._named_at_ms = 0
        self._scroll = 0
        self._focused = False

    @property
    def generation(self) -> Generation:
        return self._generation

    # What arrives

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
        if chat is self._chat and self._conversation_in_sight():
            self._host.network.tick(letter.id, RowTick.READ)
            return
        if letter.medium is not None and letter.medium.kind is MediumKind.CALL:
            return
        chat.unread += 1
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

    def reacted(self, number: str, emoji: str, text: str) -> None:
        """Somebody put an emoji on a message of this account."""
        chat = self.account.chat(numbers.jid_of(number))
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
        message = self.account.add(
            chat,
            letter_id=self._host.network.new_id(),
            text=text,
            at_ms=self._host.timers.now_ms(),
            tick=RowTick.PENDING,
        )
        if in_shade:
            self.posting.received(chat)
        else:
            self.seen_elsewhere(chat)
        self.outbox.post(message, to=chat.jid if chat.is_group else chat.number)
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

    # The ways in

    def handle(self, intent: Intent) -> bool:
        self.stopped = False
        if intent.action == SEND:
            return self.sharing.begin(intent)
        link = read_link(intent.data) if intent.data else None
        if link is not None:
            self._follow(link)
            return True
        if intent.data:
            return False
        launched = intent.action in {"", "android.intent.action.MAIN"}
        if launched and self._looking_up is None and intent.component.endswith("Main"):
            self._dialog = None
        return launched

    def open_chat(self, chat: Chat, *, draft: str | None = None) -> None:
        """Shows the conversation, which marks its messages read if a person can see it."""
        self.room.leave()
        self._leave_chat()
        self.sharing.end()
        self._chat = chat
        self._dialog = self._looking_up = None
        self._named_at_ms = self._host.timers.now_ms() + _NAME_BINDS_MS
        if draft is not None:
            chat.draft = draft
        if self._host.faults.take(FaultKind.OLD_DRAFT):
            chat.draft = OLD_DRAFT
        if draft:
            self._focus()
        if self._conversation_in_sight():
            self._read()

    def _follow(self, link: ChatLink) -> None:
        self._dialog = None
        if not link.number:
            self._dialog = Dialog(kind=DialogKind.BAD_LINK)
            return
        self._looking_up = link
        known = numbers.jid_of(link.number) in self.account.chats
        span = self.lookup_ms / 4 if known else self.lookup_ms
        self._host.timers.after(span, lambda: self._found(link))

    def _found(self, link: ChatLink) -> None:
        """The look-up is answered; ignored if somebody opened something else meanwhile."""
        if self._looking_up is not link:
            return
        self._looking_up = None
        faults = self._host.faults
        if faults.take(FaultKind.STALE_DIALOG):
            self._dialog = Dialog(kind=DialogKind.NOT_ON_WHATSAPP, number=STRANGER)
        elif faults.take(FaultKind.LOOKUP_FAILED):
            self._dialog = Dialog(kind=DialogKind.LOOKUP_FAILED, number=link.number)
        elif faults.take(FaultKind.BAD_NUMBER):
            self._dialog = Dialog(kind=DialogKind.BAD_NUMBER, number=link.number)
        elif faults.take(FaultKind.BAD_LINK):
            self._dialog = Dialog(kind=DialogKind.BAD_LINK)
        elif faults.take(FaultKind.WRONG_CHAT):
            self.open_chat(self._somebody_else(link.number), draft=link.text)
        elif numbers.jid_of(link.number) in self.account.chats:
            self.open_chat(self.account.chat(numbers.jid_of(link.number)), draft=link.text)
        elif not self._host.online:
            self._dialog = Dialog(kind=DialogKind.NO_INTERNET, number=link.number)
        elif not self._host.network.on_whatsapp(link.number):
            self._dialog = Dialog(kind=DialogKind.NOT_ON_WHATSAPP, number=link.number)
        else:
            self.open_chat(self.account.chat(numbers.jid_of(link.number)), draft=link.text)

    def _somebody_else(self, number: str) -> Chat:
        jid = numbers.jid_of(number)
        others = [c for c in self.account.listed() if c.jid != jid and not c.is_group]
        return others[0] if others else self.account.chat(numbers.jid_of(STRANGER))

    # The screen

    def activity(self) -> str:
        if self.closed is not None:
            return f"com.whatsapp.{self.closed.activity}"
        if self.sharing.activity is not None:
            return self.sharing.activity
        if self._looking_up is not None or self._dialog is not None:
            return "com.whatsapp.TextAndDirectChatDeepLink"
        if self.room.page:
            return self.room.activity
        if self._chat is not None:
            return "com.whatsapp.Conversation"
        return self._generation.home_activity

    @property
    def open_chat_jid(self) -> str | None:
        """The jid of the chat that is on the app's screen."""
        return self._chat.jid if self._chat else None

    def windows(self) -> list[Node]:
        screen, phrases = self._host.screen, self._phrases
        if self.closed is not None:
            return [draw_closed(self.closed, brush=self._brush, screen=screen)]
        screen_below = self._sharing() or self._conversation() or self._chats()
        roots = self.room.windows() if self.room.page else [screen_below.draw()]
        dialog = self._dialog_on_top()
        if dialog is not None:
            roots.append(
                draw_dialog(
                    dialog,
                    brush=self._brush,
                    screen=screen,
                    phrases=phrases,
                    generation=self._generation,
                )
            )
        elif self._looking_up is not None:
            roots.append(draw_spinner(brush=self._brush, screen=screen, phrases=phrases))
        return roots

    @property
    def closed(self) -> ClosedPage | None:
        """The page with which WhatsApp keeps its owner out."""
        return page_of(self._host.faults, self._phrases.closed)

    def _dialog_on_top(self) -> Dialog | None:
        if self._host.faults.standing(FaultKind.UNKNOWN_DIALOG):
            return Dialog(kind=DialogKind.UNKNOWN)
        return self._dialog

    def _style(self) -> RowStyle:
        return RowStyle(
            brush=self._brush,
            screen=self._host.screen,
            phrases=self._phrases,
            generation=self._generation,
            zone=self._host.zone,
            now_ms=self._host.timers.now_ms(),
        )

    def _sharing(self) -> SharingScreen | None:
        if self.sharing.share is None:
            return None
        return SharingScreen(
            share=self.sharing.share,
            listed=self.sharing.listed(),
            account=self.account,
            style=self._style(),
            entry_focused=self._focused,
        )

    def _chats(self) -> ChatsScreen:
        return ChatsScreen(account=self.account, style=self._style(), scroll=self._scroll)

    def _conversation(self) -> ConversationScreen | None:
        if self._chat is None:
            return None
        return ConversationScreen(
            chat=self._chat,
            account=self.account,
            style=self._style(),
            named=self._host.timers.now_ms() >= self._named_at_ms,
            scroll=self._scroll,
            entry_focused=self._focused,
        )

    def _conversation_in_sight(self) -> bool:
        """A chat counts as read when a person sees it: nothing over it, screen on and open."""
        covered = self.closed is not None or self._dialog_on_top() is not None
        covered = covered or self.sharing.share is not None
        return self._chat is not None and not covered and self._host.sees(self)

    def in_sight(self) -> None:
        if self._conversation_in_sight():
            self._read()

    def out_of_sight(self) -> None:
        self._focused = False

    def _read(self) -> None:
        if self._chat is None:
            return
        for message in self._chat.take_unread():
            self._host.network.tick(message.letter_id, RowTick.READ)
        self.posting.seen(self._chat)
        conversation = self._conversation()
        self._scroll = conversation.scroll_to_unread() if conversation else 0
        if conversation and self._host.faults.take(FaultKind.SCROLLED_UP):
            self._scroll = min(conversation.rows()[-1].height, conversation.reach())

    # What a person does

    def perform(self, action: str) -> None:
        verb, _, argument = action.partition(":")
        if verb in {"group", "group-info", "new-chat"}:
            self._in_room(action)
        elif verb == "entry":
            self._focus()
        elif verb == "send":
            self._send()
        elif verb == "back":
            self.back()
        elif verb == "share":
            self._share(argument)
        elif verb == "open-chat":
            self.open_chat(self._chat_in_list(argument))
        elif verb == "read-more" and self._chat is not None:
            message = next(m for m in self._chat.messages if m.id == int(argument))
            message.expanded = True
        elif verb == "download" and self._chat is not None:
            message = next(m for m in self._chat.messages if m.id == int(argument))
            self.media_store.download(message)
        elif verb == "dialog":
            self._in_dialog(argument)

    def _in_dialog(self, button: str) -> None:
        if button == "close":
            self._dialog = None
        elif button == "later":
            self._host.faults.lift(FaultKind.UNKNOWN_DIALOG)
            self.in_sight()

    def _in_room(self, action: str) -> None:
        if action == "new-chat":
            self.room.begin()
        elif action == "group-info" and self._chat is not None:
            self.room.enter(self._chat)
        else:
            self.room.perform(action)
        if (made := self.room.take_made()) is not None:
            self.open_chat(made)

    def _chat_in_list(self, jid: str) -> Chat:
        chat = self.account.chats[jid]
        moved = self._host.faults.take(FaultKind.LIST_MOVED)
        return self._another(chat) if moved else chat

    def _another(self, chat: Chat) -> Chat:
        return next((each for each in self.account.listed() if each is not chat), chat)

    def _focus(self) -> None:
        self._focused = True
        self._host.show_keyboard(visible=True)

    def _send(self) -> None:
        chat = self._chat
        if chat is None or not chat.draft:
            return
        text, chat.draft = chat.draft, ""
        message = self.account.add(
            chat,
            letter_id=self._host.network.new_id(),
            text=text,
            at_ms=self._host.timers.now_ms(),
            tick=RowTick.PENDING,
        )
        chat.drop_divider()
        self._scroll = 0
        self.outbox.post(message, to=chat.jid if chat.is_group else chat.number)

    def _share(self, action: str) -> None:
        """What a tap does in the picker or in the preview of a file."""
        share = self.sharing.share
        verb, _, jid = action.partition(":")
        if share is None:
            return
        if verb == "choose":
            self.sharing.choose(jid)
        elif verb == "search":
            share.search = ""
            self._focus()
        elif self.sharing.goes_on():
            self._send_file(share)

    def _send_file(self, share: Share) -> None:
        """The file leaves to all who were chosen; of one alone the chat is opened."""
        chats = [self.account.chat(jid) for jid in share.chosen]
        self.sharing.end()
        if len(chats) == 1:
            self.open_chat(chats[0])
        for chat in chats:
            message = self.account.add(
                chat,
                letter_id=self._host.network.new_id(),
                text=share.caption,
                at_ms=self._host.timers.now_ms(),
                tick=RowTick.PENDING,
                medium=share.medium,
            )
            message.digest = share.digest
            self.outbox.post(message, to=chat.jid if chat.is_group else chat.number)

    def back(self) -> bool:
        if self._host.faults.standing(FaultKind.UNKNOWN_DIALOG):
            return True
        if self.closed is not None:
            return False
        if self._dialog is not None or self._looking_up is not None:
            self._dialog = self._looking_up = None
            return True
        if self.sharing.share is not None:
            self.sharing.end()
            self.in_sight()
        elif self.room.page:
            self.room.back()
        elif self._chat is not None:
            self._leave_chat()
        else:
            return False
        return True

    def _leave_chat(self) -> None:
        if self._chat is not None:
            self._chat.drop_divider()
        self._chat = None
        self._scroll = 0
        self._focused = False
        self._host.show_keyboard(visible=False)

    def entry_text(self) -> str | None:
        if self.room.page:
            return self.room.text
        share = self.sharing.share
        if share is not None:
            return (share.search or "") if share.stage is ShareStage.PICKER else share.caption
        return self._chat.draft if self._chat is not None else None

    def set_entry(self, text: str) -> None:
        if self._chat is not None and self._host.faults.take(FaultKind.RENAMED):
            self.account.push_names[self._chat.number] = "Iemand anders"
        if self._chat is not None and self._host.faults.take(FaultKind.CHAT_SWITCHED):
            self.open_chat(self._another(self._chat))
        share = self.sharing.share
        if self.room.page:
            self.room.text = text
        elif share is not None and share.stage is ShareStage.PICKER:
            share.search = text
        elif share is not None:
            share.caption = text
        elif self._chat is not None:
            self._chat.draft = text

    def scroll(self, pixels: int) -> None:
        """Upwards, a chat shows older messages, and the list of chats newer ones."""
        conversation = self._conversation()
        if self.room.page:
            self.room.scroll(pixels)
        elif conversation is not None:
            self._scroll = min(max(self._scroll + pixels, 0), conversation.reach())
        else:
            self._scroll = min(max(self._scroll - pixels, 0), self._chats().reach())

    def stop(self) -> None:
        self.room.leave()
        self._leave_chat()
        self.sharing.end()
        self._dialog = self._looking_up = None
        self.stopped = True

    def restarted(self) -> None:
        """The phone started and was unlocked: WhatsApp runs again and shows what is unread."""
        self.stopped = False
        self.posting.restored()
