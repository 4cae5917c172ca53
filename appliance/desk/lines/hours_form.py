"""Hours as people write them in a form: `08:30-12:30 13:00-17:30`, and days that differ."""

import re
from collections.abc import Mapping, Sequence

from appliance.errors import InvalidInput
from appliance.store.branch_settings import BranchSettings
from appliance.store.opening_hours import ExceptionDay, Piece

DAYS = "1234567"
WEEK = "week"
"""What the form says where each day has hours of its own."""
_PIECE = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|–|tot|to|until)\s*(\d{1,2})[:.](\d{2})")
_BETWEEN = re.compile(r"(?:[\s,;/&]|en|and)*")


def pieces_in(text: str, field: str) -> list[list[str]]:
    """Empty: closed. Raises InvalidInput for what is no hours; what cannot be is found later."""
    found = [
        [f"{int(begins):02}:{minute}", f"{int(ends):02}:{until}"]
        for begins, minute, ends, until in _PIECE.findall(text)
    ]
    if not _BETWEEN.fullmatch(_PIECE.sub("", text)):
        raise InvalidInput(field, f"“{text.strip()}” is no hours; write 08:30-12:30 13:00-17:30.")
    return found


def week_in(form: Mapping[str, str]) -> dict[str, list[list[str]]]:
    """Of the fields `day-1` to `day-7`. Raises InvalidInput."""
    return {digit: pieces_in(form.get(f"day-{digit}", ""), "week") for digit in DAYS}


def exceptions_in(text: str) -> list[dict[str, object]]:
    """A date and its hours in each line. Raises InvalidInput."""
    days = (line.strip().partition(" ") for line in text.splitlines() if line.strip())
    return [{"date": date, "open": pieces_in(hours, "exceptions")} for date, _, hours in days]


def pieces_text(pieces: Sequence[Piece]) -> str:
    return " ".join(f"{begins}-{ends}" for begins, ends in pieces)


def week_texts(settings: BranchSettings) -> Mapping[str, str]:
    """What the fields show, also where all days have the same hours."""
    week = settings.open_week
    return {f"day-{digit}": pieces_text(week.get(digit, ())) for digit in DAYS}


def exceptions_text(days: Sequence[ExceptionDay]) -> str:
    return "\n".join(f"{each.date} {pieces_text(each.open)}".rstrip() for each in days)
