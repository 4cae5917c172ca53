"""What a row of the list says beside the words of its message."""

from dataclasses import dataclass

from appliance.api.web.words.i18n import Words
from appliance.desk.inbox.overview import ConversationRow

_MINUTE_MS = 60_000
_TOLD, _LATE = 1 / 4, 3 / 4
"""Of the time within which the branch wants to answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowTime:
    """What a row says of time: how long they wait, and how much that presses, or when its message
    came.
    """

    urgency: str
    said: str


def when(words: Words, row: ConversationRow, zone: str, now_ms: int, *, within_min: int) -> RowTime:
    waited_ms = now_ms - row.waiting_ms if row.waiting_ms else 0
    presses = urgency(waited_ms, within_min)
    said = words.span(waited_ms) if presses else words.short(row.last_ms, zone, now_ms)
    return RowTime(urgency=presses, said=said)


def urgency(waited_ms: int, within_min: int) -> str:
    """How the wait for an answer is shown; empty where it is too short to be worth more than the
    time of the message. `within_min` is the branch's own target.
    """
    target_ms = within_min * _MINUTE_MS
    if waited_ms < _TOLD * target_ms:
        return ""
    if waited_ms <= _LATE * target_ms:
        return "calm"
    return "late" if waited_ms <= target_ms else "over"
