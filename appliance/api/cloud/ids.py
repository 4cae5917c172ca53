"""Ids as the Cloud API writes them, made of our own: so nothing has to be kept, and an id stays.

A client takes a file's id and a number's for decimal digits, a person's for two letters, a full
stop and digits, and a message's for anything.
"""

import re
from uuid import UUID

import phonenumbers

from appliance.identities import Identity
from appliance.phone_numbers import DEFAULT_REGION

_MESSAGE = re.compile(r"wamid\.([0-9A-F]{32})(?:\.[0-9]{1,20})?")
_USER = re.compile(r"[A-Z]{2}\.([0-9]{1,39})")
_LONGEST_NUMBER = 15
"""Digits (E.164); the id of a file has more."""
_LAST = 1 << 128


def message_to(message_id: str, *, of: int | None = None) -> str:
    """`of`: what happened to the message is an event of its own, with this number in the log."""
    name = f"wamid.{UUID(message_id).hex.upper()}"
    return name if of is None else f"{name}.{of}"


def message_from(text: str) -> str | None:
    """Ours, None for what is no such id. What happened to a message stands for the message."""
    found = _MESSAGE.fullmatch(text)
    return str(UUID(found[1])) if found else None


def file_to(media_id: str) -> str:
    return str(UUID(media_id).int)


def file_from(text: str) -> str | None:
    """None for what is no id of a file."""
    is_file = text.isascii() and text.isdecimal() and len(text) > _LONGEST_NUMBER
    return _uuid(text) if is_file else None


def user_to(contact_id: str, identity: Identity) -> str:
    """The country is that of the number, for a hidden one that of the house."""
    return f"{_region(identity)}.{UUID(contact_id).int}"


def user_from(text: str) -> str | None:
    """The id of a contact, None for what is no such id."""
    found = _USER.fullmatch(text)
    return _uuid(found[1]) if found else None


def phone_to(number: str) -> str:
    """The digits of a number in E.164: the id of a line, and that of who has such a number."""
    return number.removeprefix("+")


def phone_from(digits: str) -> str:
    return f"+{digits}"


def _uuid(text: str) -> str | None:
    value = int(text[:40])
    return str(UUID(int=value)) if value < _LAST else None


def _region(identity: Identity) -> str:
    if not identity.is_tel:
        return DEFAULT_REGION
    region = phonenumbers.region_code_for_number(phonenumbers.parse(identity.value))
    return region if region is not None and region.isalpha() else DEFAULT_REGION
