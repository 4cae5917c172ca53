"""What somebody looks for, as they type it: words, phrases, numbers and filters.

`loonstrook "niet ontvangen" from:jan after:2026-03-01`: all of it must fit. A word also finds what
begins like it, a phrase in quotes finds these words beside each other. Each part becomes a term,
from which both the question to the index and the marks in what was found are made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

import regex

from appliance.desk.search.dutch_forms import other_forms
from appliance.desk.search.folding import national, words
from appliance.errors import InvalidInput
from appliance.media.kinds import MediaKind
from appliance.messages import MessageState

Choice = TypeVar("Choice")

FIELD = "q"
MAX_LENGTH = 500
MAX_TERMS = 30

_MIN_DIGITS = 3

_PIECE = regex.compile(r'(?:(?P<name>\p{L}+):(?!//))?(?:"(?P<quoted>[^"]*)"?|(?P<plain>[^\s"]+))')
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
_OF_NUMBER = regex.compile(r"\+?[0-9()][0-9().\-/]*")
_DATE = regex.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_FILTERS = ("from", "line", "label", "before", "after", "has", "is")
_STATES: Mapping[str, frozenset[MessageState]] = {
    **{each.value: frozenset({each}) for each in MessageState},
    # Whatever the cause: it did not arrive.
    "failed": frozenset({MessageState.FAILED, MessageState.REFUSED, MessageState.EXPIRED}),
}
_MEDIA: Mapping[str, frozenset[MediaKind]] = {
    **{each.value: frozenset({each}) for each in MediaKind},
    "photo": frozenset({MediaKind.IMAGE}),
    "file": frozenset(MediaKind),
}


class WrongFilter(InvalidInput):
    """`name` is that of the filter, as it was typed."""

    def __init__(self, name: str, sentence: str) -> None:
        super().__init__(FIELD, sentence)
        self.name = name


@dataclass(frozen=True, slots=True)
class WordRun:
    """Words that follow each other; `begins`: the last one is only the beginning of a word."""

    words: tuple[str, ...]
    begins: bool


@dataclass(frozen=True, slots=True)
class Term:
    """Fits where all runs of one of its alternatives stand."""

    alternatives: tuple[tuple[WordRun, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuestion:
    """`writers`, `lines` and `labels` as they were typed. `before` and `since` are days. None: no
    filter on that.
    """

    terms: Sequence[Term]
    writers: Sequence[str] = ()
    lines: Sequence[str] = ()
    labels: Sequence[str] = ()
    before: date | None = None
    since: date | None = None
    media: frozenset[MediaKind] | None = None
    states: frozenset[MessageState] | None = None

    @property
    def is_about_messages(self) -> bool:
        """It asks what no person and no conversation as a whole has."""
        asked = (self.before, self.since, self.media, self.states)
        return bool(self.writers) or any(each is not None for each in asked)

    @property
    def asks_nothing(self) -> bool:
        """Nothing in it can be looked for, as in a question mark alone."""
        return not (self.terms or self.lines or self.labels or self.is_about_messages)


def question_of(text: str) -> SearchQuestion:
    """Raises InvalidInput with a sentence that says what to write instead."""
    if len(text) > MAX_LENGTH:
        raise InvalidInput(FIELD, f"A search has at most {MAX_LENGTH} characters.")
    filters: dict[str, list[str]] = {}
    pieces = list(_pieces(text, filters))
    terms = list(_terms(pieces))
    if len(terms) > MAX_TERMS:
        raise InvalidInput(FIELD, f"A search has at most {MAX_TERMS} words.")
    return SearchQuestion(
        terms=terms,
        writers=filters.get("from", ()),
        lines=filters.get("line", ()),
        labels=filters.get("label", ()),
        before=_day("before", filters, min),
        since=_day("after", filters, max),
        media=_chosen("has", filters, _MEDIA),
        states=_chosen("is", filters, _STATES),
    )


@dataclass(frozen=True, slots=True)
class _Typed:
    text: str
    quoted: bool


def beginning_of(text: str) -> Term | None:
    """A name or a number that begins so; None when nothing of it can be looked for."""
    piece = _Typed(text, quoted=False)
    number = text.replace(" ", "")
    if _OF_NUMBER.fullmatch(number):
        return next(_number([_Typed(number, quoted=False)]), None)
    return next(_word(piece.text), None)


def _pieces(text: str, filters: dict[str, list[str]]) -> Iterator[_Typed]:
    """What is no filter; the filters are put into `filters`."""
    for found in _PIECE.finditer(text.translate(_QUOTES)):
        quoted = found["quoted"] is not None
        value = found["quoted"] if quoted else found["plain"] or ""
        name = (found["name"] or "").lower()
        if not quoted and value.endswith(":") and value[:-1].lower() in _FILTERS:
            name, value = value[:-1].lower(), ""
        if name:
            filters.setdefault(_known(name), []).append(_value(name, value))
        else:
            yield _Typed(value, quoted)


def _known(name: str) -> str:
    if name not in _FILTERS:
        names = ", ".join(f"{each}:" for each in _FILTERS)
        sentence = f"There is no filter “{name}:”. There are {names}. Put words in quotes."
        raise WrongFilter(name, sentence)
    return name


def _value(name: str, value: str) -> str:
    if not value.strip():
        raise WrongFilter(name, f"Write behind “{name}:”, without a space, what it is to be.")
    return value.strip()


def _terms(pieces: Sequence[_Typed]) -> Iterator[Term]:
    number: list[_Typed] = []
    for piece in pieces:
        if not piece.quoted and _OF_NUMBER.fullmatch(piece.text):
            if piece.text[0] in "+0(" and not _could_go_on(number):
                yield from _number(number)
                number = []
            number.append(piece)
            continue
        yield from _number(number)
        number = []
        yield from _phrase(piece.text) if piece.quoted else _word(piece.text)
    yield from _number(number)


def _could_go_on(number: Sequence[_Typed]) -> bool:
    """`+31 (0)6`: a bracket and a nought may stand inside."""
    return bool(number) and number[-1].text.startswith("+")


def _number(pieces: Sequence[_Typed]) -> Iterator[Term]:
    """Pieces of one phone number, or figures that only look so: both are looked for."""
    apart = [run for piece in pieces for run in _runs(piece.text)]
    if not apart:
        return
    written = "".join(piece.text for piece in pieces)
    digits = national(written)
    if written[0] not in "+0(" or len(digits) < _MIN_DIGITS:
        yield from (Term(((run,),)) for run in apart)
        return
    whole = WordRun((digits,), begins=True)
    yield Term(((whole,),) if apart == [whole] else ((whole,), tuple(apart)))


def _word(text: str) -> Iterator[Term]:
    for run in _runs(text):
        others = other_forms(run.words[0]) if len(run.words) == 1 else frozenset()
        forms = [(WordRun((each,), begins=False),) for each in sorted(others)]
        yield Term(((run,), *forms))


def _runs(text: str) -> Iterator[WordRun]:
    """One, unless nothing of the text can be looked for."""
    if found := _words(text):
        yield WordRun(found, begins=_begins_few(found[-1]))


def _begins_few(word: str) -> bool:
    """One letter or figure begins nearly everything."""
    return len(word) > 1 or not word.isascii()


def _phrase(text: str) -> Iterator[Term]:
    if found := _words(text):
        yield Term(((WordRun(found, begins=False),),))


def _words(text: str) -> tuple[str, ...]:
    return tuple(each.word for each in words(text))


def _day(
    name: str, filters: Mapping[str, Sequence[str]], narrowest: Callable[[Sequence[date]], date]
) -> date | None:
    days = [_date(name, each) for each in filters.get(name, ())]
    return narrowest(days) if days else None


def _date(name: str, value: str) -> date:
    try:
        if _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise WrongFilter(name, f"Write a day behind “{name}:” as 2026-03-31; “{value}” is none.")


def _chosen(
    name: str, filters: Mapping[str, Sequence[str]], known: Mapping[str, frozenset[Choice]]
) -> frozenset[Choice] | None:
    """What all values of the filter allow."""
    allowed: frozenset[Choice] | None = None
    for value in filters.get(name, ()):
        found = known.get(value.lower())
        if found is None:
            names = ", ".join(sorted(known))
            raise WrongFilter(name, f"“{name}:{value}” is not known. There are: {names}.")
        allowed = found if allowed is None else allowed & found
    return allowed
