"""The message that is being answered, as WhatsApp shows it above the entry."""

from collections.abc import Callable
from dataclasses import dataclass

from appliance.devices.phone.screen import Box, Screen, View
from appliance.devices.phone.texts import canonical, label
from appliance.devices.phone.whatsapp.message_words import OWN_NAMES
from appliance.devices.protocol import QuotedText

# Of several releases.
_FRAMES = (
    "quoted_message_preview_container",
    "quoted_message_preview_container_v2",
    "composer_quoted_message_frame",
)
_CUT = ("…", "...")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFrame:
    """`cross` ends the answer, where it can be told."""

    name: str
    text: str
    cross: Box | None

    def shows(self, quoted: QuotedText, *, calls_author: Callable[[QuotedText, str], bool]) -> bool:
        """Whether this is that message, by its sender and its words."""
        by = self.name in OWN_NAMES if quoted.own else calls_author(quoted, self.name)
        shown, asked = canonical(self.text), canonical(quoted.text)
        head = shown.rstrip("….")
        return by and (shown == asked or (shown.endswith(_CUT) and asked.startswith(head)))


def reply_frame(app: Screen) -> ReplyFrame | None:
    frame = app.first(*_FRAMES)
    name, text = (frame.first(each) if frame else None for each in ("quoted_title", "quoted_text"))
    if frame is None or (name is None and text is None):
        return None
    return ReplyFrame(
        name=label(name.text) if name else "", text=text.text if text else "", cross=_cross(frame)
    )


def _cross(frame: View) -> Box | None:
    """The one thing in it that can be tapped and has nothing below it."""
    found = [each for each in frame.walk() if each.clickable and not each.children]
    return found[0].box if len(found) == 1 and not found[0].box.empty else None
