"""Text in lines: broken where it gets too wide, each line in the order in which it is seen.

Right-to-left text is ordered by the Unicode algorithm (UAX #9). Signs that only turn the direction
are left out: with them somebody can make words look like others.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import regex
from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection

from appliance.paper.letters import Letters
from appliance.paper.sheets import LetterRun

_RTL = regex.compile(r"[\p{bidi_class=R}\p{bidi_class=AL}]")
_STRONG = regex.compile(r"[\p{bidi_class=L}\p{bidi_class=R}\p{bidi_class=AL}]")
_UNSEEN = regex.compile(r"[\p{Cc}\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")
_TAB = "    "


@dataclass(frozen=True, slots=True)
class BrokenLine:
    """`rtl`: it begins at the right margin."""

    runs: Sequence[LetterRun]
    width: float
    rtl: bool = False


def lines(
    letters: Letters, text: str, style: str, size: float, room: float
) -> Iterator[BrokenLine]:
    """At least one line, an empty one for empty text; none is wider than `room` points."""
    for paragraph in _seen(text).split("\n"):
        rtl = _begins_rtl(paragraph)
        for line in _broken(letters, paragraph, style, size, room):
            yield _ordered(letters, line, style, size, rtl=rtl)


def _seen(text: str) -> str:
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", _TAB)
    plain = unicodedata.normalize("NFC", plain)
    return "\n".join(_UNSEEN.sub("", part) for part in plain.split("\n"))


def _begins_rtl(text: str) -> bool:
    first = _STRONG.search(text)
    return first is not None and _RTL.match(first[0]) is not None


def _broken(letters: Letters, text: str, style: str, size: float, room: float) -> Iterator[str]:
    space = letters.width(" ", style, size)
    line: list[str] = []
    used = 0.0
    for word in text.split(" "):
        width = letters.width(word, style, size)
        if line and used + space + width > room:
            yield " ".join(line)
            line, used = [], 0.0
        *whole, rest = _pieces(letters, word, style, size, room) if width > room else (word,)
        yield from whole
        used += letters.width(rest, style, size) + (space if line else 0)
        line.append(rest)
    yield " ".join(line)


def _pieces(letters: Letters, word: str, style: str, size: float, room: float) -> Iterator[str]:
    """A word that is wider than the line: an address, or somebody's joke."""
    piece, used = "", 0.0
    for cluster in regex.findall(r"\X", word):
        width = letters.width(cluster, style, size)
        if piece and used + width > room:
            yield piece
            piece, used = "", 0.0
        piece, used = piece + cluster, used + width
    yield piece


def _ordered(letters: Letters, text: str, style: str, size: float, *, rtl: bool) -> BrokenLine:
    plain = letters.plain_run(text, style, size)
    runs: list[LetterRun]
    if plain is not None:
        runs = [plain]
    elif not rtl and _RTL.search(text) is None:
        runs = list(_in_words(letters, text, style, size))
    else:
        runs = [
            run
            for part, turned in _seen_order(text, rtl=rtl)
            for run in letters.runs(part, style, size, rtl=turned)
        ]
    return BrokenLine(runs, sum(run.width for run in runs), rtl)


def _in_words(letters: Letters, text: str, style: str, size: float) -> Iterator[LetterRun]:
    """Word by word, because words come again and lines do not."""
    for at, word in enumerate(text.split(" ")):
        yield from letters.runs(f" {word}" if at else word, style, size)


def _seen_order(text: str, *, rtl: bool) -> Sequence[tuple[str, bool]]:
    """Pieces of one level each, and whether each is read from the right (rule L2)."""
    base = TextDirection.RTL if rtl else TextDirection.LTR
    letters = BidiParagraph(text, base_direction=base).get_characters()
    pieces = [
        (level, "".join(each.character for each in group))
        for level, group in groupby(letters, key=lambda each: each.embedding_level)
    ]
    for level in range(max((level for level, _ in pieces), default=0), 0, -1):
        pieces = _turned(pieces, level)
    return [(part, level % 2 == 1) for level, part in pieces]


def _turned(pieces: Sequence[tuple[int, str]], level: int) -> list[tuple[int, str]]:
    found: list[tuple[int, str]] = []
    for is_higher, group in groupby(pieces, key=lambda each: each[0] >= level):
        same = list(group)
        found.extend(reversed(same) if is_higher else same)
    return found
