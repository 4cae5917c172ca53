"""Sentences that ask for no more messages, in the languages of the people who work here.

`sentence_words/` has a table a language: which words mean what, and in which orders these meanings
ask for it. A word that no table knows ends an order: “stop met appen” asks, “stop met roken en app
me” does not. In an order `~` stands for any number of words that only join others, `..` for
anything in the clause, `...` for anything, `^` and `$` for the ends of a clause, `$` also for the
start of a reason. A sentence that has one of the orders under `excuse` is about something else,
such as a list for Saturday; a new job on Saturday is no excuse, but why they ask.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from appliance.desk.consent.letters import plain_words

MAX_WORDS = 40
"""Of a sentence: a longer one says something else too, and staff read it anyway."""

_EVERY = "every_language.toml"
_END = "."
_MARKS = (_END, ",")
_UNKNOWN = "?"
_FAR = "..."
_SIGNS = {"^": "(?:^|[.,])", ",": ",", "..": "[^.,]*", _FAR: ".*"}
_FIRST_LETTER = 0x4E00  # a script of which no letter means anything to `re`
_SHORTEST, _LONGEST = 2, 12
"""Letters of the beginnings of words that the tables have."""


def ask_to_stop(sentences: Sequence[Sequence[str]]) -> bool:
    """True when one of these sentences (`letters.plain_words`) asks for no more messages."""
    return _tables().ask([each for each in sentences if len(each) <= MAX_WORDS])


@dataclass(frozen=True, slots=True)
class _Language:
    """All match a text of one letter a word; a letter stands for a set of meanings."""

    asks: re.Pattern[str]
    excuses: re.Pattern[str]
    far_excuses: re.Pattern[str] | None

    def ask(self, letters: str) -> bool:
        """A sentence is excused by itself, and some by what another sentence says."""
        said = [f"{each}{_END}" for each in letters.split(_END)]
        asks = any(self.asks.search(each) and not self.excuses.search(each) for each in said)
        return asks and not (self.far_excuses and self.far_excuses.search(letters))


class _Tables:
    """All languages: the letter of a word, or of the beginning of one, in each of them."""

    def __init__(self, every: Mapping[str, Any], tables: Iterable[Mapping[str, Any]]) -> None:
        self._every = every
        self._whole: dict[str, dict[int, str]] = {}
        self._begun: dict[str, dict[int, str]] = {}
        self._languages = [self._learn(*each) for each in enumerate(tables)]

    def ask(self, sentences: Sequence[Sequence[str]]) -> bool:
        said = [word for sentence in sentences for word in (*sentence, _END)]
        nothing = [word if word in _MARKS else _UNKNOWN for word in said]
        letters: dict[int, list[str]] = {}
        for place, word in enumerate(said):
            for language, letter in self._meanings(word).items():
                letters.setdefault(language, nothing.copy())[place] = letter
        return any(self._languages[each].ask("".join(letters[each])) for each in letters)

    def _meanings(self, word: str) -> Mapping[int, str]:
        """The letter in each language; the whole word says it before its longest beginning."""
        found: dict[int, str] = {}
        for length in range(_SHORTEST, min(len(word), _LONGEST) + 1):
            found |= self._begun.get(word[:length], {})
        return found | self._whole.get(word, {})

    def _learn(self, language: int, table: Mapping[str, Any]) -> _Language:
        meanings = _meanings(table["words"])
        sets = {
            each: chr(_FIRST_LETTER + at)
            for at, each in enumerate(dict.fromkeys(meanings.values()))
        }
        for word, names in meanings.items():
            kept = self._begun if word.endswith("*") else self._whole
            kept.setdefault(word.rstrip("*"), {})[language] = sets[names]
        excuses = [*self._every["excuse"], *table["excuse"]]
        far = [each for each in excuses if _FAR in each]
        return _Language(
            _pattern([*self._every["ask"], *table["ask"]], sets),
            _pattern([each for each in excuses if _FAR not in each], sets),
            _pattern(far, sets) if far else None,
        )


def _meanings(words: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """What each word means; `bericht*` is how words begin, and says it of those words as well."""
    found: dict[str, set[str]] = {}
    for name, row in words.items():
        for word in row.split():
            found.setdefault(_spelt(word), set()).add(name)
    return {word: frozenset(names | _begun(found, word)) for word, names in found.items()}


def _begun(found: Mapping[str, set[str]], word: str) -> set[str]:
    beginnings = (f"{word[:length]}*" for length in range(_SHORTEST, len(word) + 1))
    return set().union(*(found.get(each, set()) for each in beginnings))


def _spelt(word: str) -> str:
    """As `plain_words` gives the word of a text."""
    ((spelt,),) = plain_words(word.rstrip("*"))
    return f"{spelt}*" if word.endswith("*") else spelt


def _pattern(orders: Iterable[str], sets: Mapping[frozenset[str], str]) -> re.Pattern[str]:
    """Without the orders for whose meanings the language has no word."""

    def letters(names: str) -> str:
        wanted = set(names.split("|"))
        return "".join(letter for each, letter in sets.items() if each & wanted)

    signs = _SIGNS | {
        "~": f"[{letters('between|me|more')}]*",
        "$": f"(?=[.,{letters('because')}])",
    }

    def one(order: str) -> str:
        found = [(signs.get(token), letters(token)) for token in order.split()]
        if not all(sign or word for sign, word in found):
            return ""
        return "".join(sign or f"[{word}]" for sign, word in found)

    return re.compile("|".join(filter(None, map(one, orders))))


@functools.cache
def _tables() -> _Tables:
    folder = resources.files("appliance.desk.consent") / "sentence_words"
    tables = {
        file.name: tomllib.loads(file.read_text(encoding="utf-8"))
        for file in sorted(folder.iterdir(), key=lambda each: each.name)
    }
    return _Tables(tables.pop(_EVERY), tables.values())
