"""The list of chats, in both generations."""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.emulated.phone.layout import shortened
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.whatsapp.model import Account, Chat, Message
from appliance.emulated.phone.whatsapp.rows import RowStyle
from appliance.emulated.phone.whatsapp.wording import in_list

_ROW_DP = 76
_SEARCH_DP = 48
_TABS_DP = 80
_ARCHIVE_DP = 48
_ARCHIVED = {"en": "Archived", "nl": "Gearchiveerd"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatsScreen:
    account: Account
    style: RowStyle
    scroll: int
    archived: bool = False
    opens_archive: bool = False

    @property
    def _viewport(self) -> Bounds:
        screen = self.style.screen
        top = screen.status_bottom + screen.dp(56 + _SEARCH_DP + 12)
        return Bounds(0, top, screen.width, screen.nav_top - screen.dp(_TABS_DP))

    def reach(self) -> int:
        rows = len(self.account.listed(archived=self.archived)) * self.style.screen.dp(_ROW_DP)
        return max(0, self._header_height + rows - (self._viewport.bottom - self._viewport.top))

    def draw(self) -> Node:
        brush, screen = self.style.brush, self.style.screen
        whole = screen.whole
        host = brush(
            "LinearLayout",
            Bounds(0, screen.status_bottom, screen.width, screen.nav_top),
            *((self._list(), self._title()) if self.archived else self._home()),
            rid="conversation_list_view_host",
        )
        main = brush("LinearLayout", whole, host, rid="main_container")
        root = brush("FrameLayout", whole, main, rid="root_view")
        content = brush("FrameLayout", whole, root, rid="android:id/content")
        return brush(
            "FrameLayout", whole, brush("FrameLayout", whole, content, rid="action_bar_root")
        )

    def _home(self) -> tuple[Node, ...]:
        return self._pager(), self._toolbar(), self._fab(), self._tabs()

    def _title(self) -> Node:
        """Above the archived chats, with the way back."""
        brush, screen, phrases = self.style.brush, self.style.screen, self.style.phrases
        top, dp = screen.status_bottom, screen.dp
        home = Bounds(0, top, dp(56), top + dp(56))
        title = Bounds(dp(72), top, screen.width, top + dp(56))
        return brush(
            "ViewGroup",
            Bounds(0, top, screen.width, top + dp(56)),
            brush.button("ImageButton", home, content_desc=phrases.back, action="back"),
            brush("TextView", title, text=_ARCHIVED[phrases.language]),
            rid="toolbar",
        )

    def _list(self) -> Node:
        return self.style.brush(
            self.style.generation.chats_list,
            self._viewport,
            *self._archive(),
            *self._rows(),
            rid="android:id/list",
            focusable=True,
            scrollable=True,
        )

    def _pager(self) -> Node:
        brush, style, viewport = self.style.brush, self.style, self._viewport
        search = Bounds(0, viewport.top - style.screen.dp(_SEARCH_DP + 8), viewport.right, 0)
        search = Bounds(0, search.top, search.right, search.top + style.screen.dp(_SEARCH_DP))
        bar = brush.button(
            "FrameLayout",
            search,
            brush("ImageView", search, rid="search_icon"),
            brush("TextView", search, rid="search_text", text=style.phrases.search),
            rid="my_search_bar",
            content_desc=style.phrases.search,
        )
        area = Bounds(0, search.top, viewport.right, viewport.bottom)
        container = brush("LinearLayout", area, bar, self._list(), rid="conversation_container")
        pager = brush("ViewPager", area, container, rid="pager", scrollable=True)
        return brush("FrameLayout", area, pager, rid="pager_holder")

    def _rows(self) -> list[Node]:
        viewport, height = self._viewport, self.style.screen.dp(_ROW_DP)
        nodes = []
        for index, chat in enumerate(self.account.listed(archived=self.archived)):
            top = viewport.top + self._header_height + index * height - self.scroll
            shown_top, bottom = max(top, viewport.top), min(top + height, viewport.bottom)
            if shown_top < bottom:
                bounds = Bounds(0, shown_top, viewport.right, bottom)
                nodes.append(self._row(chat, bounds))
        return nodes

    @property
    def _archived(self) -> int:
        return 0 if self.archived else len(self.account.listed(archived=True))

    @property
    def _header_height(self) -> int:
        return self.style.screen.dp(_ARCHIVE_DP) if self._archived else 0

    def _archive(self) -> list[Node]:
        """The way to archived chats, above the others."""
        brush, viewport = self.style.brush, self._viewport
        bottom = viewport.top + self._header_height - self.scroll
        if bottom <= viewport.top:
            return []
        bounds = Bounds(0, viewport.top, viewport.right, bottom)
        return [
            brush(
                "LinearLayout",
                bounds,
                *self._archive_words(bounds),
                rid="conversations_archive_header",
                clickable=self.opens_archive,
                action="archive" if self.opens_archive else "",
            )
        ]

    def _archive_words(self, bounds: Bounds) -> Iterator[Node]:
        """Where archived chats stay archived, the number is that of the unread ones, if any."""
        brush = self.style.brush
        listed = self.account.listed(archived=True)
        count = sum(chat.unread > 0 for chat in listed) if self.opens_archive else len(listed)
        yield brush(
            "TextView", bounds, rid="archived_row", text=_ARCHIVED[self.style.phrases.language]
        )
        if count:
            yield brush("TextView", bounds, rid="archive_row_counter", text=str(count))

    def _row(self, chat: Chat, bounds: Bounds) -> Node:
        brush, dp, style = self.style.brush, self.style.screen.dp, self.style
        title = self.account.title(chat)
        photo = Bounds(0, bounds.top, dp(72), bounds.bottom)
        picture = brush(
            "FrameLayout",
            photo,
            brush.button(
                "ImageView",
                photo,
                rid="contact_photo",
                content_desc=style.phrases.photo_of.format(name=title),
            ),
            rid="contact_selector",
        )
        middle = (bounds.top + bounds.bottom) // 2
        line = Bounds(dp(72), bounds.top, bounds.right - dp(16), middle)
        below = Bounds(dp(72), middle, line.right, bounds.bottom)
        content = brush(
            "LinearLayout",
            Bounds(line.left, bounds.top, line.right, bounds.bottom),
            self._header(chat, title, line),
            self._bottom(chat, below),
            rid=style.generation.chats_row_content,
        )
        return brush.button(
            style.generation.chats_row,
            bounds,
            picture,
            content,
            rid="contact_row_container",
            long_clickable=True,
            action=f"open-chat:{chat.jid}",
        )

    def _header(self, chat: Chat, title: str, line: Bounds) -> Node:
        style, dp = self.style, self.style.screen.dp
        moment = style.moment(chat.last_ms)
        clock_time = style.generation.clock_time(moment, style.phrases.language)
        date = style.phrases.listed(moment, style.now, clock_time)
        split = line.right - dp(80)
        name = Bounds(line.left, line.top, split, line.bottom)
        return style.brush(
            "LinearLayout",
            line,
            style.brush("TextView", name, rid="conversations_row_contact_name", text=title),
            style.brush(
                "TextView",
                Bounds(split, line.top, line.right, line.bottom),
                rid="conversations_row_date",
                text=date,
                content_desc=date,
            ),
            rid="conversations_row_header",
        )

    def _bottom(self, chat: Chat, below: Bounds) -> Node:
        brush, last = self.style.brush, chat.messages[-1]
        parts = [*self._before_preview(chat, last, below)]
        parts.append(
            brush(
                "TextView",
                below,
                rid="single_msg_tv",
                text=shortened(in_list(last, self.style.phrases.language)),
            )
        )
        if chat.unread:
            parts.append(self._unread(chat, below))
        return brush("LinearLayout", below, *parts, rid="bottom_row")

    def _before_preview(self, chat: Chat, last: Message, below: Bounds) -> list[Node]:
        if last.outgoing and not last.notice:
            return [self.style.brush("ImageView", below, rid="status_indicator")]
        if chat.is_group and last.sender:
            name = self.account.name(last.sender)
            return [self.style.brush("TextView", below, rid="msg_from_tv", text=f"{name}: ")]
        return []

    def _unread(self, chat: Chat, below: Bounds) -> Node:
        """The recent generation has the count only in the description."""
        badge = Bounds(below.right - self.style.screen.dp(24), below.top, below.right, below.bottom)
        as_text = self.style.generation.unread_as_text
        return self.style.brush(
            "TextView" if as_text else "View",
            badge,
            rid="conversations_row_message_count",
            text=str(chat.unread) if as_text else "",
            content_desc=self.style.phrases.unread(chat.unread),
        )

    def _toolbar(self) -> Node:
        brush, screen, phrases = self.style.brush, self.style.screen, self.style.phrases
        top, dp = screen.status_bottom, screen.dp
        bar = Bounds(0, top, screen.width, top + dp(56))
        left = screen.width
        camera = Bounds(left - dp(88), top, left - dp(40), bar.bottom)
        return brush(
            "ViewGroup",
            bar,
            brush("ImageView", Bounds(dp(16), top, dp(216), bar.bottom), rid="toolbar_logo"),
            brush.button("ImageButton", camera, rid="menuitem_camera", content_desc=phrases.camera),
            brush.button(
                "ImageButton",
                Bounds(left - dp(40), top, left, bar.bottom),
                rid="menuitem_overflow",
                content_desc=phrases.more_options,
                action="own:menu",
            ),
            rid="toolbar",
        )

    def _fab(self) -> Node:
        dp, viewport = self.style.screen.dp, self._viewport
        right, bottom = viewport.right - dp(16), viewport.bottom - dp(16)
        return self.style.brush.button(
            "ImageButton",
            Bounds(right - dp(56), bottom - dp(56), right, bottom),
            rid="fab",
            content_desc=self.style.phrases.new_chat,
            action="new-chat",
        )

    def _tabs(self) -> Node:
        """At the bottom in the recent generation, a plain strip in the older one."""
        brush, screen = self.style.brush, self.style.screen
        top = screen.nav_top - screen.dp(_TABS_DP)
        quarter = screen.width // 4
        waiting = sum(1 for chat in self.account.chats.values() if chat.unread)
        tabs = []
        for index, name in enumerate(self.style.phrases.tabs):
            desc = f"{name}, {waiting}" if index == 0 and waiting else name
            bounds = Bounds(index * quarter, top, (index + 1) * quarter, screen.nav_top)
            label = brush("TextView", bounds, rid="navigation_bar_item_small_label_view", text=name)
            tabs.append(
                brush.button("FrameLayout", bounds, label, content_desc=desc, selected=index == 0)
            )
        rid = "bottom_nav" if self.style.generation.bottom_tabs else "tabs"
        return brush("FrameLayout", Bounds(0, top, screen.width, screen.nav_top), *tabs, rid=rid)
