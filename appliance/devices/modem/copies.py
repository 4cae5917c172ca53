"""Several messages of the same octets: how many there are, and which of them is told.

A service centre stamps to the second, so who writes “ja” twice in a second has two messages that
differ in nothing. What lies in two slots is two; so is what comes again as soon as its slot was
freed. The network's own repetition, after it missed an acknowledgement, is one: it comes later.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.devices.modem.pdu.octets import BadPdu, skip_service_centre


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A PDU as the modem has it, and the how manieth it is of those with its octets, from 1."""

    pdu: bytes
    copy: int = 1


@dataclass(frozen=True, slots=True)
class _Gone:
    count: int
    at_s: float


class Copies:
    """Counts from one again after `repeats_after_s`, and when Balie starts: what was told and not
    freed by then is the first of its kind, and known. `now_s` is `time.monotonic`, or a test's own.
    """

    def __init__(
        self, repeats_after_s: float, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._repeats_after_s = repeats_after_s
        self._now_s = now_s
        self._gone: dict[bytes, _Gone] = {}

    def number(self, pdus: Sequence[bytes]) -> list[Brought]:
        """All of these are there at the same time."""
        oldest_s = self._now_s() - self._repeats_after_s
        self._gone = {key: gone for key, gone in self._gone.items() if gone.at_s > oldest_s}
        counts = Counter({key: gone.count for key, gone in self._gone.items()})
        found = []
        for pdu in pdus:
            counts[what_it_says(pdu)] += 1
            found.append(Brought(pdu=pdu, copy=counts[what_it_says(pdu)]))
        return found

    def is_gone(self, pdu: bytes) -> None:
        """It was told, and the modem has it no more."""
        key = what_it_says(pdu)
        before = self._gone.get(key)
        self._gone[key] = _Gone(before.count + 1 if before else 1, self._now_s())


def what_it_says(pdu: bytes) -> bytes:
    """The same whichever service centre brings it.

    The first octet says whether more is waiting (TP-MMS), which differs from time to time.
    """
    try:
        octets = skip_service_centre(pdu)
        octets.octet()
    except BadPdu:
        return pdu
    return octets.rest()
