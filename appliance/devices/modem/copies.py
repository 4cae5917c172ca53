"""Messages with the same octets: how many there are, and the number of each.

A service centre stamps to the second, so two “ja” that a person writes in one second do not differ.
Two slots hold two messages; a copy soon after the first is another message, too. A copy that comes
later is the same message: the network repeats it after it missed an acknowledgement. The time
counts from the first copy, however long its slot was in use.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from appliance.devices.modem.pdu.octets import BadPdu, skip_service_centre


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A PDU as the modem has it; `copy` numbers the PDUs with the same octets, from 1."""

    pdu: bytes
    copy: int = 1


@dataclass(slots=True)
class _Known:
    """`since_s`: when these octets were first seen; `there`: how many copies are not freed yet."""

    since_s: float
    copies: int = 0
    gone: int = 0
    there: int = 0


class Copies:
    """A copy within `repeats_after_s` of the first is a new message; a later one is a known
    message. So is one that was told and not freed before Balie started. `now_s` is
    `time.monotonic`, or a test's own.
    """

    def __init__(
        self, repeats_after_s: float, *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._repeats_after_s = repeats_after_s
        self._now_s = now_s
        self._known: dict[bytes, _Known] = {}

    def number(self, pdus: Sequence[bytes]) -> list[Brought]:
        """Numbers PDUs that are all on the modem at the same time."""
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
        """The PDU was told, and the modem does not have it any more."""
        known = self._known[what_it_says(pdu)]
        known.gone += 1
        known.there = max(0, known.there - 1)

    def _is_late(self, known: _Known, now_s: float) -> bool:
        return now_s - known.since_s >= self._repeats_after_s


def what_it_says(pdu: bytes) -> bytes:
    """The octets that stay the same whichever service centre brings the message.

    The first octet says whether more is waiting (TP-MMS), which differs from time to time.
    """
    try:
        octets = skip_service_centre(pdu)
        octets.octet()
    except BadPdu:
        return pdu
    return octets.rest()
