"""The places where messages lie: on the SIM, in the modem, and the one for status reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from appliance.emulated.modem.results import CMS_BAD_INDEX, CMS_FULL, CmsError


class Stat(IntEnum):
    """<stat> of 3GPP TS 27.005."""

    REC_UNREAD = 0
    REC_READ = 1
    STO_UNSENT = 2
    STO_SENT = 3

    @property
    def words(self) -> str:
        """As text mode spells it."""
        return self.name.replace("_", " ")


@dataclass(slots=True)
class StoredPdu:
    """`pdu` begins with the service centre's address."""

    stat: Stat
    pdu: bytes

    @property
    def tpdu(self) -> bytes:
        return self.pdu[1 + self.pdu[0] :]

    @property
    def is_received(self) -> bool:
        return self.stat in {Stat.REC_UNREAD, Stat.REC_READ}


class Memory:
    """Slots from 1 to `size`; the lowest free one is taken."""

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self._slots: dict[int, StoredPdu] = {}

    @property
    def used(self) -> int:
        return len(self._slots)

    @property
    def is_full(self) -> bool:
        return self.used >= self.size

    def store(self, slot: StoredPdu) -> int:
        if self.is_full:
            raise CmsError(CMS_FULL)
        index = next(place for place in range(1, self.size + 1) if place not in self._slots)
        self._slots[index] = slot
        return index

    def slot(self, index: int) -> StoredPdu:
        if index not in self._slots:
            raise CmsError(CMS_BAD_INDEX)
        return self._slots[index]

    def delete(self, index: int) -> None:
        """An empty slot may be deleted too."""
        if not 1 <= index <= self.size:
            raise CmsError(CMS_BAD_INDEX)
        self._slots.pop(index, None)

    def items(self) -> Iterator[tuple[int, StoredPdu]]:
        yield from sorted(self._slots.items())
