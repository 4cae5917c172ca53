"""Takes out of a text what is about one person: names, numbers, dates and sums become placeholders.

It finds what has a form. What it misses sees the person who makes a canned text of it.
"""

import re
from collections.abc import Iterator, Sequence

import regex

from appliance.desk.search.folding import numbers

_MONTHS = (
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
    "|january|february|march|may|june|july|august|october"
)
# By priority: where two would take the same words, the first does. The names are Dutch, as those
# of lists are.
_FORMS: Sequence[tuple[str, re.Pattern[str]]] = (
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")),
    ("rekening", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,6}(?: ?[A-Z0-9]{1,3})?\b")),
    (
        "bedrag",
        re.compile(
            r"(?:€|EUR) ?\d{1,9}(?:[.,]\d{1,3}){0,4}(?:,-)?"
            r"|(?<!\d)\d{1,9}(?:[.,]\d{1,3}){0,4} ?(?:€|euro\b)",
            re.IGNORECASE,
        ),
    ),
    (
        "tijd",
        re.compile(
            r"\b\d{1,2}:\d{2}(?: ?(?:uur|u)\b)?|\b\d{1,2}(?:\.\d{2})? ?(?:uur|u)\b", re.IGNORECASE
        ),
    ),
    (
        "datum",
        re.compile(
            rf"\b\d{{1,2}}[-/.]\d{{1,2}}(?:[-/.]\d{{2,4}})?\b"
            rf"|\b\d{{1,2}} (?:{_MONTHS})\b(?: \d{{4}})?|\b\d{{4}}-\d{{2}}-\d{{2}}\b",
            re.IGNORECASE,
        ),
    ),
    ("nummer", re.compile(r"\b(?=[\w-]{0,40}\d{3})(?:[A-Za-z]{1,4}-?)?\d[\w-]{3,}\b|\b\d{4,}\b")),
)
_SHORTEST_NAME = 3
"""Shorter ones, as “de” and “An”, are words of any text."""

_Found = tuple[int, int, str]
_Names = Sequence[str | None]


def impersonal(text: str, *, names: _Names, colleagues: Sequence[str] = ()) -> str:
    """`names` are of whom it is with, where one is known; `colleagues` may stand below it."""
    plain = text.replace("{", "(").replace("}", ")")
    taken: list[_Found] = []
    for start, end, kind in _found(plain, names, colleagues):
        if all(end <= other or start >= until for other, until, _ in taken):
            taken.append((start, end, kind))
    return _replaced(plain, sorted(taken))


def _found(text: str, names: _Names, colleagues: Sequence[str]) -> Iterator[_Found]:
    for kind, form in _FORMS[:2]:
        yield from _matches(text, kind, form)
    for token in numbers(text):
        yield token.start, token.end, "nummer"
    for kind, word in _names(names, colleagues):
        called = regex.compile(rf"(?<!\w){regex.escape(word)}(?!\w)", regex.IGNORECASE)
        yield from ((*found.span(), kind) for found in called.finditer(text))
    for kind, form in _FORMS[2:]:
        yield from _matches(text, kind, form)


def _matches(text: str, kind: str, form: re.Pattern[str]) -> Iterator[_Found]:
    return ((*found.span(), kind) for found in form.finditer(text))


def _names(names: _Names, colleagues: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Whole names first."""
    for name in filter(None, names):
        first, *others = name.split() or [""]
        yield "naam" if others else "voornaam", name
        yield from (("voornaam", each) for each in [first] if len(each) >= _SHORTEST_NAME)
        yield from (("achternaam", each) for each in others if len(each) >= _SHORTEST_NAME)
    yield from (("collega", each) for each in colleagues)
    firsts = dict.fromkeys(each.split()[0] for each in colleagues)
    yield from (("collega", each) for each in firsts if len(each) >= _SHORTEST_NAME)


def _replaced(text: str, taken: Sequence[_Found]) -> str:
    """Two values of one kind are two placeholders: each is asked for by itself."""
    pieces: list[str] = []
    values: dict[str, list[str]] = {}
    at = 0
    for start, end, kind in taken:
        value = text[start:end].casefold()
        known = values.setdefault(kind, [])
        if value not in known:
            known.append(value)
        place = 0 if kind in _OF_THE_PERSON else known.index(value)
        pieces += [text[at:start], f"{{{kind}{f'_{place + 1}' if place else ''}}}"]
        at = end
    return "".join([*pieces, text[at:]])


_OF_THE_PERSON = frozenset({"naam", "voornaam", "achternaam"})
