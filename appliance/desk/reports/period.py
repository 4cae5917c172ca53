"""The days of a report, and into what they are gathered so that a chart has room for them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

from appliance.errors import InvalidInput

USUAL = timedelta(days=29)
"""With today, what a report covers that names no days."""
_DAYS, _WEEKS = timedelta(days=62), timedelta(days=400)
_BEFORE = timedelta(milliseconds=1)
"""Who writes midnight for an end means the day before it."""
_LONGEST = timedelta(days=366 * 20)


class PeriodStep(Enum):
    DAY = "day"
    #: Named by its Monday.
    WEEK = "week"
    #: Named by its first day.
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Whole days of a branch, both ends included."""

    first: date
    last: date

    @property
    def step(self) -> PeriodStep:
        lasts = self.last - self.first
        if lasts <= _DAYS:
            return PeriodStep.DAY
        return PeriodStep.WEEK if lasts <= _WEEKS else PeriodStep.MONTH

    @property
    def steps(self) -> Sequence[str]:
        """The names of all its days, weeks or months: also of those in which nothing happened."""
        return list(dict.fromkeys(self.step_of(each) for each in self._days()))

    def step_of(self, day: date) -> str:
        return _step_of(day, self.step)

    def _days(self) -> Iterator[date]:
        for day in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=day)

    def bounds_ms(self, zone: str) -> tuple[int, int]:
        """Its first moment there, and the first after it. Raises InvalidInput for the last day
        that a calendar has.
        """
        try:
            ends = (self.first, self.last + timedelta(days=1))
            first, after = (
                datetime(each.year, each.month, each.day, tzinfo=ZoneInfo(zone)) for each in ends
            )
            return int(first.timestamp() * 1000), int(after.timestamp() * 1000)
        except OverflowError:
            raise InvalidInput("to", f"{self.last} is too far away.") from None


def period_of(first: str, last: str, *, zone: str, now_ms: int) -> Period:
    """Days as YYYY-MM-DD, or times as ISO 8601 writes them, which stand for their days; empty for
    today and the twenty-nine days before the last one. Raises InvalidInput.
    """
    ends = _day("to", last, zone, before=_BEFORE) if last else _there(now_ms, zone)
    begins = _day("from", first, zone) if first else ends - USUAL
    if begins > ends:
        raise InvalidInput("from", f"The report would begin on {begins}, after it ends on {ends}.")
    if ends - begins > _LONGEST:
        raise InvalidInput("from", "A report covers twenty years at most.")
    return Period(first=begins, last=ends)


def _there(now_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone)).date()


def _day(field: str, text: str, zone: str, *, before: timedelta = timedelta()) -> date:
    """Of a time: the day of the moment so much before it."""
    try:
        if len(text) == len("2026-11-29"):
            return date.fromisoformat(text)
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)) - before
        return at.astimezone(ZoneInfo(zone)).date()
    except (ValueError, OverflowError):
        sentence = f"“{text}” is no day; write it as 2026-11-29, or a time as 2026-11-29T08:00:00Z."
        raise InvalidInput(field, sentence) from None


def _step_of(day: date, step: PeriodStep) -> str:
    if step is PeriodStep.WEEK:
        day -= timedelta(days=day.weekday())
    elif step is PeriodStep.MONTH:
        day = day.replace(day=1)
    return day.isoformat()
