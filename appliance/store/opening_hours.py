"""Opening hours as a branch says them: the pieces of each weekday, and days that differ."""

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from appliance.store import kept_settings

Piece = tuple[str, str]
"""From and until, HH:MM in the branch's zone; until may be 24:00."""
Pieces = tuple[Piece, ...]
Week = dict[str, Pieces]
"""By ISO digit, 1 is Monday. A day that is left out is closed."""

WEEK_SENTENCE = (
    "Give for each weekday, 1 for Monday to 7 for Sunday, from when until when the branch is open,"
    ' such as {"1": [["08:30", "12:30"], ["13:00", "17:30"]]}.'
)
EXCEPTIONS_SENTENCE = (
    "Give each day that differs once, with its date and its hours, such as"
    ' {"date": "2026-12-24", "open": [["08:30", "12:00"]]}; no hours: closed.'
)
MOST_PIECES = 8
MOST_EXCEPTIONS = 400
_MINUTES = 60
_BEGINS = re.compile("([01][0-9]|2[0-3]):[0-5][0-9]")
_ENDS = re.compile(rf"{_BEGINS.pattern}|24:00")


def minutes_of(clock: str) -> int:
    """The minutes since the day began."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * _MINUTES + int(minutes)


def plain_week(weekdays: str, opens: str, closes: str, lunch: str) -> Week:
    """The week of a branch that has the same hours on each of its days."""
    begins, _, ends = lunch.partition("-")
    pieces: list[Piece] = [(opens, closes)]
    if lunch:
        pieces = [(opens, min(begins, closes)), (max(ends, opens), closes)]
    held = tuple(piece for piece in pieces if piece[0] < piece[1])
    return dict.fromkeys(sorted(weekdays), held)


def checked_pieces(day: str, pieces: Sequence[Piece]) -> Pieces:
    """In their order. Raises what pydantic reads as a wrong value, with a sentence about `day`."""
    if len(pieces) > MOST_PIECES:
        raise kept_settings.wrong(f"On {day} there are more than {MOST_PIECES} pieces.")
    for begins, ends in pieces:
        for clock, known in ((begins, _BEGINS), (ends, _ENDS)):
            if not known.fullmatch(clock):
                raise kept_settings.wrong(f"On {day} “{clock}” is no time; write it as 08:30.")
        if begins >= ends:
            raise kept_settings.wrong(
                f"On {day} the branch would close at {ends}, before it opens at {begins}."
            )
    held = tuple(sorted((begins, ends) for begins, ends in pieces))
    for before, after in pairwise(held):
        if after[0] < before[1]:
            both = f"{'-'.join(before)} and {'-'.join(after)}"
            raise kept_settings.wrong(f"On {day} the hours {both} overlap.")
    return held


def _week(week: Mapping[str, Pieces] | None) -> Week | None:
    if week is None:
        return None
    if not set(week) <= set("1234567"):
        raise ValueError(week)
    return {
        digit: checked_pieces(calendar.day_name[int(digit) - 1], week[digit])
        for digit in sorted(week)
    }


def _day(text: str) -> str:
    if date.fromisoformat(text).isoformat() != text:
        raise ValueError(text)
    return text


class ExceptionDay(BaseModel):
    """A day with other hours than its weekday has; it counts on a public holiday, too."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: Annotated[str, AfterValidator(_day)]
    open: Pieces = ()


def _exceptions(days: Sequence[ExceptionDay]) -> tuple[ExceptionDay, ...]:
    if len({each.date for each in days}) < len(days) or len(days) > MOST_EXCEPTIONS:
        raise ValueError(days)
    return tuple(
        ExceptionDay(date=each.date, open=checked_pieces(each.date, each.open))
        for each in sorted(days, key=lambda each: each.date)
    )


CheckedWeek = Annotated[Week | None, AfterValidator(_week)]
CheckedExceptions = Annotated[tuple[ExceptionDay, ...], AfterValidator(_exceptions)]
