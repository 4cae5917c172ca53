"""Messages that are not STOP but may well mean it, in Dutch and English.

A person decides, so a mark may be wrong. But people who are ill write “meldt zich af” and people
who quit write “stopt ermee”: if every other message had a mark, soon nobody would read them.
"""

import re

from appliance.desk.consent.letters import bare
from appliance.desk.consent.rule_words import STOP_WORDS, is_stop

MAX_WORDS = 14
"""A longer text says something else too, and staff read it anyway."""

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
_AROUND_STOP = frozenset(f"{_POLITE}|{_OBJECTS}".split("|"))

_THINGS = "(?:berichten|berichtjes|bericht|appjes|apps|sms|smsjes|whatsapp|reclame|aanbiedingen)"
_SENDING = "(?:appen|berichten|smsen|sms en|sturen|benaderen|contacteren|mailen)"
_PHRASES = (
    rf"geen (?:\w+ ){{0,2}}{_THINGS} (?:\w+ ){{0,2}}meer",
    rf"(?:niet|niks|niets) (?:meer )?(?:\w+ ){{0,2}}{_SENDING}",
    rf"(?:hou|houd|ophouden) (?:op )?met (?:\w+ )?{_SENDING}",
    rf"(?:afmelden|uitschrijven|uitgeschreven|afgemeld) (?:\w+ ){{0,3}}{_THINGS}",
    r"(?:haal|schrap|schrijf) (?:me|mij|mijn nummer) (?:\w+ ){0,3}(?:lijst|bestand|systeem|uit)",
    r"(?:verwijder|wis) (?:me|mij|mijn (?:nummer|gegevens))",
    r"laat (?:me|mij) met rust",
    r"no more (?:\w+ )?(?:messages|texts|sms)",
    r"(?:don t|dont|do not|never) (?:text|message|contact|whatsapp|write|sms) (?:to )?me",
    r"(?:stop|quit) (?:texting|messaging|contacting|sending|writing|whatsapping)",
    r"unsubscribe me",
    r"(?:remove|take) (?:me|my number) (?:off|from)",
    r"leave me alone",
    r"opt(?:ing)? (?:me )?out",
)
_ASKS_TO_STOP = re.compile(rf"\b(?:{'|'.join(_PHRASES)})\b")
_STOP = frozenset({"stop", "stoppen"})
_SIGN = "\N{OCTAGONAL SIGN}"


def is_near_stop(text: str) -> bool:
    """True when a person should check whether this sender wants no more messages."""
    said = bare(text)
    words = set(said.split())
    if is_stop(text) or said.count(" ") >= MAX_WORDS:
        return False
    only_stop = bool(words & _STOP) and words - _STOP <= _AROUND_STOP
    return only_stop or _resembles_stop(text, said) or _ASKS_TO_STOP.search(said) is not None


def _resembles_stop(text: str, said: str) -> bool:
    """A STOP word with a gap or a doubled letter in it, or nothing but the sign for it."""
    if not said:
        return _SIGN in text
    together = said.replace(" ", "")
    return together in STOP_WORDS or re.sub(r"(\w)\1", r"\1", together) in STOP_WORDS
