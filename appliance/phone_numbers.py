"""Phone numbers: E.164 inside, as people write them outside."""

import re

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from appliance.errors import InvalidInput

DEFAULT_REGION = "NL"

# Digits and how people group them; anything else (names, letters, extensions) is no number.
_WRITTEN = re.compile(r"\+?[0-9][0-9 ().\-/\u00a0\u202f]*")

# ITU-T E.164 §6: at most 15 digits, the first of them not 0; no country has numbers below 7.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

_LANDLINE = {PhoneNumberType.FIXED_LINE}
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def parse_number(text: str, *, field: str = "to", region: str = DEFAULT_REGION) -> str:
    """The number in E.164.

    Raises InvalidInput with a sentence when it is no number, too short, or not assigned.
    """
    sentence = f"“{text[:40]}” is not a phone number. Write it like +31612345678."
    if not _WRITTEN.fullmatch(text.strip()):
        raise InvalidInput(field, sentence)
    try:
        number = phonenumbers.parse(text.strip(), region)
    except NumberParseException as exc:
        raise InvalidInput(field, sentence) from exc
    if not phonenumbers.is_valid_number(number):
        reason = _why_invalid(number)
        sentence = f"“{text[:40]}” {reason}. Write it like +31612345678."
        raise InvalidInput(field, sentence)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _why_invalid(number: phonenumbers.PhoneNumber) -> str:
    match phonenumbers.is_possible_number_with_reason(number):
        case phonenumbers.ValidationResult.TOO_SHORT:
            return "is too short for a phone number"
        case phonenumbers.ValidationResult.TOO_LONG:
            return "is too long for a phone number"
        case _:
            return "is not a number that exists"


def is_e164(text: str) -> bool:
    """True for what a device may be given to write to.

    A network lets anybody send an SMS under a word of their own, `+1;reboot` too.
    """
    return _E164.fullmatch(text) is not None


def is_landline(e164: str) -> bool:
    """True for a number that can be neither on WhatsApp nor reached by SMS for certain."""
    try:
        return phonenumbers.number_type(phonenumbers.parse(e164)) in _LANDLINE
    except NumberParseException:  # a sender of no country that is known
        return False


def is_mobile(text: str) -> bool:
    """True for a number that can be reached by SMS; a hidden one is no number."""
    try:
        return is_e164(text) and phonenumbers.number_type(phonenumbers.parse(text)) in _MOBILE
    except NumberParseException:
        return False


def readable(e164: str) -> str:
    """The number as people write it, `+31 6 12345678`; what is no number comes back unchanged."""
    try:
        number = phonenumbers.parse(e164)
    except NumberParseException:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def digits(e164: str) -> str:
    """International digits without the plus, as WhatsApp's links and ids have them."""
    return "".join(ch for ch in e164 if ch.isdigit())
