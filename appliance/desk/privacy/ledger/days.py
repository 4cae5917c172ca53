"""The moment that somebody asks about: a day stands for its end."""

from datetime import date, datetime

from appliance.desk.reports.period import Period
from appliance.errors import InvalidInput
from appliance.moments import LATEST_MS
from appliance.store.branch_settings import BranchSettings


def until_ms(said: str | None, *, now_ms: int) -> int:
    """Of a day, or of a time with its offset; now where nothing is said. Raises InvalidInput."""
    if not said:
        return now_ms
    on_ms = _said_ms(said)
    if not 0 <= on_ms <= LATEST_MS:
        raise InvalidInput("on", "Nothing is on record of a day so far away.")
    return on_ms


def _said_ms(said: str) -> int:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        return _time_ms(said)
    return Period(first=day, last=day).bounds_ms(BranchSettings().zone)[1] - 1


def _time_ms(said: str) -> int:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise InvalidInput("on", "Give a day as 2026-03-31, or a time with its offset.")
    return int(at.timestamp() * 1000)
