"""The hours in which Balie begins messages by itself, in the branch's own time zone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from appliance.store.branches import Branch

_LOOK_AHEAD_DAYS = 60
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """`weekdays` are ISO numbers, 1 is Monday.

    `holidays` is the country whose public holidays are kept, as ISO 3166 writes it; empty for
    none. `lunch` is from when until when nobody is at the counter.
    """

    zone: str
    opens: time
    closes: time
    weekdays: frozenset[int]
    lunch: tuple[time, time] | None = None
    holidays: str = ""

    def open_from(self, at_ms: int) -> int | None:
        """The first moment from `at_ms` on at which the office is open; None when there is none."""
        for opens_ms, closes_ms in _spans_from(self, at_ms // _HOUR_MS):
            if at_ms < closes_ms:
                return max(at_ms, opens_ms)
        return None

    def open_ms(self, from_ms: int, until_ms: int) -> int:
        """How long the office was open between the two times."""
        zone = ZoneInfo(self.zone)
        day = datetime.fromtimestamp(from_ms / 1000, zone).date()
        last = datetime.fromtimestamp(until_ms / 1000, zone).date()
        total_ms = 0
        while day <= last:
            for opens_ms, closes_ms in _spans_of(self, day):
                total_ms += max(0, min(closes_ms, until_ms) - max(opens_ms, from_ms))
            day += timedelta(days=1)
        return total_ms


def hours_of(branch: Branch) -> OfficeHours:
    said = branch.settings
    return OfficeHours(
        zone=said.zone,
        opens=time.fromisoformat(said.opens),
        closes=time.fromisoformat(said.closes),
        weekdays=frozenset(int(digit) for digit in said.weekdays),
        lunch=_lunch(said.lunch),
        holidays=said.holidays,
    )


def _lunch(text: str) -> tuple[time, time] | None:
    """Parses a branch's `12:30-13:00`; empty for none."""
    if not text:
        return None
    begins, ends = text.split("-")
    return time.fromisoformat(begins), time.fromisoformat(ends)


@lru_cache(maxsize=4096)
def _spans_from(hours: OfficeHours, hour: int) -> Sequence[tuple[int, int]]:
    """The spans that end in this hour since 1970, and the first that goes on after it."""
    day = datetime.fromtimestamp(hour * _HOUR_MS / 1000, ZoneInfo(hours.zone)).date()
    found = []
    for ahead in range(_LOOK_AHEAD_DAYS):
        for opens_ms, closes_ms in _spans_of(hours, day + timedelta(days=ahead)):
            found.append((opens_ms, closes_ms))
            if closes_ms > (hour + 1) * _HOUR_MS:
                return found
    return found


@lru_cache(maxsize=4096)
def _spans_of(hours: OfficeHours, day: date) -> tuple[tuple[int, int], ...]:
    """The spans in which the office is open on this day, in milliseconds."""
    if day.isoweekday() not in hours.weekdays or day in _holidays(hours.holidays, day.year):
        return ()
    zone = ZoneInfo(hours.zone)

    def moment(clock: time) -> int:
        return int(datetime.combine(day, clock, zone).timestamp() * 1000)

    return tuple((moment(opens), moment(closes)) for opens, closes in _around_lunch(hours))


def _around_lunch(hours: OfficeHours) -> Iterator[tuple[time, time]]:
    if hours.lunch is None:
        halves = [(hours.opens, hours.closes)]
    else:
        begins, ends = hours.lunch
        halves = [
            (hours.opens, min(begins, hours.closes)),
            (max(ends, hours.opens), hours.closes),
        ]
    return ((opens, closes) for opens, closes in halves if opens < closes)


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays; none for a country that the package does not know."""
    if not country:
        return frozenset()
    # The package is large, and most processes of the command line never need it.
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
