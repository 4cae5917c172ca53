"""The rows of a group's chat in which the system speaks: who changed the group's picture."""

from collections.abc import Sequence

from appliance.devices.phone.screen import Screen
from appliance.devices.phone.texts import label
from appliance.devices.phone.whatsapp.message_words import picture_changed_by
from appliance.devices.phone.whatsapp.rows import list_of

ChatLine = tuple[str, str]
"""What a row says, and its time; a row of the system has none."""


def lines_of(app: Screen) -> Sequence[ChatLine]:
    """Messages and rows of the system from top to bottom; what the edge cuts off is left out."""
    messages = list_of(app)
    lines: list[ChatLine] = []
    for row in messages.children if messages else ():
        body, date = row.first("message_text", "caption"), row.first("date")
        if date is not None:
            lines.append((body.text if body else "", label(date.text)))
        elif (info := row.first("info")) is not None:
            lines.append((label(info.text), ""))
    return lines


def picture_by(line: ChatLine) -> str | None:
    """Who changed the group's picture, if the row says that."""
    said, time = line
    return None if time else picture_changed_by(said)
