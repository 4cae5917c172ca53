"""The day that a label of the screen names: of a divider in a chat, or of a row in the list.

Words that are in no table, and dates that can be read in two ways, name none.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta

from appliance.devices.phone.phone_clock import PhoneClock, minute_in
from appliance.devices.phone.texts import label
from appliance.devices.phone.whatsapp.phrases import TODAY

_YESTERDAY = frozenset({"yesterday", "gisteren", "gestern", "ontem", "ayer"})
# A divider or a row names a day of the last week by its weekday.
_WEEKDAYS = (
    {"monday", "maandag", "montag", "segunda-feira", "lunes"},
    {"tuesday", "dinsdag", "dienstag", "terça-feira", "martes"},
    {"wednesday", "woensdag", "mittwoch", "quarta-feira", "miércoles"},
    {"thursday", "donderdag", "donnerstag", "quinta-feira", "jueves"},
    {"friday", "vrijdag", "freitag", "sexta-feira", "viernes"},
    {"saturday", "zaterdag", "samstag", "sábado"},
    {"sunday", "zondag", "sonntag", "domingo"},
)
_MONTHS = (
    {"january", "januari", "januar", "janeiro", "enero"},
    {"february", "februari", "februar", "fevereiro", "febrero"},
    {"march", "maart", "märz", "março", "marzo"},
    {"april", "abril"},
    {"may", "mei", "mai", "maio", "mayo"},
    {"june", "juni", "junho", "junio"},
    {"july", "juli", "julho", "julio"},
    {"august", "augustus", "agosto"},
    {"september", "setembro", "septiembre"},
    {"october", "oktober", "outubro", "octubre"},
    {"november", "novembro", "noviembre"},
    {"december", "dezember", "dezembro", "diciembre"},
)
_DAY_FIRST = re.compile(r"(\d{1,2})\.? (?:de )?([^\W\d]+)(?: (?:de )?(\d{4}))?")
_MONTH_FIRST = re.compile(r"([^\W\d]+) (\d{1,2})(?:, (\d{4}))?")
_FIGURES = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4}|\d{2})")
_CENTURY = 2000
_EPOCH = date(1970, 1, 1)
_WEEK = 7


def today_of(clock: PhoneClock, now_ms: int) -> date:
    """The day that the phone's screen calls today."""
    return _EPOCH + timedelta(days=clock.day_of(now_ms))


def is_of_before(days: Mapping[int, str], place: int, today: date) -> bool:
    """Whether a row is proven to be of an earlier day: by the divider above it, or because one
    stands below it, whatever that says.
    """
    if any(each > place for each in days):
        return True
    above = [each for each in days if each <= place]
    day = day_in(days[max(above)], today) if above else None
    return day is not None and day < today


def may_be_from(shown: str, day: date, today: date) -> bool:
    """Whether a label may name that day or a later one."""
    return any(day <= each <= today for each in _days_named(shown, today))


def is_surely_before(shown: str, day: date, today: date) -> bool:
    """Whether a label names an earlier day, in whatever way it is read."""
    named = [each for each in _days_named(shown, today) if each <= today]
    return bool(named) and max(named) < day


def day_in(shown: str, today: date) -> date | None:
    """None for what names no day for certain; never a day to come."""
    named = _days_named(shown, today)
    found = named.pop() if len(named) == 1 else None
    return found if found is not None and found <= today else None


def _days_named(shown: str, today: date) -> set[date]:
    """Each day that it may name."""
    said = label(shown).casefold()
    if minute_in(said) is not None or said in TODAY:
        return {today}
    if said in _YESTERDAY:
        return {today - timedelta(days=1)}
    found = _weekday(said, today) or _in_words(said, today)
    return {found} if found is not None else _in_figures(said)


def _weekday(said: str, today: date) -> date | None:
    for number, names in enumerate(_WEEKDAYS):
        if said in names:
            return today - timedelta(days=(today.weekday() - number - 1) % _WEEK + 1)
    return None


def _in_words(said: str, today: date) -> date | None:
    if found := _DAY_FIRST.fullmatch(said):
        day, word, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(said):
        word, day, year = found.groups()
    else:
        return None
    month = next((at for at, names in enumerate(_MONTHS, 1) if word in names), None)
    if month is None:
        return None
    if year is not None:
        return _day(int(year), month, int(day))
    this_year = _day(today.year, month, int(day))
    return this_year if this_year and this_year <= today else _day(today.year - 1, month, int(day))


def _in_figures(said: str) -> set[date]:
    """With dashes and dots the day comes first; with strokes it depends on the country."""
    found = _FIGURES.fullmatch(said)
    if found is None:
        return set()
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    year += 0 if year >= _CENTURY else _CENTURY
    readings = {_day(year, second, first)}
    if found[2] == "/":
        readings.add(_day(year, first, second))
    return {each for each in readings if each is not None}


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
