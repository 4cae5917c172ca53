"""The words of rules: the usual ones, a line's own, and what is filled into them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date

from appliance.desk.outgoing import wording
from appliance.errors import InvalidInput
from appliance.store import line_rules

_NAMES = ("naam", "name", "voornaam", "first_name")
_ALIASES = {
    "vestiging": "branch",
    "opent": "opens",
    "collega": "colleague",
    "terug": "back",
    "dienst": "on_duty",
}
KNOWN = frozenset(_NAMES) | frozenset(_ALIASES) | frozenset(_ALIASES.values())
_TIMES = ("opens", "back")
"""In the middle of a sentence they begin with a small letter in Dutch."""
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?…]\s+|\n\s*)\Z")
_PLACEHOLDER = re.compile(r"\{([^\W\d]\w*)\}")


def checked(texts: Iterable[str], field: str) -> Sequence[str]:
    """As they are. Raises InvalidInput, naming `field`, for a placeholder that nobody can fill."""
    found = list(texts)
    for text in found:
        if wording.has_stray_brace(text):
            sentence = "Braces hold one word to be filled in, such as {voornaam} or {opent}."
            raise InvalidInput(field, sentence)
        for name in _PLACEHOLDER.findall(text):
            if name not in KNOWN:
                known = ", ".join(f"{{{each}}}" for each in (*_NAMES[::2], *_ALIASES))
                raise InvalidInput(field, f"“{{{name}}}” is no placeholder. There are {known}.")
    return found


def checked_one(text: str, field: str) -> str:
    """As it can be sent: as `checked`, with something in it, and no longer than by SMS."""
    checked([text], field)
    try:
        return line_rules.checked_text(text)
    except InvalidInput as exc:
        raise InvalidInput(field, exc.sentence) from exc


def filled(text: str, name: str | None, values: Mapping[str, str]) -> str | None:
    """With all that is known in it; None where something is not. `values` are by English name."""

    def part(found: re.Match[str]) -> str:
        kind = _ALIASES.get(found[1], found[1])
        said = values.get(kind, found[0])
        begins = kind in _TIMES and _SENTENCE_BEGINS.search(text, 0, found.start())
        return said[:1].upper() + said[1:] if begins else said

    done = wording.fill(_PLACEHOLDER.sub(part, text), name)
    return None if any(each in KNOWN for each in done.missing) else done.text


def in_turn(
    variants: Sequence[str], turn: int, name: str | None, values: Mapping[str, str]
) -> str | None:
    """The variant whose turn it is, or the next one that can be filled for them."""
    turns = (variants[(turn + place) % len(variants)] for place in range(len(variants)))
    return next((text for each in turns if (text := filled(each, name, values))), None)


def moment(at_ms: int, now_ms: int, zone: str, language: str) -> str:
    """`morgen om 08:30`, `maandag om 08:30`, `maandag 3 augustus om 08:30`."""
    at, now = (datetime.fromtimestamp(each / 1000, ZoneInfo(zone)) for each in (at_ms, now_ms))
    days = (at.date() - now.date()).days
    said = {"nl": ("vandaag", "morgen", "om"), "en": ("today", "tomorrow", "at")}[language]
    if days < len(said) - 1:
        day = said[days]
    else:
        pattern = "EEEE" if days < 7 else "EEEE d MMMM"  # noqa: PLR2004 -- a week
        day = format_date(at.date(), pattern, locale=language)
    return f"{day} {said[-1]} {at:%H:%M}"


def day(at_ms: int, zone: str, language: str) -> str:
    """`maandag 3 augustus`."""
    at = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
    return str(format_date(at.date(), "EEEE d MMMM", locale=language))
