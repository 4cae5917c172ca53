"""Words on a screen that are an app's own: those of a sentence that a table of the driver knows.

They stay in a recording, because a parser is tested with them. Whatever stands between the words of
such a sentence, a number or a name, is not in the table and does not stay.
"""

import re
from collections.abc import Iterable
from functools import cache

from appliance.devices.phone.sms import question
from appliance.devices.phone.texts import label
from appliance.devices.phone.whatsapp import dialogs, message_words, phrases, stops

_SENTENCES = (
    *dialogs.SENTENCES,
    *stops.SENTENCES,
    *message_words.SENTENCES,
    *question.SENTENCES,
    phrases.ENCRYPTED,
    phrases.SEARCHING,
)
_WORD = re.compile(r"[^\W\d_]+")
_ESCAPE = re.compile(r"\\[A-Za-z]")

Span = tuple[int, int]


def spans_in(text: str) -> Iterable[Span]:
    """The places of an app's own words in the text."""
    for sentence in _SENTENCES:
        for found in sentence.finditer(text):
            for word in _WORD.finditer(text, found.start(), found.end()):
                if word[0].casefold() in _words_of(sentence):
                    yield word.span()


def is_label(text: str) -> bool:
    """Whether it is nothing but a word that the driver knows, such as that of a tick."""
    return label(text).casefold() in phrases.TICKS or text in phrases.READ_MORE


@cache
def _words_of(sentence: re.Pattern[str]) -> frozenset[str]:
    return frozenset(
        word[0].casefold() for word in _WORD.finditer(_ESCAPE.sub(" ", sentence.pattern))
    )
