"""The name of a box on its network: `balie-utrecht`, reached as `balie-utrecht.local`."""

import re
from collections.abc import Callable
from itertools import count

from appliance.errors import InvalidInput

USUAL = "balie"
LONGEST = 58
"""A label of DNS has 63 characters (RFC 1035), and a suffix has to fit."""

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_MOST_ASKED = 100


def checked_name(text: str) -> str:
    """Raises InvalidInput for what cannot be a name in DNS."""
    if len(text) > LONGEST or not _LABEL.fullmatch(text):
        sentence = (
            f"“{text}” cannot be the name of a box: small letters, digits and dashes, at most"
            f" {LONGEST}, as in balie-utrecht."
        )
        raise InvalidInput("name", sentence)
    return text


def free_name(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """The name itself, or with the first suffix from 2 on that nobody has.

    After so many that are taken something answers for every name: the wanted one is kept.
    """
    tried = (f"{wanted}-{number}" if number > 1 else wanted for number in count(1))
    for _, name in zip(range(_MOST_ASKED), tried, strict=False):
        if not is_taken(name):
            return name
    return wanted
