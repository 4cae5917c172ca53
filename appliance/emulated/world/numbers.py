"""Numbers as phones show them, and as WhatsApp names accounts by them."""

import hashlib

import phonenumbers

ACCOUNT = "@s.whatsapp.net"
GROUP = "@g.us"
HIDDEN = "@lid"


def shown(number: str) -> str:
    """An unsaved number as an app shows it: +31 6 12345601; a sender's name stays as it is."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def e164(number: str, region: str = "NL") -> str | None:
    """The number in E.164, or None when it is not a possible one."""
    try:
        parsed = phonenumbers.parse(number, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def jid_of(number: str) -> str:
    return number.removeprefix("+") + ACCOUNT


def number_of(jid: str) -> str:
    """The number of an account; one that hides it stays a jid."""
    return "+" + jid.removesuffix(ACCOUNT) if jid.endswith(ACCOUNT) else jid


def is_channel(jid: str) -> bool:
    """Status updates and newsletters have a tab of their own and no chat."""
    return jid.endswith("@newsletter") or jid == "status@broadcast"


def is_group(jid: str) -> bool:
    return jid.endswith(GROUP)


def group_jid(subject: str) -> str:
    """A group is known by its first subject here, so that somebody can write in it again."""
    digits = int(hashlib.sha256(subject.encode()).hexdigest(), 16) % 10**15
    return f"120{digits:015}{GROUP}"
