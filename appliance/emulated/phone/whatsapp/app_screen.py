"""What WhatsApp shows on one phone, drawn from where it stands."""

from appliance.emulated.phone.apps import Host
from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.node import Node
from appliance.emulated.phone.whatsapp.chat_menu import ChatMenu
from appliance.emulated.phone.whatsapp.chats_screen import ChatsScreen
from appliance.emulated.phone.whatsapp.closed import (
    ClosedPage,
    Registering,
    draw_closed,
    page_of,
    page_of_registration,
)
from appliance.emulated.phone.whatsapp.contact_info import ACTIVITY as CONTACT_INFO
from appliance.emulated.phone.whatsapp.contact_info import draw_contact_info
from appliance.emulated.phone.whatsapp.conversation_screen import ConversationScreen
from appliance.emulated.phone.whatsapp.dialogs import Dialog, DialogKind, draw_dialog, draw_spinner
from appliance.emulated.phone.whatsapp.generation import Generation
from appliance.emulated.phone.whatsapp.lookup import Lookup
from appliance.emulated.phone.whatsapp.model import Chat
from appliance.emulated.phone.whatsapp.profile_room import ProfileRoom
from appliance.emulated.phone.whatsapp.rows import RowStyle
from appliance.emulated.phone.whatsapp.service import WhatsAppService
from appliance.emulated.phone.whatsapp.sharing import Sharing
from appliance.emulated.phone.whatsapp.sharing_screens import SharingScreen
from appliance.emulated.world import numbers

#: The toolbar gets its name a moment after the frame is there.
NAME_BINDS_MS = 60
_ARCHIVE = "com.whatsapp.conversationslist.ArchivedConversationsActivity"


class WhatsAppScreen(WhatsAppService):
    """Where it stands, and the windows for that. What is done with it comes in `WhatsApp`, which
    makes the lookup, too.
    """

    lookup: Lookup

    def __init__(self, host: Host, *, generation: Generation) -> None:
        super().__init__(host, generation=generation)
        self.sharing = Sharing(host, self.account)
        self.own = ProfileRoom(host, self._brush, host.number)
        self.menu = ChatMenu(host, self._brush)
        #: The page of registration that its owner has come to.
        self.registering = Registering.DONE
        self._chat: Chat | None = None
        self._named_at_ms = 0
        self._scroll = 0
        self._in_archive = False
        self._shows_info = False
        self._focused = False

    @property
    def generation(self) -> Generation:
        return self._generation

    def activity(self) -> str:
        if self.closed is not None:
            return f"com.whatsapp.{self.closed.activity}"
        if self.sharing.activity is not None:
            return self.sharing.activity
        if self.lookup.is_open:
            return "com.whatsapp.TextAndDirectChatDeepLink"
        room = self.own if self.own.page in {"settings", "profile"} else self.room
        if room.page:
            return room.activity
        if self._chat is not None:
            return CONTACT_INFO if self._shows_info else "com.whatsapp.Conversation"
        return _ARCHIVE if self._in_archive else self._generation.home_activity

    @property
    def open_chat_jid(self) -> str | None:
        """The jid of the chat that is on the app's screen."""
        return self._chat.jid if self._chat else None

    def windows(self) -> list[Node]:
        screen, phrases = self._host.screen, self._phrases
        if self.closed is not None:
            return [draw_closed(self.closed, brush=self._brush, screen=screen)]
        screen_below = self._sharing() or self._conversation() or self._chats()
        roots = self.room.windows() if self.room.page else [self._info() or screen_below.draw()]
        if self.own.page:
            roots = [*(roots if self.own.page == "menu" else []), *self.own.windows()]
        if self._chat is not None:
            roots += self.menu.windows(
                has_starred=any(each.starred for each in self._chat.messages),
            )
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
        elif self.lookup.link is not None:
            roots.append(draw_spinner(brush=self._brush, screen=screen, phrases=phrases))
        return roots

    @property
    def closed(self) -> ClosedPage | None:
        """The page with which WhatsApp keeps its owner out."""
        page = page_of_registration(self.registering)
        return page or page_of(self._host.faults, self._phrases.closed)

    def _dialog_on_top(self) -> Dialog | None:
        if self._host.faults.standing(FaultKind.UNKNOWN_DIALOG):
            return Dialog(kind=DialogKind.UNKNOWN)
        return self.lookup.dialog

    def _style(self) -> RowStyle:
        return RowStyle(
            brush=self._brush,
            screen=self._host.screen,
            phrases=self._phrases,
            generation=self._generation,
            zone=self._host.zone,
            now_ms=self._host.timers.now_ms(),
            albums=self._host.albums,
        )

    def _info(self) -> Node | None:
        if self._chat is None or not self._shows_info:
            return None
        number = "" if self._chat.jid.endswith(numbers.HIDDEN) else numbers.shown(self._chat.number)
        title = self.account.title(self._chat)
        about = self.account.abouts.get(self._chat.number, "")
        return draw_contact_info(title, number, about, brush=self._brush, screen=self._host.screen)

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
        return ChatsScreen(
            account=self.account,
            style=self._style(),
            scroll=self._scroll,
            archived=self._in_archive,
            opens_archive=self._host.keeps_archived,
        )

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
            reply_menu=self._host.reply_menu,
        )
