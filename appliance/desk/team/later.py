"""Until when a conversation is put away: the choices of the page, in the branch's own time."""

from datetime import UTC, datetime, time, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from appliance.errors import InvalidInput

_MORNING = time(9, 0)
_HOUR_MS = 3_600_000
_WEEK = 7


class Until(Enum):
    REPLY = "reply"
    HOUR = "hour"
    TOMORROW = "tomorrow"
    MONDAY = "monday"
    #: A time that somebody wrote.
    AT = "at"


def time_of(until: Until, *, now_ms: int, zone: str, at: str = "") -> int | None:
    """None: until they answer. `at` is a day and a time as a browser writes them. Raises
    InvalidInput for another one.
    """
    if until is Until.REPLY:
        return None
    if until is Until.HOUR:
        return now_ms + _HOUR_MS
    if until is Until.AT:
        return written(at, zone=zone, field="snoozed_until")
    now = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(zone))
    days = 1 if until is Until.TOMORROW else _WEEK - now.weekday()
    return _ms(datetime.combine(now.date() + timedelta(days=days), _MORNING, ZoneInfo(zone)))


def written(at: str, *, zone: str, field: str) -> int:
    """A day and a time as a browser writes them. Raises InvalidInput."""
    try:
        found = datetime.fromisoformat(at)
    except ValueError as exc:
        raise InvalidInput(field, "Choose a day and a time.") from exc
    return _ms(found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone)))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
