"""What of a message should not be kept: told by patterns and words alone, on this machine.

A mark may be wrong, so people are shown it quietly and can put it away. What everybody has now and
then, such as a cold, is not marked: if every note of somebody ill had a mark, nobody read them.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.desk.care import numbers
from appliance.desk.care.care_words import says
from appliance.media.kinds import MediaKind
from appliance.store.care_marks import CareKind

_CARD_SHAPE = 85.60 / 53.98
"""ISO/IEC 7810, ID-1: a scan that was cut to its edges."""
_SHAPE_OFF = 0.012
_MAY_SHOW_DOCUMENT = frozenset({MediaKind.IMAGE, MediaKind.DOCUMENT})
_AROUND = 40
"""Characters before a number in which a word says what number it is."""
# The zone for machines of a passport or an ID card: ICAO 9303.
_MACHINE_ZONE = re.compile(r"\b(?:P[A-Z<]|[IAC][A-Z<])[A-Z]{3}[A-Z0-9<]{10,}<<")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFacts:
    """`width` and `height` in pixels, where they are known."""

    kind: MediaKind
    name: str = ""
    width: int | None = None
    height: int | None = None

    @property
    def is_card_shaped(self) -> bool:
        if not self.width or not self.height:
            return False
        ratio = max(self.width, self.height) / min(self.width, self.height)
        return abs(ratio - _CARD_SHAPE) < _SHAPE_OFF


def found_in(
    text: str,
    files: Sequence[FileFacts] = (),
    *,
    beside: Sequence[str] = (),
    known: Collection[str] = (),
) -> frozenset[CareKind]:
    """`beside` is what they and we wrote shortly before a file; `known` are the digits of numbers
    that are theirs and are no BSN: of their phones, and in the office.
    """
    found = set()
    if _has_bsn(text, known):
        found.add(CareKind.BSN)
    if numbers.has_bank_number(text):
        found.add(CareKind.BANK)
    if _has_document(text, files, beside):
        found.add(CareKind.IDENTITY)
    if says("health", text):
        found.add(CareKind.HEALTH)
    return frozenset(found)


def _has_bsn(text: str, known: Collection[str]) -> bool:
    return any(
        says("bsn", text) or not says("other_number", _around(text, found))
        for found in numbers.bsns_in(text, known)
    )


def _around(text: str, found: re.Match[str]) -> str:
    """The line of the number, and a little of what stands before it."""
    begins = max(0, found.start() - _AROUND)
    ends = text.find("\n", found.end())
    return text[begins : ends if ends >= 0 else None][: _AROUND * 3]


def _has_document(text: str, files: Sequence[FileFacts], beside: Sequence[str]) -> bool:
    """Of a text alone only the zone for machines: who writes “I lost my passport” sent none."""
    if _MACHINE_ZONE.search(text.replace(" ", "")):
        return True
    shown = [each for each in files if each.kind in _MAY_SHOW_DOCUMENT]
    if not shown:
        return False
    named = (each.name.rpartition(".")[0].replace("_", " ") for each in shown)
    said = any(says("identity", each) for each in (text, *named, *beside))
    return said or any(each.is_card_shaped for each in shown)
