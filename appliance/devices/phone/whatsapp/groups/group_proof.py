"""What a group's chat says became of a change: rows of the system, by their order.

Rows may come late, and old ones are pushed off the screen: so the chat is seen at its end, and what
stands below the rows of before is new.
"""

from collections.abc import Sequence
from re import Pattern

from appliance.devices.phone.screen import Screen
from appliance.devices.phone.whatsapp.chat import half_of
from appliance.devices.phone.whatsapp.groups import group_pages as pages
from appliance.devices.phone.whatsapp.groups import group_words as words
from appliance.devices.phone.whatsapp.groups.group_hands import GroupHands
from appliance.devices.phone.whatsapp.groups.group_rows import ChatLine, lines_of
from appliance.devices.phone.whatsapp.row_memory import readings
from appliance.devices.phone.whatsapp.rows import list_of

# Half a screen each.
_MOST_PULLS = 6


def is_told(hands: GroupHands, before: Sequence[ChatLine], said: Pattern[str]) -> bool:
    """Whether a row that says so came below the rows of before; it is waited for."""

    def told(app: Screen) -> bool | None:
        now = _end_of(hands, app)
        fits = readings(before, now) if before else []
        fresh = now[fits[0] :] if fits else ()
        return any(said.search(words_of) for words_of, time in fresh if not time) or None

    return hands.seen(told, within_s=hands.phone.patience.row_s) is not None


def has_left(hands: GroupHands) -> bool:
    """Whether the chat has no field to write in, and its last row of the system says that the line
    left; it is waited for.
    """

    def left(app: Screen) -> bool | None:
        if pages.by_id(app, "conversation_contact") is None or pages.by_id(app, "entry"):
            return None
        said = [words_of for words_of, time in _end_of(hands, app) if not time]
        return bool(said and words.LEFT.search(said[-1])) or None

    return hands.seen(left, within_s=hands.phone.patience.row_s) is not None


def _end_of(hands: GroupHands, app: Screen) -> Sequence[ChatLine]:
    """The last rows of the chat, if it is what shows."""
    lines, rows = lines_of(app), list_of(app)
    if rows is None:
        return lines
    area = rows.box
    for _ in range(_MOST_PULLS):
        hands.phone.session.swipe(*half_of(area))
        now = lines_of(hands.look())
        if now == lines:
            break
        lines = now
    return lines
