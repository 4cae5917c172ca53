"""The picker "Send to…" and the preview of a file before it is sent."""

from dataclasses import dataclass

from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.whatsapp.model import Account, Chat
from appliance.emulated.phone.whatsapp.rows import RowStyle
from appliance.emulated.phone.whatsapp.sharing import Share, ShareStage

_BAR_DP = 56
_ROW_DP = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class SharingScreen:
    """`listed` are the chats of the picker."""

    share: Share
    listed: list[Chat]
    account: Account
    style: RowStyle
    entry_focused: bool

    def draw(self) -> Node:
        picker = self.share.stage is ShareStage.PICKER
        parts = self._picker() if picker else self._preview()
        whole, brush = self.style.screen.whole, self.style.brush
        content = brush("FrameLayout", whole, *parts, rid="android:id/content")
        return brush("FrameLayout", whole, content)

    @property
    def _names(self) -> str:
        """Whom it goes to, as both screens show it at their lower edge."""
        chats = [self.account.chat(jid) for jid in self.share.chosen]
        return ", ".join(self.account.title(chat) for chat in chats)

    def _at_bottom(self) -> Bounds:
        screen = self.style.screen
        bottom = screen.content_bottom
        return Bounds(0, bottom - screen.dp(_BAR_DP), screen.width, bottom)

    def _send(self, bar: Bounds, rid: str) -> Node:
        left = bar.right - self.style.screen.dp(_BAR_DP)
        return self.style.brush.button(
            "ImageButton",
            Bounds(left, bar.top, bar.right, bar.bottom),
            rid=rid,
            content_desc=self.style.phrases.send,
            action="share:send",
        )

    def _recipients(self, bar: Bounds) -> Node:
        brush = self.style.brush
        box = Bounds(bar.left, bar.top, bar.right - self.style.screen.dp(_BAR_DP), bar.bottom)
        names = brush("TextView", box, rid="recipients_text", text=self._names)
        return brush("FrameLayout", box, names, rid="media_recipients")

    # The picker

    def _picker(self) -> list[Node]:
        brush, screen, phrases = self.style.brush, self.style.screen, self.style.phrases
        top = screen.status_bottom
        bar = Bounds(0, top, screen.width, top + screen.dp(_BAR_DP))
        rows = brush("ListView", Bounds(0, bar.bottom, bar.right, self._at_bottom().top))
        rows.resource_id = "android:id/list"
        rows.children = self._rows(rows.bounds)
        title = brush("TextView", bar, text=phrases.send_to)
        nodes = [brush("ViewGroup", bar, title, self._search(bar), rid="toolbar"), rows]
        if self.share.chosen:
            foot = self._at_bottom()
            nodes += [self._recipients(foot), self._send(foot, "send")]
        return nodes

    def _search(self, bar: Bounds) -> Node:
        brush = self.style.brush
        if self.share.search is None:
            left = bar.right - self.style.screen.dp(_BAR_DP)
            box = Bounds(left, bar.top, bar.right, bar.bottom)
            return brush.button("TextView", box, rid="menuitem_search", action="share:search")
        return brush.button(
            "EditText",
            bar,
            rid="search_src_text",
            text=self.share.search,
            focused=self.entry_focused,
            action="entry",
        )

    def _rows(self, area: Bounds) -> list[Node]:
        height = self.style.screen.dp(_ROW_DP)
        tops = range(area.top, area.bottom - height, height)
        return [
            self._row(chat, Bounds(0, top, area.right, top + height))
            for chat, top in zip(self.listed, tops, strict=False)
        ]

    def _row(self, chat: Chat, bounds: Bounds) -> Node:
        brush = self.style.brush
        rid = self.style.generation.picker_name
        name = brush("TextView", bounds, rid=rid, text=self.account.title(chat))
        return brush.button(
            "RelativeLayout",
            bounds,
            name,
            rid="contact_row_container",
            selected=chat.jid in self.share.chosen,
            action=f"share:choose:{chat.jid}",
        )

    # The preview

    def _preview(self) -> list[Node]:
        brush, bar = self.style.brush, self._at_bottom()
        dp = self.style.screen.dp
        above = Bounds(0, bar.top - dp(_BAR_DP), bar.right, bar.top)
        field = Bounds(dp(48), above.top, above.right - dp(48), above.bottom)
        caption = brush.button(
            "EditText",
            field,
            rid="caption",
            text=self.share.caption or self.style.phrases.caption_hint,
            focused=self.entry_focused,
            action="entry",
        )
        once = Bounds(field.right, above.top, above.right, above.bottom)
        layout = brush("LinearLayout", above, caption, rid="caption_layout")
        if not self.share.is_document:
            layout.children.append(brush.button("ImageView", once, rid="view_once_toggle"))
        send = self._send(bar, self.style.generation.preview_send)
        return [self._shown(above.top), layout, self._recipients(bar), send]

    def _shown(self, bottom: int) -> Node:
        """The file itself: a picture, or the name of a document."""
        brush, screen = self.style.brush, self.style.screen
        area = Bounds(0, screen.status_bottom, screen.width, bottom)
        if self.share.is_document:
            return brush("TextView", area, rid="title", text=self.share.medium.name)
        picture = brush("ImageView", area, rid="gallery_selected_media")
        return brush("FrameLayout", area, picture, rid="media_composer_layout")
