"""A question in the language of SQLite's index: see the full-text query syntax in its manual."""

from collections.abc import Callable, Collection, Sequence

from appliance.desk.search.question import Term, WordRun

WordsThatBegin = Callable[[str], Sequence[str] | None]
"""None: the index is asked for the beginning itself."""


def in_any_column(terms: Sequence[Term]) -> str:
    """All terms fit, wherever."""
    return _all(terms, lambda _: None)


def in_words(terms: Sequence[Term], words_that_begin: WordsThatBegin) -> str:
    """All terms fit in what a message says."""
    return f"words : ({_all(terms, words_that_begin)})"


def at_places(words: Collection[str]) -> str:
    """It stands at one of these places."""
    return f"place : ({' OR '.join(_quoted(each) for each in sorted(words))})"


def _all(terms: Sequence[Term], words_that_begin: WordsThatBegin) -> str:
    def alternative(runs: Sequence[WordRun]) -> str:
        return f"({' AND '.join(_run(each, words_that_begin) for each in runs)})"

    fits = (" OR ".join(alternative(runs) for runs in term.alternatives) for term in terms)
    return " AND ".join(f"({each})" for each in fits)


def _run(run: WordRun, words_that_begin: WordsThatBegin) -> str:
    *before, last = run.words
    words = words_that_begin(last) if run.begins else [last]
    if words is None:
        return f"{_quoted(' '.join(run.words))} *"
    whole = [_quoted(" ".join((*before, each))) for each in words or [last]]
    return f"({' OR '.join(whole)})"


def _quoted(text: str) -> str:
    """Folded words hold no quotes."""
    return f'"{text}"'
