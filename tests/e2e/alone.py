"""A number on a page that is no part of another number, nor of a time of day."""

import re


def alone(words: str) -> re.Pattern[str]:
    """What begins or ends with a number: “1 of” stands neither in “11 of” nor in “09:1 of”."""
    return re.compile(rf"(?<![\d:.,]){re.escape(words)}(?!\d)")
