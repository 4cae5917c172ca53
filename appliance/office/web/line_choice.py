"""Which of hundreds of lines somebody means: found by branch or number, as they type."""

from collections.abc import Sequence

from appliance.desk.inbox.overview import InboxLine
from appliance.desk.search.folding import words_of
from appliance.errors import NotFound

MOST_FOUND = 20


def label(line: InboxLine) -> str:
    """One line has it."""
    return f"{line.branch} · {line.readable}"


def fitting(lines: Sequence[InboxLine], typed: str) -> Sequence[InboxLine]:
    """Each word is the beginning of one of the branch, or stands in the number."""
    asked = words_of(typed).split()
    return [each for each in lines if all(_fits(each, word) for word in asked)]


def _fits(line: InboxLine, word: str) -> bool:
    named = words_of(line.branch).split()
    digits = word.removeprefix("+").removeprefix("0")
    is_number = digits.isdigit() and digits in line.number
    return is_number or any(each.startswith(word) for each in named)


def writable(lines: Sequence[InboxLine]) -> Sequence[InboxLine]:
    return [each for each in lines if each.may_write]


def chosen(lines: Sequence[InboxLine], said: str) -> InboxLine:
    """By its id, by its label, or by words that fit it alone. Raises NotFound."""
    typed = said.strip()
    for each in lines:
        if typed in (each.id, label(each)):
            return each
    found = fitting(lines, typed) if typed else ()
    if len(found) == 1:
        return found[0]
    raise NotFound("line")
