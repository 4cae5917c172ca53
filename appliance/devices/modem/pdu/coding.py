"""TP-DCS, TS 23.038 §4: the alphabet of a message and its class."""

from dataclasses import dataclass
from enum import Enum


class Alphabet(Enum):
    GSM = "gsm"
    #: Octets that are no text, or compressed ones (TS 23.042), which nobody sends.
    DATA = "data"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """`message_class` 0 is shown at once and not kept, a flash message; None: it has none."""

    alphabet: Alphabet
    message_class: int | None = None


_GENERAL = 0x80  # below: the general groups, also those marked for deletion after reading
_COMPRESSED = 0x20
_HAS_CLASS = 0x10
_CLASS = 0x03
# Bits 3 and 2 of the general groups; the reserved value is the default alphabet.
_ALPHABETS = (Alphabet.GSM, Alphabet.DATA, Alphabet.UCS2, Alphabet.GSM)
_WAITING_UCS2 = 0xE  # the group for a message waiting in UCS-2
_DATA_OR_CLASS = 0xF
_IS_DATA = 0x04


def read_coding(dcs: int) -> Coding:
    """What is reserved reads as the default alphabet, as §4 asks of a receiver."""
    if dcs < _GENERAL:
        return _general(dcs)
    group = dcs >> 4
    if group == _WAITING_UCS2:
        return Coding(alphabet=Alphabet.UCS2)
    if group == _DATA_OR_CLASS:
        alphabet = Alphabet.DATA if dcs & _IS_DATA else Alphabet.GSM
        return Coding(alphabet=alphabet, message_class=dcs & _CLASS)
    return Coding(alphabet=Alphabet.GSM)


def _general(dcs: int) -> Coding:
    return Coding(
        alphabet=Alphabet.DATA if dcs & _COMPRESSED else _ALPHABETS[dcs >> 2 & 0x03],
        message_class=dcs & _CLASS if dcs & _HAS_CLASS else None,
    )


def write_coding(*, gsm: bool, flash: bool) -> int:
    return (0x00 if gsm else 0x08) | (_HAS_CLASS if flash else 0x00)
