"""What a row of the list says beside the words of its message."""

_TOLD_MS, _LATE_MS, _OVER_MS = 15 * 60_000, 45 * 60_000, 60 * 60_000


def urgency(waited_ms: int) -> str:
    """How the wait for an answer is shown; empty where it is too short to be worth more than the
    time of the message. An hour is what people mean by the same morning.
    """
    if waited_ms < _TOLD_MS:
        return ""
    if waited_ms <= _LATE_MS:
        return "calm"
    return "late" if waited_ms <= _OVER_MS else "over"
