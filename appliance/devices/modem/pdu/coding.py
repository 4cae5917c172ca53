"""TP-DCS, TS 23.038 §4: the alphabet of a message and its class."""

from dataclasses import dataclass
from enum import Enum


class Alphabet(Enum):
    GSM = "gsm"
    #: Octets that are no text, or compressed text (TS 23.042), which nobody sends.
    DATA = "data"
    UCS2 = "ucs2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Indication:
    """Something waits at the network for the SIM's owner; `count` is None where it is unknown."""

    what: str
    count: int | None = None

    @classmethod
    def of(cls, kind: int, *, active: bool, count: int | None = None) -> "Indication":
        """`kind` has the same two bits in §4 and in TS 23.040 §9.2.3.24.2."""
        return cls(what=_WAITING[kind & _WAITING_KIND], count=count if active else 0)

    @property
    def text(self) -> str:
        """The words are the same in Dutch and English."""
        return self.what if self.count is None else f"{self.what}: {self.count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Coding:
    """`message_class` 0 is a flash message: shown at once and not kept. None: the message has no
    class.

    `indication`: the message only says that something waits.
    """

    alphabet: Alphabet
    message_class: int | None = None
    compressed: bool = False
    indication: Indication | None = None


_WAITING = ("Voicemail", "Fax", "E-mail", "Inbox")
_WAITING_KIND = 0x03
_WAITING_ACTIVE = 0x08

_GENERAL = 0x80  # below: the general groups, also those marked for deletion after reading
_COMPRESSED = 0x20
_HAS_CLASS = 0x10
_CLASS = 0x03
# Bits 3 and 2 of the general groups; the reserved value is the default alphabet.
_ALPHABETS = (Alphabet.GSM, Alphabet.DATA, Alphabet.UCS2, Alphabet.GSM)
# The groups of message waiting: the text may be dropped, must be kept, is in UCS-2.
_WAITING_DISCARD, _WAITING_STORE, _WAITING_UCS2 = 0xC, 0xD, 0xE
_DATA_OR_CLASS = 0xF
_IS_DATA = 0x04


def read_coding(dcs: int) -> Coding:
    """Reserved values read as the default alphabet, as §4 asks of a receiver."""
    if dcs < _GENERAL:
        return _general(dcs)
    group = dcs >> 4
    if group in (_WAITING_DISCARD, _WAITING_STORE, _WAITING_UCS2):
        return Coding(
            alphabet=Alphabet.UCS2 if group == _WAITING_UCS2 else Alphabet.GSM,
            indication=Indication.of(dcs, active=bool(dcs & _WAITING_ACTIVE)),
        )
    if group == _DATA_OR_CLASS:
        alphabet = Alphabet.DATA if dcs & _IS_DATA else Alphabet.GSM
        return Coding(alphabet=alphabet, message_class=dcs & _CLASS)
    return Coding(alphabet=Alphabet.GSM)


def _general(dcs: int) -> Coding:
    return Coding(
        alphabet=Alphabet.DATA if dcs & _COMPRESSED else _ALPHABETS[dcs >> 2 & 0x03],
        message_class=dcs & _CLASS if dcs & _HAS_CLASS else None,
        compressed=bool(dcs & _COMPRESSED),
    )


def write_coding(*, gsm: bool, flash: bool) -> int:
    return (0x00 if gsm else 0x08) | (_HAS_CLASS if flash else 0x00)
