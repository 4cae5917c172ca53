"""How people say how it went, read strictly: the whole message is a mark from 1 to 5 or a thumb."""

import unicodedata
from enum import Enum

from appliance.characters import without_hidden
from appliance.desk.consent.letters import bare


class Mark(Enum):
    """The values are those of the column."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"
    FIVE = "5"
    UP = "up"
    DOWN = "down"


_THUMBS = {"\N{THUMBS UP SIGN}": Mark.UP, "\N{THUMBS DOWN SIGN}": Mark.DOWN}
# In the languages of `consent/sentence_words/`.
_SAID = {
    Mark.UP: (
        *("goed", "prima", "top", "good", "great", "gut", "super", "dobrze", "bine"),
        *("добре", "хорошо", "iyi", "جيد"),
    ),
    Mark.DOWN: (
        *("slecht", "niet goed", "bad", "not good", "schlecht", "nicht gut", "źle", "rău"),
        *("зле", "погано", "плохо", "kötü", "سيئ"),
    ),
}
_BY_WORDS = {bare(word): mark for mark, words in _SAID.items() for word in words}
_MARKS = {mark.value: mark for mark in Mark if mark.value.isdecimal()}


def mark_of(text: str) -> Mark | None:
    """None for whatever else it says; a person reads it then."""
    said = bare(text)
    if not said:
        return _thumb(text)
    if said.isdecimal() and len(said) == 1:
        return _MARKS.get(str(unicodedata.digit(said)))
    return _BY_WORDS.get(said)


def _thumb(text: str) -> Mark | None:
    """One thumb, of whatever colour, once or more; both kinds say nothing."""
    signs = [sign for sign in without_hidden(text) if not _is_beside(sign)]
    if len(set(signs)) != 1:
        return None
    return _THUMBS.get(signs[0])


def _is_beside(sign: str) -> bool:
    """Spaces and marks, and what gives a thumb its colour."""
    return sign.isspace() or unicodedata.category(sign) in {"Po", "Sk", "Mn"}
