"""Reads a calendar file (iCalendar, RFC 5545) into shifts of a duty roster.

Such a file comes from outside: how much of it is read is bounded, and what is wrong with it is said
in a sentence.
"""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol, cast
from zoneinfo import ZoneInfo

from appliance.characters import clean_name
from appliance.errors import InvalidInput

MOST_BYTES = 1_000_000
MOST_EVENTS = 2_000
MOST_SHIFTS = 5_000
AHEAD = timedelta(days=366)
"""Shifts that repeat for ever are read so far; whoever brings a roster brings another by then."""
LONGEST = timedelta(days=31)
"""A shift that is longer is kept in pieces."""
_WINDOW = timedelta(days=31)
_FIRST_YEAR = _LEAP_YEAR = 2000
_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_OF_TIME = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")


class RosterWrong(InvalidInput):
    """`template` is the sentence without its `values`, as pages translate it."""

    def __init__(self, template: str, **values: str) -> None:
        super().__init__("roster", template.format(**values))
        self.template = template
        self.values = values


TOO_LARGE = "The calendar file is larger than 1 MB. Choose one with the roster alone."
NO_CALENDAR = "This is no calendar file. Save the roster as iCalendar (.ics)."
NOT_UTF_8 = "The calendar file is not in UTF-8. Save it as iCalendar (.ics) anew."
UNREADABLE = "The calendar file cannot be read: it is damaged or was cut off."
NO_EVENT = "There is no event in the calendar file."
TOO_MANY_EVENTS = "The calendar file has more than 2000 events."
TOO_MANY_SHIFTS = "The calendar file has more than 5000 shifts in a year."
ALL_OVER = "No shift of the calendar file ends from now on."
BROKEN_TIME = "“{title}” in the calendar file has a time that cannot be read ({name})."
TOO_OFTEN = "“{title}” in the calendar file repeats more than once a day."
NEVER = "“{title}” in the calendar file repeats on days that do not exist."
TOO_SLOW = "The calendar file takes too long to read. Save the roster anew, from this month on."
NO_TIME = "“{title}” in the calendar file has no time at which it begins."
TOO_OLD = "“{title}” in the calendar file begins before the year 2000."
SENTENCES = (
    *(TOO_LARGE, NO_CALENDAR, NOT_UTF_8, UNREADABLE, NO_EVENT, TOO_MANY_EVENTS, TOO_MANY_SHIFTS),
    *(ALL_OVER, BROKEN_TIME, TOO_OFTEN, NEVER, TOO_SLOW, NO_TIME, TOO_OLD),
)
"""All that is said of a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarShift:
    """`who` is the title of the event, `emails` are those of who is invited to it."""

    starts_ms: int
    ends_ms: int
    who: str
    emails: frozenset[str]


class _Occurrences(Protocol):
    def between(self, start: datetime, stop: datetime) -> Sequence[Any]: ...


def shifts_of(raw: bytes, zone: str, now_ms: int) -> Sequence[CalendarShift]:
    """Those that end from now on, in their order. Raises InvalidInput.

    Some files take hours: `calendar_reading` has a bound.
    """
    calendar = _parsed(raw)
    events = _events(calendar)
    now = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone))
    try:
        for event in events:
            _refuse_ugly(event)
        found = sorted(set(_read(calendar, zone, now)), key=_by_time)
    except InvalidInput:
        raise
    except Exception as exc:  # libraries raise whatever an ugly value makes of itself
        raise RosterWrong(UNREADABLE) from exc
    if not found:
        raise RosterWrong(ALL_OVER)
    return found


def _by_time(shift: CalendarShift) -> tuple[int, int, str]:
    return shift.starts_ms, shift.ends_ms, shift.who


def _parsed(raw: bytes) -> Any:
    # Large, and most processes of the command line never need it.
    from icalendar import Calendar

    if len(raw) > MOST_BYTES:
        raise RosterWrong(TOO_LARGE)
    if b"BEGIN:VCALENDAR" not in raw[:1000].upper():
        raise RosterWrong(NO_CALENDAR)
    try:
        return Calendar.from_ical(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise RosterWrong(NOT_UTF_8) from exc
    except Exception as exc:
        raise RosterWrong(UNREADABLE) from exc


def _events(calendar: Any) -> Sequence[Any]:
    found = calendar.walk("VEVENT")
    if not found:
        raise RosterWrong(NO_EVENT)
    if len(found) > MOST_EVENTS:
        raise RosterWrong(TOO_MANY_EVENTS)
    _tell_apart(found)
    return cast("Sequence[Any]", found)


def _tell_apart(events: Sequence[Any]) -> None:
    """Some programs give all events one id; then the library would take them for one."""
    known: set[str] = set()
    for number, event in enumerate(events):
        if "RECURRENCE-ID" in event:
            continue
        name = str(event.get("UID"))
        if name in known:
            event["UID"] = f"{name}-{number}"
        known.add(name)


def _refuse_ugly(event: Any) -> None:
    """What repeats within a day is no shift, and would take hours to read."""
    for name, _ in event.errors:
        if name in _OF_TIME:
            raise RosterWrong(BROKEN_TIME, title=_title(event), name=name)
    rules = event.get("RRULE") or ()
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        often = any(each in _OFTEN for each in rule.get("FREQ", ()))
        if often or any(len(rule.get(each, ())) > 1 for each in _WITHIN_A_DAY):
            raise RosterWrong(TOO_OFTEN, title=_title(event))
        if not _comes_round(rule):
            raise RosterWrong(NEVER, title=_title(event))
    start = getattr(event.get("DTSTART"), "dt", None)
    if not isinstance(start, date):
        raise RosterWrong(NO_TIME, title=_title(event))
    if start.year < _FIRST_YEAR:
        raise RosterWrong(TOO_OLD, title=_title(event))


def _comes_round(rule: Any) -> bool:
    """False for every 0 days, and for a day that none of its months has."""
    if min(rule.get("INTERVAL") or [1]) < 1:
        return False
    months, days = rule.get("BYMONTH"), rule.get("BYMONTHDAY")
    if not months or not days:
        return True
    return any(abs(day) <= monthrange(_LEAP_YEAR, month)[1] for month in months for day in days)


def _title(event: Any) -> str:
    return clean_name(str(event.get("SUMMARY") or "")) or "?"


def _read(calendar: Any, zone: str, now: datetime) -> Iterator[CalendarShift]:
    import recurring_ical_events

    occurrences: _Occurrences = recurring_ical_events.of(calendar)
    count, start = 0, now
    while start < now + AHEAD:
        for event in occurrences.between(start, start + _WINDOW):
            for shift in _pieces(event, zone):
                count += 1
                if count > MOST_SHIFTS:
                    raise RosterWrong(TOO_MANY_SHIFTS)
                if shift.ends_ms > now.timestamp() * 1000:
                    yield shift
        start += _WINDOW


def _pieces(event: Any, zone: str) -> Iterator[CalendarShift]:
    who = clean_name(str(event.get("SUMMARY") or ""))
    if who is None or str(event.get("STATUS") or "").upper() == "CANCELLED":
        return
    starts = _moment(event["DTSTART"].dt, zone)
    ends = _moment(event["DTEND"].dt, zone)
    while starts < ends:
        until = min(ends, starts + LONGEST)
        yield CalendarShift(
            starts_ms=int(starts.timestamp() * 1000),
            ends_ms=int(until.timestamp() * 1000),
            who=who,
            emails=_emails(event),
        )
        starts = until


def _moment(at: date, zone: str) -> datetime:
    """A day begins at midnight in the branch's zone, which is also that of times without one."""
    if not isinstance(at, datetime):
        return datetime.combine(at, time(), ZoneInfo(zone))
    return at.replace(tzinfo=ZoneInfo(zone)) if at.tzinfo is None else at


def _emails(event: Any) -> frozenset[str]:
    invited = event.get("ATTENDEE") or ()
    each = invited if isinstance(invited, list) else [invited] if invited else []
    return frozenset(str(one).lower().removeprefix("mailto:") for one in each)
