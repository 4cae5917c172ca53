"""The screens of the SMS app, with the send button of both its generations."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from zoneinfo import ZoneInfo

from appliance.devices.emulated.layout import Brush, Screen, line_count, shortened
from appliance.devices.emulated.node import Bounds, Node
from appliance.devices.emulated.providers import FAILED, INBOX, OUTBOX

#: The hint in English is recorded; the Dutch one is a translation that nobody has confirmed.
HINTS = {"en": "Text message", "nl": "Sms-bericht"}
_SEND = {"en": "Send SMS", "nl": "Sms verzenden"}
_STATES = {
    "en": {OUTBOX: "Sending…", FAILED: "Not sent. Tap to try again."},
    "nl": {OUTBOX: "Verzenden…", FAILED: "Niet verzonden. Tik om het opnieuw te proberen."},
}


class SmsGeneration(Enum):
    VIEWS = "views"
    COMPOSE = "compose"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadScreen:
    """One thread; `messages` are id, body, date and type, oldest first."""

    brush: Brush
    screen: Screen
    language: str
    generation: SmsGeneration
    zone: ZoneInfo
    title: str
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
                brush("TextView", title, rid="conversation_title", text=self.title),
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
            rid="compose_message_text",
            text=self.draft or HINTS[self.language],
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
        if not self.draft:
            return []
        inner = brush.button("Button", bounds, content_desc=desc, action=action)
        return [brush("View", bounds, inner, rid="Compose:Draft:Send")]


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadsScreen:
    """The list of threads: number of the thread, name, last text."""

    brush: Brush
    screen: Screen
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
