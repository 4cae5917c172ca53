"""One chat on the screen, node by node as recorded."""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.emulated.phone.layout import Brush, ScreenArea
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.whatsapp.model import Account, Chat
from appliance.emulated.phone.whatsapp.rows import (
    ChatItem,
    NoticeRow,
    RowStyle,
    draw_rows,
    quoted,
    rows_of,
)

_TOOLBAR_DP = 56
_FOOTER_DP = 56
_QUOTE_DP = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationScreen:
    """`named` is False for the moment in which the toolbar has no name yet."""

    chat: Chat
    account: Account
    style: RowStyle
    named: bool
    scroll: int
    entry_focused: bool
    reply_menu: bool = True

    @property
    def _brush(self) -> Brush:
        return self.style.brush

    @property
    def _screen(self) -> ScreenArea:
        return self.style.screen

    @property
    def footer_dp(self) -> int:
        return _FOOTER_DP + (_QUOTE_DP if self.chat.answers else 0)

    @property
    def viewport(self) -> Bounds:
        """Where the messages are."""
        screen = self._screen
        top = screen.status_bottom + screen.dp(_TOOLBAR_DP)
        return Bounds(0, top, screen.width, screen.content_bottom - screen.dp(self.footer_dp))

    def rows(self) -> list[ChatItem | NoticeRow]:
        return rows_of(self.chat, self.account, self.style)

    def reach(self) -> int:
        """How many pixels the list can be scrolled up."""
        height = sum(row.height for row in self.rows())
        return max(0, height - (self.viewport.bottom - self.viewport.top))

    def scroll_to_unread(self) -> int:
        """The scroll that shows the first unread message at the top, 0 when all fit."""
        first = self.chat.divider_id or float("inf")
        rows = self.rows()
        unread = [row for row in rows if isinstance(row, ChatItem) and row.message.id >= first]
        viewport = self.viewport
        return max(0, sum(row.height for row in unread) - (viewport.bottom - viewport.top))

    def draw(self) -> Node:
        brush, screen = self._brush, self._screen
        whole = screen.whole
        inner = Bounds(0, screen.status_bottom, screen.width, screen.content_bottom)
        layout = brush(
            "LinearLayout",
            inner,
            self._toolbar(),
            self._coordinator(inner),
            rid="conversation_root_layout",
        )
        root = brush("FrameLayout", whole, layout, rid="root")
        content = brush("FrameLayout", whole, root, rid="android:id/content")
        bar_root = brush("FrameLayout", whole, content, rid="action_bar_root")
        children = [brush("FrameLayout", whole, bar_root)]
        if not screen.keyboard_open:
            nav = Bounds(0, screen.nav_top, screen.width, screen.height)
            children.append(brush("View", nav, rid="android:id/navigationBarBackground"))
        return brush("FrameLayout", whole, brush("LinearLayout", whole, *children))

    def _coordinator(self, inner: Bounds) -> Node:
        brush, viewport = self._brush, self.viewport
        area = Bounds(0, viewport.top, inner.right, inner.bottom)
        messages = brush(
            "ListView",
            viewport,
            *draw_rows(self.rows(), viewport, self.scroll),
            rid="android:id/list",
            focusable=True,
            scrollable=True,
        )
        content = brush("FrameLayout", viewport, messages, rid="android:id/content")
        footer = Bounds(0, viewport.bottom, inner.right, inner.bottom)
        return brush(
            "ViewGroup",
            area,
            brush("ImageView", area, rid="conversation_background"),
            brush("RelativeLayout", area, content, self._footer(footer), rid="conversation_layout"),
            rid="coordinator",
        )

    def _toolbar(self) -> Node:
        brush, dp = self._brush, self._screen.dp
        top, bottom = self._screen.status_bottom, self.viewport.top
        width, phrases = self._screen.width, self.style.phrases
        if self.chat.selected is not None:
            return self._selection(Bounds(0, top, width, bottom))
        home = brush.button(
            "Button",
            Bounds(0, top + dp(4), dp(48), bottom - dp(4)),
            rid=self.style.generation.toolbar_home,
            content_desc=phrases.back,
            action="back",
        )
        photo = brush.button(
            "FrameLayout",
            Bounds(dp(48), top + dp(4), dp(96), bottom - dp(4)),
            rid="contact_photo_view",
        )
        contact = brush.button(
            "LinearLayout",
            Bounds(dp(96), top, dp(224), bottom),
            *self._name(),
            rid="conversation_contact",
            action="group-info" if self.chat.is_group else "contact-info",
        )
        custom = Bounds(0, top, dp(224), bottom)
        view = brush("RelativeLayout", custom, home, photo, contact, rid="custom_view")
        bar = brush("ViewGroup", Bounds(0, top, width, bottom), view, self._calls(top, bottom))
        bar.resource_id = f"{brush.package}:id/toolbar"
        return bar

    def _selection(self, bounds: Bounds) -> Node:
        """What can be done with the message that was pressed long, in place of the toolbar."""
        dp, phrases = self._screen.dp, self.style.phrases
        at = Bounds(bounds.right - dp(96), bounds.top, bounds.right - dp(48), bounds.bottom)
        reply = self._brush.button(
            "Button", at, rid="menuitem_reply", content_desc=phrases.reply, action="reply"
        )
        children = [reply] if self.reply_menu else []
        return self._brush("ViewGroup", bounds, *children, rid="action_mode_bar")

    def _name(self) -> list[Node]:
        if not self.named:
            return []
        dp, top = self._screen.dp, self._screen.status_bottom
        title = self.account.title(self.chat)
        bounds = Bounds(dp(100), top + dp(15), dp(220), top + dp(38))
        return [
            self._brush(
                "TextView",
                bounds,
                rid="conversation_contact_name",
                text=title,
                content_desc=title,
            ),
            *self._members(),
        ]

    def _members(self) -> list[Node]:
        """Under a group's name stand its members; under a contact's often nothing."""
        if not self.chat.is_group:
            return []
        names = [self.account.name(each) for each in self.chat.people]
        dp, top = self._screen.dp, self._screen.status_bottom
        return [
            self._brush(
                "TextView",
                Bounds(dp(100), top + dp(38), dp(220), top + dp(54)),
                rid="conversation_contact_status",
                text=", ".join([*names, self.style.phrases.you]),
            )
        ]

    def _calls(self, top: int, bottom: int) -> Node:
        brush, dp, width = self._brush, self._screen.dp, self._screen.width
        phrases = self.style.phrases
        buttons = [
            brush.button(
                "ImageButton",
                Bounds(width - dp(136), top, width - dp(88), bottom),
                content_desc=phrases.video_call,
            ),
            brush.button(
                "ImageButton",
                Bounds(width - dp(88), top, width - dp(40), bottom),
                content_desc=phrases.voice_call,
            ),
            brush.button(
                "ImageView",
                Bounds(width - dp(40), top, width, bottom),
                rid="menuitem_overflow",
                content_desc=phrases.more_options,
                action="chat-menu:open",
            ),
        ]
        return brush("LinearLayoutCompat", Bounds(width - dp(136), top, width, bottom), *buttons)

    def _footer(self, bounds: Bounds) -> Node:
        brush, dp = self._brush, self._screen.dp
        if not self.chat.takes_text:
            return brush("FrameLayout", bounds, rid="footer")
        whole, quote = bounds, list(self._quote(bounds))
        bounds = Bounds(bounds.left, bounds.bottom - dp(_FOOTER_DP), bounds.right, bounds.bottom)
        buttons_left = bounds.right - dp(53)
        field = Bounds(dp(4), bounds.top + dp(4), buttons_left - dp(4), bounds.bottom - dp(4))
        content = brush("LinearLayout", field, *self._field(field), rid="input_layout_content")
        entry = brush("FrameLayout", field, content, rid="text_entry_layout")
        send_box = Bounds(buttons_left, bounds.top + dp(4), bounds.right, bounds.bottom - dp(4))
        action = brush("FrameLayout", send_box, self._send(send_box), rid="send_container")
        return brush(
            "FrameLayout",
            whole,
            *quote,
            brush("RelativeLayout", bounds, entry, action, rid="edit_layout"),
            rid="footer",
        )

    def _quote(self, footer: Bounds) -> Iterator[Node]:
        """The message that the draft answers, above the entry."""
        answers, brush, dp = self.chat.answers, self._brush, self._screen.dp
        if answers is None:
            return
        box = Bounds(footer.left, footer.top, footer.right, footer.top + dp(_QUOTE_DP))
        name, words = quoted(answers, self.account, self.style)
        frame = brush(
            "FrameLayout",
            box,
            brush("TextView", box, rid="quoted_title", text=name or self.style.phrases.you),
            brush("TextView", box, rid="quoted_text", text=words),
            rid="quoted_message_frame",
        )
        close = Bounds(box.right - dp(48), box.top, box.right, box.bottom)
        cross = brush.button("ImageView", close, action="no-reply")
        yield brush("FrameLayout", box, frame, cross, rid="quoted_message_preview_container")

    def _field(self, field: Bounds) -> list[Node]:
        brush, dp, phrases = self._brush, self._screen.dp, self.style.phrases
        draft = self.chat.draft
        camera_left = field.right - dp(48)
        attach_left = camera_left - (0 if draft else dp(48))
        emoji = Bounds(field.left, field.top, field.left + dp(48), field.bottom)
        attach = Bounds(attach_left, field.top, attach_left + dp(48), field.bottom)
        nodes = [
            brush.button("ImageButton", emoji, rid="emoji_picker_btn", content_desc=phrases.emoji),
            brush.button(
                "EditText",
                Bounds(emoji.right, field.top + dp(7), attach_left, field.bottom - dp(7)),
                rid="entry",
                text=draft or phrases.hint,
                long_clickable=True,
                focused=self.entry_focused,
                action="entry",
            ),
            brush.button(
                "ImageButton", attach, rid="input_attach_button", content_desc=phrases.attach
            ),
        ]
        if not draft:
            camera = Bounds(camera_left, field.top, field.right, field.bottom)
            nodes.append(
                brush.button("ImageButton", camera, rid="camera_btn", content_desc=phrases.camera)
            )
        return nodes

    def _send(self, bounds: Bounds) -> Node:
        """Send is there only while there is something to send."""
        if self.chat.draft:
            return self._brush.button(
                "ImageButton",
                bounds,
                rid="send",
                content_desc=self.style.phrases.send,
                action="send",
            )
        return self._brush(
            "ImageButton",
            bounds,
            rid="voice_note_btn",
            content_desc=self.style.phrases.voice_note,
            focusable=True,
        )
