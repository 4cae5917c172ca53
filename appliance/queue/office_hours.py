"""The hours in which Balie begins messages by itself, in the branch's own time zone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from appliance.store.branches import Branch
from appliance.store.opening_hours import Piece, Week, minutes_of

_LOOK_AHEAD_DAYS = 60
_HOUR_MS = 3_600_000
_DAY_MINUTES = 24 * 60

Spans = tuple[tuple[int, int], ...]
"""From and until, in minutes since the day began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeHours:
    """`weekdays` are ISO numbers, 1 is Monday.

    `holidays` is the country whose public holidays are kept, as ISO 3166 writes it; empty for
    none. `lunch` is from when until when nobody is at the counter. `week` has the spans of each
    day from Monday on; it holds in place of `weekdays`, `opens`, `closes` and `lunch`. `exceptions`
    are days with spans of their own, holidays or not.
    """

    zone: str
    opens: time
    closes: time
    weekdays: frozenset[int]
    lunch: tuple[time, time] | None = None
    holidays: str = ""
    week: tuple[Spans, ...] | None = None
    exceptions: tuple[tuple[date, Spans], ...] = ()

    def is_open(self, at_ms: int) -> bool:
        return self.open_from(at_ms) == at_ms

    def open_from(self, at_ms: int) -> int | None:
        """The first moment from `at_ms` on at which the office is open; None when there is none."""
        for opens_ms, closes_ms in _spans_from(self, at_ms // _HOUR_MS):
            if at_ms < closes_ms:
                return max(at_ms, opens_ms)
        return None

    def on(self, day: date) -> Spans:
        """When it is open on this day, public holidays and exceptions counted in."""
        return _minutes_of(self, day)

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
        week=None if said.week is None else _week(said.week),
        exceptions=tuple(
            (date.fromisoformat(each.date), _minutes(each.open)) for each in said.exceptions
        ),
    )


def _week(week: Week) -> tuple[Spans, ...]:
    return tuple(_minutes(week.get(digit, ())) for digit in "1234567")


def _minutes(pieces: Iterable[Piece]) -> Spans:
    return tuple((minutes_of(begins), minutes_of(ends)) for begins, ends in pieces)


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
    zone = ZoneInfo(hours.zone)

    def moment(minute: int) -> int:
        days, within = divmod(minute, _DAY_MINUTES)
        clock = time(*divmod(within, 60))
        return int(datetime.combine(day + timedelta(days=days), clock, zone).timestamp() * 1000)

    return tuple((moment(opens), moment(closes)) for opens, closes in _minutes_of(hours, day))


def _minutes_of(hours: OfficeHours, day: date) -> Spans:
    for other, spans in hours.exceptions:
        if other == day:
            return spans
    if day in _holidays(hours.holidays, day.year):
        return ()
    if hours.week is not None:
        return hours.week[day.weekday()]
    return tuple(_around_lunch(hours)) if day.isoweekday() in hours.weekdays else ()


def _around_lunch(hours: OfficeHours) -> Iterator[tuple[int, int]]:
    opens, closes = _minute(hours.opens), _minute(hours.closes)
    halves = [(opens, closes)]
    if hours.lunch is not None:
        begins, ends = map(_minute, hours.lunch)
        halves = [(opens, min(begins, closes)), (max(ends, opens), closes)]
    return ((opens, closes) for opens, closes in halves if opens < closes)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute


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
