"""Texts as words that are alike: without case, accents and signs, the same for index and question.

SQLite's own folding keeps `ł` and `ø` and drops emoji. So texts are cut into words here, and the
index is told to split them at spaces alone (its tokenizer `ascii`).
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import regex

VERSION = 1
"""Goes up when a text becomes other words than before; the index is built anew then."""

MIN_NUMBER, MAX_NUMBER = 7, 17
"""Digits of a phone number with the noughts before it; fewer are a time or a sum."""

_LETTERS_APART = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ħ": "h",
        "ŧ": "t",
        "ı": "i",
        "æ": "ae",
        "œ": "oe",
        "þ": "th",
    }
)
_ACCENTS = regex.compile(r"[\u0300-\u036f]")
# An apostrophe inside a word is left out: who looks for “fotos” finds “foto's”.
_WORD = r"[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}\p{Cf}]|['’ʼ](?=\p{L}))*"
_EMOJI = (
    r"\p{Regional_Indicator}{2}"
    r"|[\p{Extended_Pictographic}--[©®™]](?:[\ufe0f\u200d\p{Emoji_Modifier}\U000e0020-\U000e007f]"
    r"|(?<=\u200d)[\p{Extended_Pictographic}♀♂])*"
)
# Scripts that put no spaces between words: each sign is one.
_ALONE = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}]"
_TOKEN = regex.compile(rf"{_EMOJI}|{_ALONE}|{_WORD}", regex.VERSION1)
_DROPPED = regex.compile(
    r"[\p{Cf}\ufe0f\u20e3\p{Emoji_Modifier}]|[\x00-\x7f--[a-z0-9]]", regex.VERSION1
)
_NUMBER = regex.compile(r"(?<![\p{L}\p{N}])(?:\+|\(|0|31)[\d ().\-/\u2010-\u2015\u00a0+]{5,24}\d")


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is looked for, and where it stands in the text, in code points."""

    word: str
    start: int
    end: int


def words(text: str) -> Sequence[Token]:
    """In their order."""
    found = (Token(_folded(each[0]), *each.span()) for each in _TOKEN.finditer(text))
    return [token for token in found if token.word]


def numbers(text: str) -> Sequence[Token]:
    """The phone numbers in it, each in one word, however it was written."""
    found = (Token(national(each[0]), *each.span()) for each in _NUMBER.finditer(text))
    return [each for each in found if MIN_NUMBER <= len(each.word) <= MAX_NUMBER]


@lru_cache(maxsize=1024)
def words_of(text: str) -> str:
    """What the index is given of a text."""
    return " ".join(token.word for token in (*words(text), *numbers(text)))


def national(number: str) -> str:
    """The digits as one dials them in the Netherlands: `+31 6…` and `06…` are one number."""
    digits = "".join(each for each in number if each.isascii() and each.isdigit())
    if "+" in number[:2]:
        abroad = digits
    elif digits.startswith("00"):
        abroad = digits[2:]
    elif digits.startswith("31") and len(digits) == len("31612345678"):
        abroad = digits
    else:
        return digits
    return "0" + abroad[2:].lstrip("0") if abroad.startswith("31") else "00" + abroad


def _folded(word: str) -> str:
    if word.isascii() and word.isalnum():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word).casefold()
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", apart)).translate(_LETTERS_APART)
    return str(_DROPPED.sub("", plain))
