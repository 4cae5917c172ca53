"""Fields of the office's own: short texts under names that it chose, such as `Shirt size`."""

import re
from collections.abc import Mapping

from appliance.characters import clean_name, without_hidden
from appliance.errors import InvalidInput

MOST = 40
MAX_FIELD_NAME = 40
MAX_FIELD_TEXT = 500
#: The citizen service number: a staffing agency may not keep it beside a chat.
_FORBIDDEN = ("bsn", "burgerservicenummer", "sofinummer")
_FORBIDDEN_WORDS = frozenset({*_FORBIDDEN, "bsnnr", "bsnnummer", "sofi", "sofinr", "burgerservice"})


def changed(was: Mapping[str, str], wanted: Mapping[str, str | None]) -> Mapping[str, str]:
    """An empty text takes a field away. Raises InvalidInput."""
    now = dict(was)
    for given, text in wanted.items():
        name = named(given)
        kept = without_hidden(text or "").strip()
        if len(kept) > MAX_FIELD_TEXT:
            sentence = f"“{name}” is too long: a field has at most {MAX_FIELD_TEXT} characters."
            raise InvalidInput("fields", sentence)
        if kept:
            now[name] = kept
        else:
            now.pop(name, None)
    if len(now) > MOST:
        raise InvalidInput("fields", f"A person has at most {MOST} fields. Take some away first.")
    return now


def named(given: str) -> str:
    """The name of a field as it is kept. Raises InvalidInput."""
    name = clean_name(given) or ""
    if not name or len(name) > MAX_FIELD_NAME:
        raise InvalidInput("fields", f"A field has a name of 1 to {MAX_FIELD_NAME} characters.")
    if is_forbidden(name):
        raise InvalidInput("fields", f"“{name}” may not be kept here. Leave it out.")
    return name


def is_forbidden(name: str) -> bool:
    """Whether a field or column of this name would hold citizen service numbers."""
    plain = "".join(letter for letter in name.casefold() if letter.isalpha())
    if any(plain == each or plain.startswith(f"{each}n") for each in _FORBIDDEN):
        return True
    return not _FORBIDDEN_WORDS.isdisjoint(re.split(r"[\W\d_]+", name.casefold()))
