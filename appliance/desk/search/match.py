"""A question in the language of SQLite's index: see the full-text query syntax in its manual."""

from collections.abc import Collection, Sequence

from appliance.desk.search.question import Term, WordRun


def in_column(column: str, terms: Sequence[Term]) -> str:
    """All terms fit in the column; without a column in either."""
    asked = " AND ".join(f"({_term(each)})" for each in terms)
    return f"{column} : ({asked})" if column else asked


def at_places(words: Collection[str]) -> str:
    """It stands at one of these places."""
    return f"place : ({' OR '.join(_quoted(each) for each in sorted(words))})"


def _term(term: Term) -> str:
    return " OR ".join(f"({' AND '.join(map(_run, runs))})" for runs in term.alternatives)


def _run(run: WordRun) -> str:
    return _quoted(" ".join(run.words)) + (" *" if run.begins else "")


def _quoted(text: str) -> str:
    """Folded words hold no quotes."""
    return f'"{text}"'
