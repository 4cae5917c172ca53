"""Phone numbers: E.164 inside, as people write them outside."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers
import regex
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

from appliance.characters import without_hidden
from appliance.errors import InvalidInput

DEFAULT_REGION = "NL"

# Digits and how people group them; anything else (names, letters, extensions) is no number.
_WRITTEN = re.compile(r"[+(]{0,2}[0-9][0-9 ().\-/]*")

# Links as address books and pages have them (RFC 3966, RFC 5724), with what may follow.
_LINK = re.compile(
    r"(?:tel|sms|smsto|callto|whatsapp):(?://)?([^;?]*)(?:[;?].*)?", re.IGNORECASE | re.DOTALL
)
_DASH = regex.compile(r"[\p{Pd}\u2043\u2212]")

# ITU-T E.164 §6: at most 15 digits, the first of them not 0; no country has numbers below 7.
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")

#: Free, paid and company-wide numbers, a beeper, a mailbox: programs send from them.
_SERVICE = {
    PhoneNumberType.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST,
    PhoneNumberType.UAN,
    PhoneNumberType.PAGER,
    PhoneNumberType.VOICEMAIL,
}
_LANDLINE = {PhoneNumberType.FIXED_LINE}
_MOBILE = {PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE}


def parse_number(text: str, *, field: str = "to", region: str = DEFAULT_REGION) -> str:
    """The number in E.164.

    Raises InvalidInput with a sentence when it is no number, too short, or not assigned.
    """
    written = _plain(text)
    quoted = f"“{written[:40]}”"
    sentence = f"{quoted} is not a phone number. Write it like +31612345678."
    if not _WRITTEN.fullmatch(written):
        raise InvalidInput(field, sentence)
    try:
        number = _parsed(written, None if is_e164(written) else region)
    except NumberParseException as exc:
        raise InvalidInput(field, sentence) from exc
    if not phonenumbers.is_valid_number(number):
        reason = _why_invalid(number)
        sentence = f"{quoted} {reason}. Write it like +31612345678."
        raise InvalidInput(field, sentence)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@lru_cache(maxsize=1024)
def _parsed(text: str, region: str | None = None) -> phonenumbers.PhoneNumber:
    """Raises NumberParseException. One request asks about a number several times, and parsing it
    costs as much as three statements.
    """
    return phonenumbers.parse(text, region)


forget_parsed = _parsed.cache_clear


def number_or_text(text: str) -> str:
    """E.164 where it is a number; anything else as it is."""
    try:
        return parse_number(text)
    except InvalidInput:
        return text


def _plain(text: str) -> str:
    """The text as it looks: what is copied from an address book or a page may hide characters."""
    shown = unicodedata.normalize("NFKC", without_hidden(text))
    plain = _DASH.sub("-", " ".join(shown.split()))
    link = _LINK.fullmatch(plain)
    return (link[1] if link else plain).strip()


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

    An SMS may come from a word that its sender chose, even from `+1;reboot`.
    """
    return _E164.fullmatch(text) is not None


def in_quotes(sender: str) -> str:
    """In quotes if it looks like a number, because nobody with that number wrote; a word stays."""
    return f"“{sender}”" if is_e164(sender) else sender


def is_landline(e164: str) -> bool:
    """True for a number that is certainly neither on WhatsApp nor within reach of SMS."""
    try:
        return phonenumbers.number_type(_parsed(e164)) in _LANDLINE
    except NumberParseException:  # a sender of an unknown country
        return False


def is_mobile(text: str) -> bool:
    """True for a number that can be reached by SMS; a hidden one is no number."""
    try:
        return is_e164(text) and phonenumbers.number_type(_parsed(text)) in _MOBILE
    except NumberParseException:
        return False


def is_service(e164: str) -> bool:
    """True for a number that can send SMS and get none."""
    try:
        return phonenumbers.number_type(_parsed(e164)) in _SERVICE
    except NumberParseException:
        return False


@lru_cache(maxsize=4096)
def readable(e164: str) -> str:
    """The number as people write it, `+31 6 12345678`; what is no number comes back unchanged."""
    if not is_e164(e164):
        return e164
    try:
        number = _parsed(e164)
    except NumberParseException:
        return e164
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def digits(e164: str) -> str:
    """International digits without the plus, as WhatsApp's links and ids have them."""
    return "".join(ch for ch in e164 if ch.isdigit())
