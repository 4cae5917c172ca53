"""From when to when an archive goes: days, moments, a quarter or a year."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from appliance.errors import InvalidInput

_QUARTER = re.compile(r"(\d{4})(?:-?[Qq]([1-4]))?", re.ASCII)
_MONTHS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivePeriod:
    """From one moment up to before another."""

    from_ms: int
    until_ms: int


def period_between(first: str, last: str, *, zone: str, now_ms: int) -> ArchivePeriod:
    """Days as 2026-11-29, the last one included, or moments as ISO 8601 writes them. An empty first
    is the beginning, as one before 1970 is, an empty last is now, and nothing goes beyond now.
    Raises InvalidInput.
    """
    from_ms = max(_moment("from", first, zone), 0) if first else 0
    until_ms = _moment("to", last, zone, whole_day=True) if last else now_ms + 1
    if from_ms > now_ms:
        raise InvalidInput("from", "That is still to come; nothing has been written then.")
    if from_ms >= until_ms:
        raise InvalidInput("to", "The archive would end before it begins.")
    return ArchivePeriod(from_ms=from_ms, until_ms=min(until_ms, now_ms + 1))


def named_period(name: str, *, zone: str, now_ms: int) -> ArchivePeriod:
    """A quarter as 2026-Q3 or a year as 2026. Raises InvalidInput."""
    found = _QUARTER.fullmatch(name.strip())
    if found is None or not 1970 <= int(found[1]) <= 9998:  # noqa: PLR2004 -- a calendar's
        raise InvalidInput("period", "Write a quarter as 2026-Q3, or a year as 2026.")
    year, quarter = int(found[1]), int(found[2]) if found[2] else None
    begins = date(year, 1 if quarter is None else quarter * _MONTHS - 2, 1)
    ends = date(year + 1, 1, 1) if quarter is None else _next_quarter(begins)
    from_ms, until_ms = _midnight(begins, zone), _midnight(ends, zone)
    if from_ms >= now_ms:
        raise InvalidInput("period", "That is still to come; nothing has been written then.")
    return ArchivePeriod(from_ms=from_ms, until_ms=min(until_ms, now_ms + 1))


def last_quarter(zone: str, now_ms: int) -> str:
    """The name of the one that ended last there."""
    today = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone)).date()
    begun = date(today.year, (today.month - 1) // _MONTHS * _MONTHS + 1, 1)
    return quarter_name(begun - timedelta(days=1))


def quarter_name(day: date) -> str:
    return f"{day.year}-Q{(day.month - 1) // _MONTHS + 1}"


def recent_names(zone: str, now_ms: int) -> list[str]:
    """What the page offers: this quarter, the four before it, this year and the one before."""
    today = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone)).date()
    first = date(today.year, (today.month - 1) // _MONTHS * _MONTHS + 1, 1)
    names = []
    for _ in range(5):
        names.append(quarter_name(first))
        first = (first - timedelta(days=1)).replace(day=1)
        first = date(first.year, (first.month - 1) // _MONTHS * _MONTHS + 1, 1)
    return [*names, str(today.year), str(today.year - 1)]


def _next_quarter(begins: date) -> date:
    later = begins.month + _MONTHS
    return date(begins.year + (later > 12), later % 12 or 12, 1)  # noqa: PLR2004 -- months


def _moment(field: str, text: str, zone: str, *, whole_day: bool = False) -> int:
    try:
        if len(text) == len("2026-11-29"):
            day = date.fromisoformat(text) + timedelta(days=1 if whole_day else 0)
            return _midnight(day, zone)
        at = datetime.fromisoformat(text)
        return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        sentence = f"“{text}” is no day; write it as 2026-11-29, or a time as 2026-11-29T08:00:00Z."
        raise InvalidInput(field, sentence) from None


def _midnight(day: date, zone: str) -> int:
    at = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    return int(at.timestamp() * 1000)
