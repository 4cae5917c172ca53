"""The rows of a conversation: bubbles, ticks, day and unread dividers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.emulated.phone.layout import Brush, ScreenArea, line_count, shortened
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.whatsapp.album import albums_of, draw_album
from appliance.emulated.phone.whatsapp.generation import Generation
from appliance.emulated.phone.whatsapp.media import Medium, draw, told
from appliance.emulated.phone.whatsapp.model import Account, Chat, Message, RowTick
from appliance.emulated.phone.whatsapp.phrases import Phrases
from appliance.emulated.phone.whatsapp.wording import in_row
from appliance.emulated.world.numbers import shown

_DIVIDER_DP = 40
_NAME_DP = 22
_PADDING_DP = 12
_BUBBLE_LEFT_OUT_DP = 57
_BUBBLE_LEFT_IN_DP = 17
_BUBBLE_WIDTH_DP = 286
_NOTICE_DP = 72
_MEDIUM_DP = 120
_QUOTED_DP = 56
#: A longer quote is cut.
_QUOTED_CHARS = 120
#: Messages that can be scrolled to.
_LOADED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RowStyle:
    """All that decides how the rows of one chat look."""

    brush: Brush
    screen: ScreenArea
    phrases: Phrases
    generation: Generation
    zone: ZoneInfo
    now_ms: int
    albums: bool = False

    def moment(self, at_ms: int) -> datetime:
        return datetime.fromtimestamp(at_ms / 1000, self.zone)

    @property
    def now(self) -> datetime:
        return self.moment(self.now_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatItem:
    """One list item; a divider is part of the item of the message below it.

    `album` are all messages that it draws as one, `message` the last of them.
    """

    message: Message
    style: RowStyle
    day: str
    unread: str
    sender_name: str
    push_name: str
    album: Sequence[Message] = ()

    @property
    def text(self) -> str:
        limit = self.style.generation.read_more_at
        whole = in_row(self.message, self.style.phrases.language)
        if self.message.expanded or len(whole) <= limit:
            return whole
        return f"{whole[:limit]}… {self.style.phrases.read_more}"

    @property
    def medium(self) -> Medium | None:
        """The medium that shows; None for a message that is deleted or not decrypted yet."""
        message = self.message
        if message.deleted or message.waiting or message.medium is None:
            return None
        # While a file is under way, its row has the button to stop that.
        under_way = message.tick is RowTick.PENDING
        return replace(message.medium, downloaded=False) if under_way else message.medium

    @property
    def height(self) -> int:
        dividers = sum(_DIVIDER_DP for text in (self.day, self.unread) if text)
        name = _NAME_DP if self.sender_name else 0
        return self.style.screen.dp(dividers + name + self._bubble_dp)

    @property
    def _bubble_dp(self) -> float:
        medium = _MEDIUM_DP if self.medium is not None else 0
        quoted = _QUOTED_DP if self.message.quotes else 0
        return line_count(self.text) * 22 + _PADDING_DP + medium + quoted

    def draw(self, top: int, viewport: Bounds) -> Node:
        """The row from `top` on, cut to its visible part."""
        style = self.style
        bounds = _clip(Bounds(0, top, style.screen.width, top + self.height), viewport)
        children, below = self._dividers(top, viewport)
        children.append(self._main_layout(below, top + self.height, viewport))
        return style.brush(
            "ViewGroup",
            bounds,
            *children,
            rid=style.generation.message_row,
            long_clickable=True,
            hold=f"{self.message.id}",
        )

    def _dividers(self, top: int, viewport: Bounds) -> tuple[list[Node], int]:
        brush, dp = self.style.brush, self.style.screen.dp
        nodes: list[Node] = []
        for rid, text in (
            ("conversation_row_date_divider", self.day),
            ("unread_divider_tv", self.unread),
        ):
            if text:
                middle = self.style.screen.width // 2
                bounds = Bounds(middle - dp(60), top + dp(4), middle + dp(60), top + dp(34))
                if bounds.bottom > viewport.top:
                    nodes.append(brush("TextView", _clip(bounds, viewport), rid=rid, text=text))
                top += dp(_DIVIDER_DP)
        return nodes, top

    def _main_layout(self, top: int, bottom: int, viewport: Bounds) -> Node:
        brush, dp = self.style.brush, self.style.screen.dp
        left = dp(_BUBBLE_LEFT_OUT_DP if self.message.outgoing else _BUBBLE_LEFT_IN_DP)
        bubble = Bounds(left, top, left + dp(_BUBBLE_WIDTH_DP), bottom)
        inner = _clip(bubble, viewport)
        parts = list(self._name(bubble, viewport))
        text_top = top + (dp(_NAME_DP) if self.sender_name else 0)
        text_bounds = _clip(
            Bounds(left + dp(2), text_top, bubble.right - dp(4), bottom - dp(2)), viewport
        )
        row = brush(
            "FrameLayout",
            inner,
            *self._body(text_bounds),
            self._date(bubble, viewport),
            rid="conversation_text_row",
        )
        return brush("LinearLayout", inner, *parts, row, rid="main_layout")

    @property
    def _quoted_name(self) -> str:
        return self.message.quotes_name or self.style.phrases.you

    def _body(self, bounds: Bounds) -> Iterator[Node]:
        style = self.style
        if self.message.quotes:
            brush, quoted = style.brush, shortened(self.message.quotes, _QUOTED_CHARS)
            title = brush("TextView", bounds, rid="quoted_title", text=self._quoted_name)
            words = brush("TextView", bounds, rid="quoted_text", text=quoted)
            yield brush("FrameLayout", bounds, title, words, rid="quoted_message_frame")
        if self.album:
            yield from draw_album(self.album, style.brush, bounds)
            return
        if self.medium is not None:
            yield from draw(
                self.medium,
                style.brush,
                bounds,
                style.phrases.language,
                action=f"download:{self.message.id}",
            )
            if self.text:
                yield style.brush("TextView", bounds, rid="caption", text=self.text)
            return
        if self.message.deleted:
            yield style.brush("ImageView", bounds, rid="icon")
        text = style.brush("TextView", bounds, *self._links(bounds), rid="message_text")
        text.text = self.text
        yield text

    def _links(self, bounds: Bounds) -> Iterator[Node]:
        if self.text != in_row(self.message, self.style.phrases.language):
            yield self.style.brush.button(
                "View",
                Bounds(bounds.left, bounds.bottom - self.style.screen.dp(22), *_corner(bounds)),
                content_desc=self.style.phrases.read_more,
                action=f"read-more:{self.message.id}",
            )

    def _name(self, bubble: Bounds, viewport: Bounds) -> Iterator[Node]:
        """Who wrote it, above the first of a sender's consecutive messages in a group."""
        if not self.sender_name:
            return
        brush, dp = self.style.brush, self.style.screen.dp
        line = _clip(
            Bounds(bubble.left, bubble.top, bubble.right, bubble.top + dp(_NAME_DP)), viewport
        )
        names = [brush("TextView", line, rid="name_in_group_tv", text=self.sender_name)]
        if self.push_name:
            names.append(brush("TextView", line, rid="pushname_in_group_tv", text=self.push_name))
        yield brush("ImageView", line, rid="group_profile_pic")
        yield brush(
            "LinearLayout",
            line,
            brush("LinearLayout", line, *names, rid="name_in_group"),
            rid="conversation_row_name_in_group_name_and_role_container",
        )

    def _date(self, bubble: Bounds, viewport: Bounds) -> Node:
        style, dp = self.style, self.style.screen.dp
        clock_time = style.generation.clock_time(
            style.moment(self.message.at_ms), style.phrases.language
        )
        box = Bounds(bubble.right - dp(58), bubble.bottom - dp(20), *_corner(bubble))
        place = _clip(box, viewport)
        parts = [style.brush("TextView", place, rid="date", text=clock_time)]
        if self.message.edited:
            edited = style.phrases.edited
            parts.insert(0, style.brush("TextView", place, rid="edit_label", text=edited))
        if self.message.tick is not None:
            tick = Bounds(bubble.right - dp(20), box.top, *_corner(bubble))
            parts.append(
                style.brush(
                    "ImageView",
                    _clip(tick, viewport),
                    rid="status",
                    content_desc=style.phrases.tick(
                        self.message.tick, of_medium=self.medium is not None
                    ),
                )
            )
        return style.brush("LinearLayout", _clip(box, viewport), *parts, rid="date_wrapper")


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A row of the system's: the sentence about encryption, who joined, whose code has changed."""

    style: RowStyle
    words: str

    @property
    def height(self) -> int:
        return self.style.screen.dp(_NOTICE_DP)

    def draw(self, top: int, viewport: Bounds) -> Node:
        dp, brush = self.style.screen.dp, self.style.brush
        whole = Bounds(0, top, self.style.screen.width, top + self.height)
        box = Bounds(dp(24), top + dp(4), whole.right - dp(24), whole.bottom - dp(4))
        info = brush.button("Button", _clip(box, viewport), rid="info", text=self.words)
        return brush("ViewGroup", _clip(whole, viewport), info)


def rows_of(chat: Chat, account: Account, style: RowStyle) -> list[ChatItem | NoticeRow]:
    """The rows that the app has loaded, oldest first."""
    rows: list[ChatItem | NoticeRow] = []
    if len(chat.messages) <= _LOADED:
        rows.append(NoticeRow(style=style, words=style.phrases.encryption))
    older, loaded = chat.messages[:-_LOADED], chat.messages[-_LOADED:]
    before = older[-1] if older else None
    divider = style.phrases.unread_divider(chat.divider_count)
    drawn = albums_of(loaded) if style.albums else ([each] for each in loaded)
    for pieces in drawn:
        message = pieces[-1]
        if message.notice:
            rows.append(NoticeRow(style=style, words=message.text))
            continue
        moment = style.moment(message.at_ms)
        new_day = before is None or style.moment(before.at_ms).date() != moment.date()
        named = chat.is_group and message.sender is not None
        repeated = before is not None and before.sender == message.sender and not new_day
        sender = message.sender or ""
        unsaved = named and not repeated and sender not in account.contacts
        rows.append(
            ChatItem(
                message=message,
                style=style,
                day=style.phrases.day(moment, style.now) if new_day else "",
                unread=divider if chat.divider_id in {each.id for each in pieces} else "",
                sender_name=_group_name(sender, account) if named and not repeated else "",
                push_name=_push_name(sender, account) if unsaved else "",
                album=pieces if len(pieces) > 1 else (),
            )
        )
        before = message
    return rows


def quoted(message: Message, account: Account, style: RowStyle) -> tuple[str, str]:
    """Who wrote a message, nobody for an own one, and its words or its medium, as a quote."""
    name = "" if message.sender is None else account.name(message.sender)
    if message.medium is not None:
        return name, told(message.medium, message.text, style.phrases.language)
    return name, in_row(message, style.phrases.language)


def draw_rows(rows: list[ChatItem | NoticeRow], viewport: Bounds, scroll: int) -> list[Node]:
    """The rows that the list shows: the newest at its bottom, `scroll` pixels further up."""
    nodes: list[Node] = []
    bottom = viewport.bottom + scroll
    short_by = viewport.bottom - viewport.top - sum(row.height for row in rows)
    bottom -= max(short_by, 0)
    for row in reversed(rows):
        top = bottom - row.height
        if bottom <= viewport.top:
            break
        if top < viewport.bottom:
            nodes.append(row.draw(top, viewport))
        bottom = top
    return nodes[::-1]


def _group_name(sender: str, account: Account) -> str:
    return account.contacts.get(sender) or shown(sender)


def _push_name(sender: str, account: Account) -> str:
    name = account.push_names.get(sender)
    return f"~{name}" if name else ""


def _corner(bounds: Bounds) -> tuple[int, int]:
    return bounds.right, bounds.bottom


def _clip(bounds: Bounds, viewport: Bounds) -> Bounds:
    return Bounds(
        max(bounds.left, viewport.left),
        min(max(bounds.top, viewport.top), viewport.bottom),
        min(bounds.right, viewport.right),
        max(min(bounds.bottom, viewport.bottom), viewport.top),
    )
