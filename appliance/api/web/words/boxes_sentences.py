"""What a head office says of its boxes: how one is, and what to do about it."""

from collections.abc import Mapping
from typing import Any

from appliance.api.web.words.box_alarms import ALARMS, SHORT
from appliance.api.web.words.i18n import Words

SAVED: Mapping[str, str] = {
    "privacy": "The choice is kept; every box hears of it when it next asks.",
    "gone": "The box is let in no more. Its numbers are held from its next request on.",
    "settled": "What the box tells is taken in again.",
}

SENTENCES = (*SAVED.values(), *SHORT.values())


def alarm(words: Words, code: str, box: str) -> tuple[str, str]:
    """What is wrong with the box of that name, and what to do."""
    wrong, remedy = ALARMS[code]
    return words.text(wrong).format(box=box), words.text(remedy)


def alarm_in_short(words: Words, code: str) -> str:
    return words.text(SHORT[code])


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
