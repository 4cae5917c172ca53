"""What a head office says of its boxes: how one is, and what to do about it."""

from collections.abc import Mapping
from typing import Any

from appliance.api.web.words.i18n import Words

ALARMS: Mapping[str, tuple[str, str]] = {
    "conflict": (
        "Two machines speak as this box, or it was put back from nobody knows where.",
        "Ask the branch which one is its own, and choose it below. Until then nothing is taken in.",
    ),
    "held": (
        "Nothing is taken from it until somebody has looked.",
        "Read what it says below, and ask the branch. Then take it in again, or strike it off.",
    ),
    "silent": (
        "It has not been heard of for two minutes.",
        "The branch works on alone. See whether it has power and a network.",
    ),
    "number-twice": (
        "A number of it is another box's, too.",
        "Take the number away where its phone is not any more.",
    ),
    "lines-ill": (
        "A number of it cannot send.",
        "Open the box itself: its page of devices says what to do.",
    ),
    "disk": (
        "Its disk is nearly full.",
        "Open the box itself: its settings say what may go.",
    ),
    "clock": (
        "Its clock is wrong.",
        "Its messages keep their order. Set the clock, or let it reach a time server.",
    ),
}
SAVED: Mapping[str, str] = {
    "privacy": "The choice is kept; every box hears of it when it next asks.",
    "gone": "The box is let in no more. Its numbers are held from its next request on.",
    "settled": "What the box tells is taken in again.",
}

SENTENCES = (*(each for pair in ALARMS.values() for each in pair), *SAVED.values())


def alarm(words: Words, code: str) -> tuple[str, str]:
    """What is wrong, and what to do."""
    wrong, remedy = ALARMS[code]
    return words.text(wrong), words.text(remedy)


def saved(words: Words, code: str) -> str:
    """Empty for a word that no page of ours says."""
    found = SAVED.get(code)
    return "" if found is None else words.text(found)


def lines(words: Words, facts: Mapping[str, Any]) -> str:
    many, ill = int(facts.get("lines", 0)), int(facts.get("ill", 0))
    told = words.plural("{n} number", "{n} numbers", many).format(n=many)
    if not ill:
        return told
    return words.text("{numbers}, {n} not well").format(numbers=told, n=ill)
