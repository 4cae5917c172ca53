"""What a row of the list says beside the words of its message."""

from dataclasses import dataclass

from appliance.api.web.words.i18n import Words
from appliance.desk.inbox.overview import ConversationRow

_TOLD_MS, _LATE_MS, _OVER_MS = 15 * 60_000, 45 * 60_000, 60 * 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTime:
    """What a row says of time: how long they wait, and how much that presses, or when its message
    came.
    """

    urgency: str
    said: str


def when(words: Words, row: ConversationRow, zone: str, now_ms: int) -> RowTime:
    waited_ms = now_ms - row.waiting_ms if row.waiting_ms else 0
    presses = urgency(waited_ms)
    said = words.span(waited_ms) if presses else words.short(row.last_ms, zone, now_ms)
    return RowTime(urgency=presses, said=said)


def urgency(waited_ms: int) -> str:
    """How the wait for an answer is shown; empty where it is too short to be worth more than the
    time of the message. An hour is what people mean by the same morning.
    """
    if waited_ms < _TOLD_MS:
        return ""
    if waited_ms <= _LATE_MS:
        return "calm"
    return "late" if waited_ms <= _OVER_MS else "over"
