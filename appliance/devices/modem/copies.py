"""Several messages of the same octets: how many there are, and which of them is told.

A service centre stamps to the second, so who writes “ja” twice in a second has two messages that
differ in nothing. What lies in two slots is two; so is what comes soon after the first. The
network's own repetition, after it missed an acknowledgement, is one: it comes later, counted from
when the first was brought, however long its slot was in use.
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


@dataclass(slots=True)
class _Known:
    """`since_s`: when the first of these octets was seen; `there`: how many are not freed yet."""

    since_s: float
    copies: int = 0
    gone: int = 0
    there: int = 0


class Copies:
    """Counts another one within `repeats_after_s` of the first only; what comes later is one that
    is known. So is what was told and not freed when Balie starts. `now_s` is `time.monotonic`, or
    a test's own.
    """

    def __init__(
        self, repeats_after_s: float, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._repeats_after_s = repeats_after_s
        self._now_s = now_s
        self._known: dict[bytes, _Known] = {}

    def number(self, pdus: Sequence[bytes]) -> list[Brought]:
        """All of these are there at the same time."""
        now_s = self._now_s()
        self._known = {
            key: known
            for key, known in self._known.items()
            if known.there or not self._is_late(known, now_s)
        }
        late = {key for key, known in self._known.items() if self._is_late(known, now_s)}
        here: Counter[bytes] = Counter()
        found = []
        for pdu in pdus:
            key = what_it_says(pdu)
            here[key] += 1
            known = self._known.setdefault(key, _Known(since_s=now_s))
            copy = known.gone + here[key]
            if key in late:
                copy = min(here[key], known.copies)
            known.copies = max(known.copies, copy)
            known.there = max(known.there, here[key])
            found.append(Brought(pdu=pdu, copy=copy))
        return found

    def is_gone(self, pdu: bytes) -> None:
        """It was told, and the modem has it no more."""
        known = self._known[what_it_says(pdu)]
        known.gone += 1
        known.there = max(0, known.there - 1)

    def _is_late(self, known: _Known, now_s: float) -> bool:
        return now_s - known.since_s >= self._repeats_after_s


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
