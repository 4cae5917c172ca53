"""What covers WhatsApp: dialogs and the look-up spinner."""

from dataclasses import dataclass
from enum import Enum

from appliance.emulated.phone.layout import Brush, ScreenArea
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.whatsapp.generation import Generation
from appliance.emulated.phone.whatsapp.phrases import Phrases
from appliance.emulated.world.numbers import shown


class DialogKind(Enum):
    NOT_ON_WHATSAPP = "not-on-whatsapp"
    LOOKUP_FAILED = "lookup-failed"
    NO_INTERNET = "no-internet"
    BAD_NUMBER = "bad-number"
    BAD_LINK = "bad-link"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    kind: DialogKind
    number: str = ""

    def message(self, phrases: Phrases, generation: Generation) -> str:
        older = generation.name == "older"
        sentence = {
            DialogKind.NOT_ON_WHATSAPP: (
                phrases.not_on_whatsapp_older if older else phrases.not_on_whatsapp
            ),
            DialogKind.LOOKUP_FAILED: phrases.lookup_failed,
            DialogKind.NO_INTERNET: phrases.no_internet,
            DialogKind.BAD_NUMBER: phrases.bad_number,
            DialogKind.BAD_LINK: phrases.bad_link,
            # Invented on purpose, so that no driver's table has it.
            DialogKind.UNKNOWN: "Kies hoe je nevelkaart wordt gedeeld met je omgeving.",
        }[self.kind]
        return sentence.format(number=shown(self.number))

    def buttons(self, phrases: Phrases) -> list[tuple[str, str, str]]:
        """Resource id, text and action of each."""
        if self.kind is DialogKind.NOT_ON_WHATSAPP:
            return [
                ("android:id/button1", phrases.invite, "dialog:invite"),
                ("android:id/button2", phrases.cancel, "dialog:close"),
            ]
        if self.kind is DialogKind.UNKNOWN:
            return [
                ("android:id/button1", "Delen", "dialog:unknown"),
                ("android:id/button2", "Later", "dialog:later"),
            ]
        return [("android:id/button1", phrases.ok, "dialog:close")]


def draw_dialog(
    dialog: Dialog, *, brush: Brush, screen: ScreenArea, phrases: Phrases, generation: Generation
) -> Node:
    dp, middle = screen.dp, screen.height // 2
    panel = Bounds(dp(33), middle - dp(96), screen.width - dp(33), middle + dp(82))
    text_bottom = middle - dp(42)
    message = brush(
        "TextView",
        Bounds(panel.left, panel.top + dp(18), panel.right, text_bottom),
        rid="android:id/message",
        text=dialog.message(phrases, generation),
        focusable=True,
    )
    content_bounds = Bounds(panel.left, panel.top, panel.right, text_bottom)
    content = brush(
        "FrameLayout",
        content_bounds,
        brush("ScrollView", content_bounds, message, rid="scrollView"),
        rid="contentPanel",
    )
    buttons = []
    for index, (rid, text, action) in enumerate(dialog.buttons(phrases)):
        top = text_bottom + dp(14) + index * dp(48)
        bounds = Bounds(panel.right - dp(220), top, panel.right - dp(24), top + dp(48))
        buttons.append(
            brush.button("Button", bounds, rid=rid, text=text, content_desc=text, action=action)
        )
    button_bounds = Bounds(panel.left, text_bottom, panel.right, panel.bottom)
    button_panel = brush("ScrollView", button_bounds, *buttons, rid="buttonPanel")
    parent = brush("LinearLayoutCompat", panel, content, button_panel, rid="parentPanel")
    frame = brush("FrameLayout", panel, parent, rid="android:id/content")
    outer = Bounds(dp(9), panel.top, screen.width - dp(9), panel.bottom)
    return brush("FrameLayout", outer, brush("FrameLayout", panel, frame, rid="action_bar_root"))


def draw_spinner(*, brush: Brush, screen: ScreenArea, phrases: Phrases) -> Node:
    """The number is being looked up."""
    dp, middle = screen.dp, screen.height // 2
    panel = Bounds(dp(33), middle - dp(44), screen.width - dp(33), middle + dp(44))
    bar = Bounds(panel.left + dp(24), middle - dp(20), panel.left + dp(64), middle + dp(20))
    words = Bounds(bar.right + dp(16), bar.top, panel.right, bar.bottom)
    return brush(
        "FrameLayout",
        panel,
        brush("ProgressBar", bar, rid="progress_bar"),
        brush("TextView", words, rid="android:id/message", text=phrases.looking_up),
    )
