"""Where in a text the words stand that were looked for, and the part of it that is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from appliance.desk.search.folding import Token, numbers, words
from appliance.desk.search.question import Term, WordRun

SHOWN = 240
"""Code points of a text that are shown around the first mark."""
_BEFORE = 60

Mark = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """`marks` are stretches of `snippet`, from and to, in code points."""

    snippet: str
    marks: Sequence[Mark]


def excerpt_of(text: str, terms: Sequence[Term]) -> Excerpt:
    marks = marks_in(text, terms)
    if len(text) <= SHOWN:
        return Excerpt(snippet=text, marks=marks)
    start = _start(text, marks[0][0] if marks else 0)
    end = min(len(text), start + SHOWN)
    before, after = "…" if start else "", "…" if end < len(text) else ""
    moved = len(before) - start
    inside = [(max(a, start) + moved, min(b, end) + moved) for a, b in marks if a < end]
    return Excerpt(snippet=f"{before}{text[start:end]}{after}", marks=inside)


def marks_in(text: str, terms: Sequence[Term]) -> Sequence[Mark]:
    """In their order, those that meet are one; none where a term does not fit."""
    in_order, places = words(text), _places(text)
    found: set[Mark] = set()
    for term in terms:
        in_it = _term_in(term, in_order, places)
        if not in_it:
            return ()
        found |= in_it
    return _joined(sorted(found))


def _term_in(
    term: Term, in_order: Sequence[Token], places: Mapping[str, Sequence[Token]]
) -> set[Mark]:
    found: set[Mark] = set()
    for runs in term.alternatives:
        each = [_run_in(run, in_order, places) for run in runs]
        if all(each):
            found.update(mark for marks in each for mark in marks)
    return found


def _places(text: str) -> Mapping[str, Sequence[Token]]:
    """The phone numbers in the text, which may be written in several words."""
    found: dict[str, list[Token]] = {}
    for each in numbers(text):
        found.setdefault(each.word, []).append(each)
    return found


def _run_in(
    run: WordRun, in_order: Sequence[Token], places: Mapping[str, Sequence[Token]]
) -> Sequence[Mark]:
    length = len(run.words)
    starts = range(len(in_order) - length + 1)
    marks = [
        (in_order[at].start, in_order[at + length - 1].end)
        for at in starts
        if _fits(run, in_order[at : at + length])
    ]
    if length == 1:
        marks += [
            (each.start, each.end)
            for number, written in places.items()
            for each in written
            if number == run.words[0] or (run.begins and number.startswith(run.words[0]))
        ]
    return marks


def _fits(run: WordRun, stretch: Sequence[Token]) -> bool:
    *before, last = run.words
    if [token.word for token in stretch[:-1]] != before:
        return False
    word = stretch[-1].word
    return word == last or (run.begins and word.startswith(last))


def _joined(marks: Sequence[Mark]) -> Sequence[Mark]:
    joined: list[Mark] = []
    for start, end in marks:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _start(text: str, mark: int) -> int:
    """Some words before the first mark, at the beginning of one."""
    start = max(0, min(mark - _BEFORE, len(text) - SHOWN))
    space = text.find(" ", start, mark)
    return start if not start or space < 0 else space + 1
