"""Incoming texts that are codes for the line itself: their reader could take the number over.

An SMS from a name or a short number is from a machine, so the shape of a code and its words decide.
A text from a phone number may be a person's: there only the exact words of a known service count.
"""

import re

from appliance.channels import Channel
from appliance.desk.consent.letters import bare
from appliance.desk.lines.code_services import (
    BEGINNINGS,
    CODE_WORDS,
    LINKS,
    NO_CODES,
    PERSONAL,
    SERVICES,
    TWO_STEPS,
    WARNINGS,
)
from appliance.phone_numbers import is_e164

OTHER = ""
"""The service of a code that names no known one."""

MAX_LENGTH = 600
"""A code comes in a few lines; a longer text is no code."""

# In a bare text: 123456, 123 456, G 123456, 12 34 56; no amount, time or phone number.
_DIGITS = r"(?:[a-z]{1,2} )?(?:\d{4,8}|\d{3} \d{3,4}|\d{2} \d{2} \d{2}|(?:\d ){3,7}\d)"
_ALONE = rf"(?<![\d+])\b{_DIGITS}\b(?! \d)"
_CODE = re.compile(
    rf"\b(?:{CODE_WORDS})\b(?: \D\S*){{0,10}}? {_ALONE}"
    rf"|{_ALONE}(?: \D\S*){{0,10}}? (?:{CODE_WORDS})\b"
)
_SHORT = re.compile(r"\b\d{4}\b")
_SHAPE = re.compile(_ALONE)
_NO_CODE = re.compile(rf"\b(?:{NO_CODES})\b")
_WARNING = re.compile(rf"\b(?:{WARNINGS})\b")
_TWO_STEPS = re.compile(rf"\b(?:{TWO_STEPS})\b")
_LINK = re.compile(LINKS)
_SERVICE = {name: re.compile(rf"\b(?:{names})\b") for name, names in SERVICES.items()}
_NAMES = "|".join(SERVICES.values())
_BEGINS = re.compile(rf"(?:{BEGINNINGS}|{_NAMES}|{CODE_WORDS}|{_DIGITS})\b")
_PERSONAL = re.compile(rf"\b(?:{PERSONAL})\b")
# What WhatsApp lets any business send as a code: the words are its own and cannot be changed.
_BUSINESS = re.compile(
    r"\d{4,8} (?:is your verification code|is je verificatiecode|is jouw verificatiecode"
    r"|is uw verificatiecode|ist dein verifizierungscode|ist dein bestatigungscode)\b"
)
_AMOUNT = re.compile(
    r"(?:\b(?:eur|usd)|[€$£]) ?\d[\d.,]*|\d[\d.,]*[.,]\d+|\d[\d.,]* ?(?:eur|euro|€)\b"
)
_TIME = re.compile(r"\d{1,2}[:.]\d{2}\b|\d{1,2}[-/]\d{1,2}[-/]\d{2,4}")
_PHONE = re.compile(r"(?:\+|\b0)\d[\d ()-]{6,}\d")


def service_of(sender: str, text: str, channel: Channel) -> str | None:
    """The service whose code it is, OTHER if unknown; None when it is no code for the line."""
    if len(text) > MAX_LENGTH:
        return None
    said = bare(_without_other_figures(text.casefold()))
    named = _named(said)
    if _LINK.search(text.casefold()):
        return named or OTHER
    if _is_machine(sender, channel):
        return (named or _named(bare(sender)) or OTHER) if _of_a_machine(said) else None
    return (named or OTHER) if _of_a_service(said, named) else None


def _is_machine(sender: str, channel: Channel) -> bool:
    """True for a sender that no person uses; `…@lid` is a person who hides their number."""
    if not channel.uses_sim:
        return sender == channel.own_sender
    return not is_e164(sender) and "@" not in sender


def _of_a_machine(said: str) -> bool:
    if _NO_CODE.search(said):
        return False
    if _CODE.search(said) or _TWO_STEPS.search(said):
        return True
    return _WARNING.search(said) is not None and _SHAPE.search(said) is not None


def _of_a_service(said: str, named: str | None) -> bool:
    if _BUSINESS.match(said):
        return True
    if named is None or _PERSONAL.search(said) or not _BEGINS.match(said):
        return False
    # Four digits from a phone number are more likely a time or the code of a door.
    return _CODE.search(_SHORT.sub("…", said)) is not None


def _named(said: str) -> str | None:
    return next((name for name, found in _SERVICE.items() if found.search(said)), None)


def _without_other_figures(text: str) -> str:
    """Without amounts, times, dates and phone numbers, which have digits, too."""
    for figures in (_AMOUNT, _TIME, _PHONE):
        text = figures.sub(" … ", text)
    return text
