"""What a whole message answers to the question of a round: a plain yes, a plain no, or unclear.

It is a table, and nothing is guessed. A message counts only if all of it is an answer, beside a few
words of politeness. A word that means something else in another of the languages is unclear, unless
it is known which one the person speaks.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import pairwise

from appliance.desk.consent.letters import bare


class AnswerReading(Enum):
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


_YES: Mapping[str, tuple[str, ...]] = {
    "nl": (
        *("ja", "jaa", "jaja", "jep", "jazeker", "zeker", "tuurlijk", "natuurlijk", "kan", "1"),
        *("kan wel", "ik kan", "ik kan wel", "dat kan", "ja dat kan", "ja ik kan", "ja kan"),
        *("ik kan werken", "ja ik kan werken", "ik kom", "ja ik kom", "lukt", "dat lukt"),
        *("ja dat lukt", "ja lukt", "ik ben er", "ja ik ben er", "ja ik wil", "ik wil"),
    ),
    "en": (
        *("yes", "yess", "yeah", "yep", "yup", "i can", "yes i can", "i can work", "sure"),
        *("yes i can work", "yes sure", "of course", "yes of course", "i will", "yes i will"),
        *("i m in", "count me in", "yes i want"),
    ),
    "pl": (
        "tak",
        "moge",
        "tak moge",
        "moge pracowac",
        "tak moge pracowac",
        "oczywiscie",
        "ja moge",
    ),
    "ro": ("da", "pot", "da pot", "pot lucra", "da pot lucra", "sigur", "da sigur"),
    "bg": ("да", "мога", "да мога", "da", "moga", "da moga"),
    "tr": ("evet", "olur", "evet olur", "gelirim", "evet gelirim", "calisirim", "tabii"),
    "ar": ("نعم", "ايوه", "ايوة", "اي نعم", "اكيد", "نعم اكيد", "na3am", "naam", "aywa", "ewa"),
    "uk": ("так", "можу", "так можу", "да", "да могу", "могу", "tak", "mozhu", "tak mozhu", "da"),
    "de": ("ja", "jaa", "jawohl", "ja ich kann", "ich kann", "kann", "ja kann ich", "ja gerne"),
}
_NO: Mapping[str, tuple[str, ...]] = {
    "nl": (
        *("nee", "neen", "neee", "nope", "kan niet", "ik kan niet", "nee ik kan niet", "2"),
        *("nee kan niet", "dat kan niet", "kan helaas niet", "ik kan helaas niet", "helaas niet"),
        *("helaas", "nee helaas", "nee helaas niet", "lukt niet", "dat lukt niet", "lukt me niet"),
        *("nee lukt niet", "nee dat lukt niet", "gaat niet", "gaat niet lukken", "nie"),
        *("nee dat gaat niet", "dat gaat niet", "ik kan niet werken", "nee ik kan helaas niet"),
        *("kan ik niet", "dan kan ik niet", "nee dan kan ik niet", "ik kan dan niet"),
    ),
    # A bare "no" is a colloquial yes in Polish: see _OTHER.
    "en": (
        *("no", "nope", "i can t", "i cant", "i cannot", "i can not", "no i can t", "no i cannot"),
        *("can t", "cannot", "no i can not", "not possible", "no i cant", "cant"),
        *("no thanks", "no thank you", "no sorry", "sorry no", "sorry no thanks"),
    ),
    "pl": ("nie", "nie moge", "nie nie moge", "niestety", "niestety nie", "niestety nie moge"),
    "ro": ("nu", "nu pot", "nu nu pot", "din pacate nu", "din pacate nu pot"),
    "bg": ("не", "не мога", "не не мога", "ne", "ne moga"),
    "tr": ("hayir", "olmaz", "hayir olmaz", "gelemem", "hayir gelemem", "calisamam"),
    "ar": ("لا", "لا استطيع", "لا اقدر", "ما اقدر", "la", "laa", "la2"),
    "uk": ("ні", "не можу", "ні не можу", "нет", "не могу", "нет не могу", "ni", "ne mozhu"),
    "de": (
        "nein",
        "nee",
        "ne",
        "kann nicht",
        "ich kann nicht",
        "geht nicht",
        "leider nicht",
        "nein leider nicht",
    ),
}
_OTHER: Mapping[str, tuple[str, ...]] = {
    "nl": ("nu", "naam", "la", "ne"),  # now; name; a drawer; said in dialect for many things
    "en": ("can",),
    "pl": ("no", "da", "ne"),  # a yes in passing; will give
    "ro": ("la", "ne"),  # at; us
    "bg": ("ni", "tak"),  # us; so
    "tr": ("ne", "kan", "ni"),  # what; blood
    "de": ("da", "nie", "nu", "ni"),  # there; never
    "uk": ("ne", "nu"),  # not; well
}
"""What the words above mean elsewhere, where that is neither a yes nor a no."""

_AGREED = frozenset({"kan", "da", "nie", "tak", "ni"})
"""Words that count all the same while nobody has said which language somebody speaks: their other
meaning is no answer to such a question.
"""

_POLITE = frozenset(
    (
        *("hoor", "graag", "bedankt", "dank", "dankjewel", "dankje", "thank"),
        *("alvast", "hoi", "hallo", "hi", "hey", "hello", "goedemorgen", "goedemiddag"),
        *("goedenavond", "groetjes", "please", "thanks", "prosze", "dziekuje"),
        *("dzieki", "czesc", "multumesc", "tesekkurler", "tesekkur"),
        *("ederim", "danke", "gerne", "bitte", "شكرا", "дякую", "спасибо"),
        *("благодаря", "mersi"),
    )
)
_THANKS = frozenset({"dank", "thank"})
_YOU = frozenset({"je", "jullie", "u", "you"})
"""Polite behind a word of thanks. Anywhere else they make it a question: can you?"""
_REGRET = frozenset({"sorry", "leider", "maalesef", "przepraszam", "scuze"})
"""Polite beside a no. Beside a yes nobody knows what is meant."""
_THUMBS = {"\N{THUMBS UP SIGN}": AnswerReading.YES, "\N{THUMBS DOWN SIGN}": AnswerReading.NO}
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff\ufe0e\ufe0f\u20e3]")
_FRIENDLY = frozenset("😀😃😄😁😊🙂😉😅🙏👌💪👋")
_ASKS = frozenset("?؟¿❓❔")
_LONGEST = 60
"""Characters; whoever writes more says more than yes or no."""


def _by_word() -> Mapping[str, Mapping[str, AnswerReading]]:
    meanings: dict[str, dict[str, AnswerReading]] = {}
    for reading, table in (
        (AnswerReading.UNCLEAR, _OTHER),
        (AnswerReading.NO, _NO),
        (AnswerReading.YES, _YES),
    ):
        for language, phrases in table.items():
            for phrase in phrases:
                meanings.setdefault(bare(phrase), {})[language] = reading
    return meanings


_MEANINGS = _by_word()

LANGUAGES: Mapping[str, str] = {
    name: code
    for code, names in {
        "nl": ("nl", "nederlands", "dutch"),
        "en": ("en", "engels", "english"),
        "pl": ("pl", "pools", "polish", "polski"),
        "ro": ("ro", "roemeens", "romanian", "romana"),
        "bg": ("bg", "bulgaars", "bulgarian"),
        "tr": ("tr", "turks", "turkish", "turkce"),
        "ar": ("ar", "arabisch", "arabic"),
        "uk": ("uk", "oekraiens", "ukrainian"),
        "de": ("de", "duits", "german", "deutsch"),
    }.items()
    for name in names
}
"""The languages of the table, by the names under which an office keeps them."""

_FIELDS = frozenset({"taal", "language", "spreekt"})


def language_of(fields: Mapping[str, str]) -> str | None:
    """The language that the office has noted in somebody's own fields."""
    said = (text for name, text in fields.items() if bare(name) in _FIELDS)
    return next((LANGUAGES[bare(text)] for text in said if bare(text) in LANGUAGES), None)


def read_answer(text: str, language: str | None = None) -> AnswerReading:
    """`language` is the person's, where the office knows it."""
    if len(text) > _LONGEST:
        return AnswerReading.UNCLEAR
    plain = _SKIN.sub("", text)
    words = list(_words(plain))
    found = {_THUMBS[sign] for sign in plain if sign in _THUMBS}
    if said := " ".join(_without_politeness(words)):
        found.add(_said(" ".join(words), said, language))
    if _says_more(plain) or len(found) != 1:
        return AnswerReading.UNCLEAR
    reading = found.pop()
    regrets = reading is not AnswerReading.NO and not _REGRET.isdisjoint(words)
    return AnswerReading.UNCLEAR if regrets else reading


def _said(whole: str, said: str, language: str | None) -> AnswerReading:
    """Of all the words, where the table has them so, else of those that are no politeness."""
    return _meaning(whole if whole in _MEANINGS else said, language)


def _meaning(said: str, language: str | None) -> AnswerReading:
    meanings = _MEANINGS.get(said, {})
    if language is not None and language in meanings:
        return meanings[language]
    plain = {each for each in meanings.values() if each is not AnswerReading.UNCLEAR}
    doubtful = len(plain) != len(set(meanings.values())) and said not in _AGREED
    return plain.pop() if len(plain) == 1 and not doubtful else AnswerReading.UNCLEAR


def _without_politeness(words: Sequence[str]) -> Iterator[str]:
    for before, word in pairwise(("", *words)):
        thanks = word in _YOU and before in _THANKS
        if not thanks and word not in _POLITE and word not in _REGRET:
            yield word


def _words(text: str) -> Iterator[str]:
    """As the table has them; of a letter that is held down two are left."""
    folded = re.sub(r"(\w)\1{2,}", r"\1\1", bare(text).replace("\u0131", "i"))
    yield from folded.split()


def _says_more(text: str) -> bool:
    """A question, or a picture that no table knows."""
    return any(
        sign in _ASKS
        or (unicodedata.category(sign) == "So" and sign not in _THUMBS and sign not in _FRIENDLY)
        for sign in text
    )
