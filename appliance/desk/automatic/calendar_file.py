"""Reads a calendar file (iCalendar, RFC 5545) into shifts of a duty roster.

Such a file comes from outside: how much of it is read is bounded, and what is wrong with it is said
in a sentence.
"""

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
_FIRST_YEAR = 2000
_OFTEN = ("SECONDLY", "MINUTELY", "HOURLY")
_WITHIN_A_DAY = ("BYHOUR", "BYMINUTE", "BYSECOND")
_OF_TIME = ("DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID")
_UNREADABLE = "The calendar file cannot be read: it is damaged or was cut off."


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
    """Those that end from now on, in their order. Takes up to some seconds: not for the event loop.

    Raises InvalidInput.
    """
    calendar = _parsed(raw)
    for event in _events(calendar):
        _refuse_ugly(event)
    now = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone))
    try:
        found = sorted(set(_read(calendar, zone, now)), key=_by_time)
    except InvalidInput:
        raise
    except Exception as exc:  # libraries raise whatever an ugly value makes of itself
        raise _wrong(_UNREADABLE) from exc
    if not found:
        raise _wrong("No shift of the calendar file ends from now on.")
    return found


def _by_time(shift: CalendarShift) -> tuple[int, int, str]:
    return shift.starts_ms, shift.ends_ms, shift.who


def _wrong(sentence: str) -> InvalidInput:
    return InvalidInput("roster", sentence)


def _parsed(raw: bytes) -> Any:
    # Large, and most processes of the command line never need it.
    from icalendar import Calendar

    if len(raw) > MOST_BYTES:
        raise _wrong("The calendar file is larger than 1 MB. Choose one with the roster alone.")
    if b"BEGIN:VCALENDAR" not in raw[:1000].upper():
        raise _wrong("This is no calendar file. Save the roster as iCalendar (.ics).")
    try:
        return Calendar.from_ical(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        raise _wrong(
            "The calendar file is not in UTF-8. Save it as iCalendar (.ics) anew."
        ) from exc
    except Exception as exc:
        raise _wrong(_UNREADABLE) from exc


def _events(calendar: Any) -> Sequence[Any]:
    found = calendar.walk("VEVENT")
    if not found:
        raise _wrong("There is no event in the calendar file.")
    if len(found) > MOST_EVENTS:
        raise _wrong(f"The calendar file has more than {MOST_EVENTS} events.")
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
            raise _wrong(f"{_titled(event)} has a time that cannot be read ({name}).")
    rules = event.get("RRULE") or ()
    for rule in rules if isinstance(rules, list) else [rules] if rules else []:
        often = any(each in _OFTEN for each in rule.get("FREQ", ()))
        if often or any(len(rule.get(each, ())) > 1 for each in _WITHIN_A_DAY):
            raise _wrong(f"{_titled(event)} repeats more than once a day.")
    start = getattr(event.get("DTSTART"), "dt", None)
    if not isinstance(start, date):
        raise _wrong(f"{_titled(event)} has no time at which it begins.")
    if start.year < _FIRST_YEAR:
        raise _wrong(f"{_titled(event)} begins before the year {_FIRST_YEAR}.")


def _titled(event: Any) -> str:
    return f"“{clean_name(str(event.get('SUMMARY') or '')) or '?'}” in the calendar file"


def _read(calendar: Any, zone: str, now: datetime) -> Iterator[CalendarShift]:
    import recurring_ical_events

    occurrences: _Occurrences = recurring_ical_events.of(calendar)
    count, start = 0, now
    while start < now + AHEAD:
        for event in occurrences.between(start, start + _WINDOW):
            for shift in _pieces(event, zone):
                count += 1
                if count > MOST_SHIFTS:
                    raise _wrong(f"The calendar file has more than {MOST_SHIFTS} shifts in a year.")
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
