"""WhatsApp on one phone: the ways in, and what a tap does."""

from appliance.emulated.phone.apps import Host, Intent
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.whatsapp.app_screen import NAME_BINDS_MS, WhatsAppScreen
from appliance.emulated.phone.whatsapp.generation import Generation
from appliance.emulated.phone.whatsapp.group_phrases import group_phrases
from appliance.emulated.phone.whatsapp.links import read_link
from appliance.emulated.phone.whatsapp.lookup import Lookup
from appliance.emulated.phone.whatsapp.model import Chat, RowTick
from appliance.emulated.phone.whatsapp.posting import PACKAGE, UID
from appliance.emulated.phone.whatsapp.rows import quoted
from appliance.emulated.phone.whatsapp.sharing import SEND, Share
from appliance.emulated.world import numbers

#: What a chat holds under the fault of an old draft.
OLD_DRAFT = "Hoi, ik wilde nog even vragen of"


class WhatsApp(WhatsAppScreen):
    """`lookup_ms` is how long the spinner shows while a number is looked up."""

    package = PACKAGE
    uid = UID

    def __init__(self, host: Host, *, generation: Generation, lookup_ms: int = 300) -> None:
        super().__init__(host, generation=generation)
        self.lookup = Lookup(host, self.account, self.open_chat)
        self.lookup_ms = lookup_ms
        self.stopped = False

    # The ways in

    def handle(self, intent: Intent) -> bool:
        self.stopped = False
        if intent.action == SEND:
            return self.sharing.begin(intent)
        link = read_link(intent.data) if intent.data else None
        if link is not None:
            self.lookup.follow(link, lookup_ms=self.lookup_ms)
            return True
        if intent.data:
            return False
        if intent.component.endswith(".ProfileInfoActivity"):
            self.own.page = "profile"
            return True
        launched = intent.action in {"", "android.intent.action.MAIN"}
        if launched and self.lookup.link is None and intent.component.endswith("Main"):
            self.lookup.dialog = None
        return launched

    def open_chat(self, chat: Chat, draft: str | None = None) -> None:
        """Shows the conversation, which marks its messages read if a person can see it."""
        self.room.leave()
        self.own.leave()
        self._leave_chat()
        self.sharing.end()
        self._chat = chat
        self.lookup.end()
        self._named_at_ms = self._host.timers.now_ms() + NAME_BINDS_MS
        if draft is not None:
            chat.draft = draft
        if self._host.faults.take(FaultKind.OLD_DRAFT):
            chat.draft = OLD_DRAFT
        if draft:
            self._focus()
        self._read()

    def chat_in_sight(self) -> Chat | None:
        """A chat counts as read when a person sees it: nothing over it, screen on and open."""
        covered = self.closed is not None or self._dialog_on_top() is not None
        covered = covered or self.sharing.share is not None or bool(self.own.page)
        covered = covered or self._shows_info
        return self._chat if not covered and self._host.sees(self) else None

    def in_sight(self) -> None:
        self._read()

    def out_of_sight(self) -> None:
        self._focused = False

    def _read(self) -> None:
        chat = self.chat_in_sight()
        if chat is None:
            return
        for message in chat.take_unread():
            self._host.network.tick(message.letter_id, RowTick.READ)
        self.posting.seen(chat)
        conversation = self._conversation()
        self._scroll = conversation.scroll_to_unread() if conversation else 0
        if conversation and self._host.faults.take(FaultKind.SCROLLED_UP):
            self._scroll = min(conversation.rows()[-1].height, conversation.reach())

    # What a person does

    def perform(self, action: str) -> None:
        verb, _, argument = action.partition(":")
        if verb in {"group", "group-info", "new-chat", "own"}:
            self._in_room(action)
        elif verb == "entry":
            self._focus()
        elif verb == "send":
            self._send()
        elif verb == "back":
            self.back()
        elif verb == "share":
            self._share(argument)
        elif verb == "archive":
            self._in_archive, self._scroll = True, 0
        elif verb == "open-chat":
            self.open_chat(self._chat_in_list(argument))
        elif verb == "dialog":
            self._in_dialog(argument)
        elif self._chat is not None:
            self._in_chat(self._chat, verb, argument)

    def _in_chat(self, chat: Chat, verb: str, argument: str) -> None:
        if verb == "read-more":
            next(m for m in chat.messages if m.id == int(argument)).expanded = True
        elif verb == "download":
            self._download(chat, argument.split(","))
        elif verb == "reply":
            chat.answers, chat.selected = chat.selected, None
        elif verb == "no-reply":
            chat.answers = None
        elif verb == "contact-info":
            self._shows_info = True
        elif verb == "chat-menu":
            self._in_menu(chat, argument)

    def _in_menu(self, chat: Chat, action: str) -> None:
        if action == "open":
            self.menu.open()
        elif self.menu.perform(action):
            for message in chat.clear(media=self.menu.media, starred=self.menu.starred):
                self.media_store.forget(message)
            self._scroll = 0

    def hold(self, what: str, *, aside: bool) -> None:
        chat = self._chat
        if chat is None or not chat.takes_text:
            return
        message = next((each for each in chat.messages if str(each.id) == what), None)
        if aside:
            chat.answers = message
        else:
            chat.selected = message

    def _download(self, chat: Chat, ids: list[str]) -> None:
        for message in chat.messages:
            if str(message.id) in ids:
                self.media_store.download(message)

    def _in_dialog(self, button: str) -> None:
        if button == "close":
            self.lookup.dialog = None
        elif button == "later":
            self._host.faults.lift(FaultKind.UNKNOWN_DIALOG)
            self.in_sight()

    def _in_room(self, action: str) -> None:
        if action.startswith("own:"):
            self.own.perform(action)
        elif action == "new-chat":
            self.room.begin()
        elif action == "group-info" and self._chat is not None:
            self.room.enter(self._chat)
        else:
            self.room.perform(action)
        for number in self.room.take_invited():
            chat = self.account.chat(numbers.jid_of(number))
            self.write(chat, group_phrases(self._host.language).invitation)
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
        message = self.write(chat, text)
        if chat.answers is not None:
            name, words = quoted(chat.answers, self.account, self._style())
            message.quotes, message.quotes_name = words, name
            chat.answers = None
        chat.drop_divider()
        self._scroll = 0

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
            self.write(chat, share.caption, medium=share.medium, digest=share.digest)

    def back(self) -> bool:
        if self._host.faults.standing(FaultKind.UNKNOWN_DIALOG):
            return True
        if self.closed is not None:
            return False
        if self.lookup.is_open:
            self.lookup.end()
            return True
        if self.own.page:
            self.own.back()
            self.in_sight()
        elif self.sharing.share is not None:
            self.sharing.end()
            self.in_sight()
        elif self.room.page:
            self.room.back()
        elif self._chat is not None:
            self._back_from(self._chat)
        elif self._in_archive:
            self._in_archive, self._scroll = False, 0
        else:
            return False
        return True

    def _back_from(self, chat: Chat) -> None:
        if self.menu.page:
            self.menu.close()
        elif self._shows_info:
            self._shows_info = False
            self.in_sight()
        elif chat.selected is not None:
            chat.selected = None
        else:
            self._leave_chat()

    def _leave_chat(self) -> None:
        self.menu.close()
        if self._chat is not None:
            self._chat.selected = None
            self._chat.drop_divider()
        self._chat = None
        self._shows_info = False
        self._scroll = 0
        self._focused = False
        self._host.show_keyboard(visible=False)

    def entry_text(self) -> str | None:
        if self.room.page:
            return self.room.text
        share = self.sharing.share
        if share is not None:
            return share.entry
        return self._chat.draft if self._chat is not None else None

    def set_entry(self, text: str) -> None:
        if self._chat is not None and self._host.faults.take(FaultKind.RENAMED):
            self.account.push_names[self._chat.number] = "Iemand anders"
        if self._chat is not None and self._host.faults.take(FaultKind.CHAT_SWITCHED):
            self.open_chat(self._another(self._chat))
        share = self.sharing.share
        if self.room.page:
            self.room.text = text
        elif share is not None:
            share.entry = text
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
        self.own.leave()
        self._leave_chat()
        self._in_archive = False
        self.sharing.end()
        self.lookup.end()
        self.stopped = True

    def restarted(self) -> None:
        """The phone started and was unlocked: WhatsApp runs again and shows what is unread."""
        self.stopped = False
        self.posting.restored()
