"""The words of care: what is said of numbers, documents and illness, in nine languages.

`care_words/` has a table a language. A word may end in `*`: so begin words that mean it. In a
phrase `~` stands for up to three words and `a|b` for either. Text and tables are compared as
`plain_words` spells them, so case, accents and the letters of a keyboard do not matter.
"""

import functools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from appliance.desk.consent.letters import plain_words
from appliance.store.care_marks import CareKind

_TOPICS = ("bsn", "other_number", "identity", "health")
_GAP = r"(?: \S+){0,3}"


@dataclass(frozen=True, slots=True)
class CareWords:
    """All languages at once for what is looked for; a language alone for what is asked."""

    topics: Mapping[str, re.Pattern[str]]
    common: Mapping[str, frozenset[str]]
    letters: Mapping[str, str]
    asks: Mapping[str, Mapping[CareKind, str]]


def says(topic: str, text: str) -> bool:
    """Whether a sentence of the text has a word or a phrase of it."""
    pattern = tables().topics[topic]
    return any(pattern.search(f" {' '.join(words)} ") for words in plain_words(text))


def language_of(text: str) -> str | None:
    """The one with most of its small words or with letters of its own, where that is clear."""
    said = {word for sentence in plain_words(text) for word in sentence}
    small, letters = text.casefold(), tables().letters
    counts = {
        name: len(said & words) + 2 * any(each in small for each in letters[name])
        for name, words in tables().common.items()
    }
    best = max(counts, key=lambda name: counts[name])
    rivals = sum(count == counts[best] for count in counts.values())
    return best if counts[best] > 1 and rivals == 1 else None


def asks_another_way(kind: CareKind, text: str, language: str) -> str:
    """The sentence that asks for another way, in the language of the text where that is clear,
    else in `language`.
    """
    asks = tables().asks
    return asks[language_of(text) or language][kind]


@functools.cache
def tables() -> CareWords:
    folder = resources.files("appliance.desk.care") / "care_words"
    found = {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
    }
    return CareWords(
        topics={topic: _pattern(topic, found) for topic in _TOPICS},
        common={
            name: frozenset(_spelt(word) for word in table["common"].split())
            for name, table in found.items()
        },
        letters={name: table.get("letters", "") for name, table in found.items()},
        asks={
            name: {kind: " ".join(table[kind.value]["ask"].split()) for kind in CareKind}
            for name, table in found.items()
        },
    )


def _pattern(topic: str, found: Mapping[str, Mapping[str, Any]]) -> re.Pattern[str]:
    phrases: list[str] = []
    for table in found.values():
        phrases += table[topic].get("words", "").split()
        phrases += table[topic].get("phrases", [])
    return re.compile(f"(?= )(?:{'|'.join(sorted({_phrase(each) for each in phrases}))})(?= )")


def _phrase(phrase: str) -> str:
    return "".join(_GAP if each == "~" else f" {_either(each)}" for each in phrase.split())


def _either(token: str) -> str:
    return f"(?:{'|'.join(_word(each) for each in token.split('|'))})"


def _word(word: str) -> str:
    return re.escape(_spelt(word)) + (r"\w*" if word.endswith("*") else "")


def _spelt(word: str) -> str:
    spelt: Sequence[Sequence[str]] = plain_words(word.rstrip("*"))
    return " ".join(spelt[0])
