"""Messages that are not STOP but may well mean it, in the languages of those who work here.

A person decides, so a mark may be wrong. But people who are ill write “meldt zich af” and people
who quit write “stopt ermee”: if every other message had a mark, soon nobody would read them.
"""

import re
from collections.abc import Sequence

from appliance.desk.consent.letters import bare, plain_words
from appliance.desk.consent.rule_words import STOP_WORDS, is_stop
from appliance.desk.consent.sentences import ask_to_stop

MAX_POLITE = 14
"""Words of a sentence that says STOP and little else."""

# What may stand around “stop” without changing what it asks for.
_POLITE = (
    "aub|ajb|alsjeblieft|alstublieft|svp|graag|maar|even|nu|direct|meteen|onmiddellijk|verder|hoor"
    "|dank|je|u|jullie|wel|bedankt|ok|oke|okay|please|pls|thanks|thank|you|thx|now|kindly|just"
)
_OBJECTS = (
    "hiermee|ermee|met|dit|deze|die|alle|al|appen|app|appjes|sms|smsen|en|berichten|berichtjes"
    "|bericht|sturen|versturen|verzenden|whatsapp|mij|me|it|this|these|all|the|texting|text|texts"
    "|messaging|message|messages|sending|contacting|writing|whatsapping|to"
)
_AROUND_STOP: frozenset[str] = frozenset(*plain_words(f"{_POLITE}|{_OBJECTS}"))
_STOP = frozenset({"stop", "stoppen"})
_DOUBLED = re.compile(r"(\w)\1")
_LONGEST = 2 * max(map(len, STOP_WORDS))
_SIGN = "\N{OCTAGONAL SIGN}"


def is_near_stop(text: str) -> bool:
    """True when a person should check whether this sender wants no more messages."""
    if is_stop(text):
        return False
    return _resembles_stop(text, bare(text)) or _asks(plain_words(text))


def _asks(sentences: Sequence[Sequence[str]]) -> bool:
    return any(map(_is_only_stop, sentences)) or ask_to_stop(sentences)


def _is_only_stop(sentence: Sequence[str]) -> bool:
    said = set(sentence) - {","}
    return len(sentence) <= MAX_POLITE and bool(said & _STOP) and said - _STOP <= _AROUND_STOP


def _resembles_stop(text: str, said: str) -> bool:
    """A STOP word with a gap or a doubled letter in it, or nothing but the sign for it."""
    if not said:
        return _SIGN in text
    together = said.replace(" ", "")
    return len(together) <= _LONGEST and (
        together in STOP_WORDS or _DOUBLED.sub(r"\1", together) in STOP_WORDS
    )
