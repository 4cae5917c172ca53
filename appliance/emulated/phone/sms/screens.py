"""The screens of the SMS app: Google's in two generations, or with Samsung's or AOSP's ids."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from appliance.emulated.phone.layout import Brush, ScreenArea, line_count, shortened
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.providers import FAILED, INBOX, OUTBOX

#: The hint in English is recorded; the Dutch one is a translation that nobody has confirmed.
HINTS = {"en": "Text message", "nl": "Sms-bericht"}
_SEND = {"en": "Send SMS", "nl": "Sms verzenden"}
_SAMSUNG_HINTS = {"en": "Enter message", "nl": "Bericht invoeren"}
_SAMSUNG_SEND = {"en": "Send", "nl": "Verzenden"}
_AOSP_HINTS = {"en": "Send message", "nl": "Bericht verzenden"}
_STATES = {
    "en": {OUTBOX: "Sending…", FAILED: "Not sent. Tap to try again."},
    "nl": {OUTBOX: "Verzenden…", FAILED: "Niet verzonden. Tik om het opnieuw te proberen."},
}


class SmsGeneration(Enum):
    VIEWS = "views"
    COMPOSE = "compose"
    SAMSUNG = "samsung"
    AOSP = "aosp"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadScreen:
    """One thread; `title` is a name or the number, `messages` are id, body, date and type."""

    brush: Brush
    screen: ScreenArea
    language: str
    generation: SmsGeneration
    zone: ZoneInfo
    title: str
    number: str
    draft: str
    focused: bool
    messages: list[tuple[int, str, int, int]]

    def draw(self) -> Node:
        brush, screen, dp = self.brush, self.screen, self.screen.dp
        top = screen.status_bottom + dp(56)
        field_top = screen.content_bottom - dp(64)
        title = Bounds(dp(72), screen.status_bottom, screen.width - dp(96), top)
        bar = Bounds(0, screen.status_bottom, screen.width, top)
        viewport = Bounds(0, top, screen.width, field_top)
        body = brush(
            "FrameLayout",
            screen.whole,
            brush(
                "ViewGroup",
                bar,
                *self._titles(title),
                rid="toolbar",
            ),
            brush(
                "RecyclerView",
                viewport,
                *self._bubbles(viewport),
                rid="message_list",
                scrollable=True,
            ),
            *self._composer(Bounds(0, field_top, screen.width, screen.content_bottom)),
            rid="android:id/content",
        )
        if self.generation is SmsGeneration.COMPOSE:
            wrap = brush("View", screen.whole, body)
            wrap.resource_id = "ConversationScreenUi"
            body = wrap
        return brush("FrameLayout", screen.whole, body)

    def _titles(self, bounds: Bounds) -> list[Node]:
        """Samsung's shows the number below a saved name."""
        if self.generation is not SmsGeneration.SAMSUNG:
            return [self.brush("TextView", bounds, rid="conversation_title", text=self.title)]
        titles = [self.brush("TextView", bounds, rid="composer_title", text=self.title)]
        if self.title != self.number:
            rid = "composer_title_number_sub"
            titles.append(self.brush("TextView", bounds, rid=rid, text=self.number))
        return titles

    @property
    def _hint(self) -> str:
        hints = {SmsGeneration.SAMSUNG: _SAMSUNG_HINTS, SmsGeneration.AOSP: _AOSP_HINTS}
        return hints.get(self.generation, HINTS)[self.language]

    def _bubbles(self, viewport: Bounds) -> list[Node]:
        dp, bottom, nodes = self.screen.dp, viewport.bottom, []
        for _, text, date_ms, kind in reversed(self.messages):
            height = dp(line_count(text) * 22 + 36)
            if bottom <= viewport.top:
                break
            top = max(bottom - height, viewport.top)
            left = dp(16) if kind == INBOX else dp(90)
            box = Bounds(left, top, left + dp(300), bottom)
            moment = datetime.fromtimestamp(date_ms / 1000, self.zone)
            state = _STATES[self.language].get(kind, f"{moment:%H:%M}")
            nodes.append(
                self.brush(
                    "FrameLayout",
                    box,
                    self.brush("TextView", box, rid="message_text", text=text),
                    self.brush("TextView", box, rid="message_status", text=state),
                )
            )
            bottom -= height
        return nodes[::-1]

    def _composer(self, bounds: Bounds) -> list[Node]:
        dp = self.screen.dp
        entry = self.brush.button(
            "EditText",
            Bounds(dp(56), bounds.top, bounds.right - dp(64), bounds.bottom),
            rid=(
                "message_edit_text"
                if self.generation is SmsGeneration.SAMSUNG
                else "compose_message_text"
            ),
            text=self.draft or self._hint,
            focused=self.focused,
            long_clickable=True,
            action="entry",
        )
        send = Bounds(bounds.right - dp(56), bounds.top, bounds.right, bounds.bottom)
        return [entry, *self._send(send)]

    def _send(self, bounds: Bounds) -> list[Node]:
        brush, desc = self.brush, _SEND[self.language]
        action = "send" if self.draft else ""
        if self.generation is SmsGeneration.VIEWS:
            return [
                brush.button(
                    "ImageButton",
                    bounds,
                    rid="send_message_button_icon",
                    content_desc=desc,
                    enabled=bool(self.draft),
                    action=action,
                )
            ]
        if self.generation is SmsGeneration.SAMSUNG:
            button = brush.button(
                "ImageButton",
                bounds,
                rid="send_button",
                content_desc=_SAMSUNG_SEND[self.language],
                enabled=bool(self.draft),
                action=action,
            )
            return [brush("FrameLayout", bounds, button, rid="send_button_container")]
        if self.generation is SmsGeneration.AOSP:
            if not self.draft:
                return [brush("ImageView", bounds, rid="self_send_icon")]
            return [brush.button("ImageButton", bounds, rid="send_message_button", action=action)]
        if not self.draft:
            return []
        inner = brush.button("Button", bounds, content_desc=desc, action=action)
        return [brush("View", bounds, inner, rid="Compose:Draft:Send")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadsScreen:
    """The list of threads: number of the thread, name, last text."""

    brush: Brush
    screen: ScreenArea
    threads: list[tuple[int, str, str]]

    def draw(self) -> Node:
        brush, screen, dp = self.brush, self.screen, self.screen.dp
        top = screen.status_bottom + dp(64)
        rows = []
        for index, (thread, name, text) in enumerate(self.threads):
            bounds = Bounds(0, top + index * dp(72), screen.width, top + (index + 1) * dp(72))
            if bounds.bottom > screen.nav_top:
                break
            rows.append(
                brush.button(
                    "ViewGroup",
                    bounds,
                    brush("TextView", bounds, rid="conversation_name", text=name),
                    brush("TextView", bounds, rid="conversation_snippet", text=shortened(text)),
                    action=f"open-thread:{thread}",
                )
            )
        area = Bounds(0, top, screen.width, screen.nav_top)
        fab = Bounds(screen.width - dp(140), screen.nav_top - dp(72), screen.width, screen.nav_top)
        content = brush(
            "FrameLayout",
            screen.whole,
            brush("RecyclerView", area, *rows, rid="android:id/list", scrollable=True),
            brush.button("Button", fab, rid="start_chat_fab", content_desc="Start chat"),
            rid="android:id/content",
        )
        return brush("FrameLayout", screen.whole, content)
