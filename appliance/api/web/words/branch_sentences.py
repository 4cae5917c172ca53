"""What is said of a branch's hours, days and rules."""

from collections.abc import Sequence

from babel import Locale
from babel.dates import get_day_names

from appliance.api.web.words.i18n import Words
from appliance.store.branch_settings import BranchSettings


def weekdays(words: Words) -> Sequence[tuple[str, str]]:
    """The ISO digit and the name of each, from Monday."""
    names = get_day_names("wide", locale=words.language)
    return [(str(day + 1), str(names[day])) for day in range(7)]


def hours_of(words: Words, settings: BranchSettings) -> str:
    """`Mon, Tue 08:30-17:30`; where days differ, only on which it is open."""
    names = get_day_names("abbreviated", locale=words.language)
    if settings.week is not None:
        days = ", ".join(str(names[int(each) - 1]) for each, at in settings.week.items() if at)
        return words.text("{days}, each with its own hours").format(days=days or "–")
    days = ", ".join(str(names[int(digit) - 1]) for digit in sorted(settings.weekdays))
    return f"{days} {settings.opens}–{settings.closes}"


def country(words: Words, code: str) -> str:
    return str(Locale(words.language).territories.get(code, code))


def going_back(words: Words, when: str) -> str:
    if when == "log-out":
        return words.text("when they log out everywhere, or at the end of the day")
    if when == "day-end":
        return words.text("at the end of the day")
    return words.text("never by itself")
