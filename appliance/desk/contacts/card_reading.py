"""The people on a card that somebody sent: who may be entered as a contact.

A card comes from anybody, so it is read by what is needed alone, line by line, in time that grows
with its length: names and numbers of vCard 2.1 to 4.0 as phones write them.
"""

import quopri
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.characters import clean_name
from appliance.errors import InvalidInput
from appliance.phone_numbers import parse_number

MOST_BYTES = 256 * 1024
"""Beyond the names and numbers stands perhaps a photo; what is cut off is not needed."""
MOST_PEOPLE = 50
_UNFOLDED = re.compile(r"\r?\n[ \t]")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPerson:
    """`numbers` in E.164, each once, in the order of the card."""

    name: str
    numbers: Sequence[str]


def people_on(raw: bytes) -> Sequence[CardPerson]:
    """Those who have a number. Nobody on what is no card."""
    text = _UNFOLDED.sub("", raw[:MOST_BYTES].decode("utf-8", "replace"))
    found = (_person(lines) for lines in _cards(text.splitlines()))
    return [each for each in found if each.numbers][:MOST_PEOPLE]


def _cards(lines: Sequence[str]) -> Iterator[Sequence[tuple[str, str]]]:
    """The properties of each card, by name without its group."""
    card: list[tuple[str, str]] | None = None
    for line in lines:
        name, _, value = line.partition(":")
        bare, _, parameters = name.partition(";")
        prop = bare.rpartition(".")[2].strip().upper()
        if (prop, value.strip().upper()) == ("BEGIN", "VCARD"):
            card = []
        elif prop == "END" and card is not None:
            yield card
            card = None
        elif card is not None:
            card.append((prop, _decoded(value, parameters)))


def _decoded(value: str, parameters: str) -> str:
    """VCard 2.1 writes what is not ASCII as quoted-printable."""
    if "QUOTED-PRINTABLE" in parameters.upper():
        return quopri.decodestring(value.encode()).decode("utf-8", "replace")
    return value


def _person(card: Sequence[tuple[str, str]]) -> CardPerson:
    said = dict(reversed(card))  # the first of each counts
    family, given, *_ = [*said.get("N", "").split(";"), "", ""]
    name = said.get("FN", "").strip() or f"{given} {family}"
    numbers = [number for prop, value in card if prop == "TEL" and (number := _number(value))]
    return CardPerson(
        name=clean_name(_ESCAPED.sub(r"\1", name)) or "", numbers=list(dict.fromkeys(numbers))
    )


def _number(value: str) -> str | None:
    try:
        return parse_number(value.strip())
    except InvalidInput:
        return None
