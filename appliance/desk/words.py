"""The words that open and close the door, and what Balie says by itself, in two languages."""

import re
import unicodedata

STOP_WORDS = frozenset(
    {"stop", "stoppen", "stopp", "afmelden", "uitschrijven", "unsubscribe", "stop all", "stopall"}
)
START_WORDS = frozenset({"start", "starten", "aanmelden", "inschrijven", "subscribe", "unstop"})

WELCOME = {
    "nl": (
        "Welkom bij {branch}! Je bericht is binnen; we antwoorden via dit nummer. "
        "Wil je geen berichten meer? Stuur STOP."
    ),
    "en": (
        "Welcome to {branch}! We have your message and answer from this number. "
        "No more messages? Send STOP."
    ),
}
STOPPED = {
    "nl": "Je krijgt geen berichten meer van {branch} op dit nummer. Toch weer wel? Stuur START.",
    "en": (
        "You will get no more messages from {branch} on this number. Changed your mind? Send START."
    ),
}
STARTED = {
    "nl": "Je bent weer aangemeld bij {branch}. Wil je geen berichten meer? Stuur STOP.",
    "en": "You will get messages from {branch} again. No more messages? Send STOP.",
}

MISSING_PART = {
    "nl": "[deel {parts} van {total} ontbreekt]",
    "en": "[part {parts} of {total} is missing]",
}
LATE_PART = {"nl": "[deel {parts} van {total}]", "en": "[part {parts} of {total}]"}


def is_stop(text: str) -> bool:
    """True when the whole message is a word that asks for no more messages."""
    return bare(text) in STOP_WORDS


def is_start(text: str) -> bool:
    return bare(text) in START_WORDS


def bare(text: str) -> str:
    """The message without case, punctuation and marks around it: ` Stop! ` is STOP."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return re.sub(r"[\W_]+", " ", plain).strip()
