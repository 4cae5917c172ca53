"""One message as this modem sends it: its parts, its reference, and what is known of each part."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.devices.evidence_facts import PartFacts, PartState, telling_parts
from appliance.devices.modem.pdu.submit import submit_pdus
from appliance.devices.protocol import Outgoing


@dataclass(slots=True, kw_only=True)
class Submission:
    """`parts` are what is known by the part's number; `tpdus` stand in the same order.

    The bytes follow from the outgoing and the reference alone, so a later look can make them again.
    """

    reference: int
    tpdus: Sequence[bytes]
    parts: dict[int, PartFacts] = field(default_factory=dict)

    def tpdu(self, part: int) -> bytes:
        return self.tpdus[part - 1]

    @property
    def numbers(self) -> range:
        return range(1, len(self.tpdus) + 1)

    def known(self, part: int) -> PartFacts:
        return self.parts.get(part) or PartFacts(part=part, state=PartState.MISSING)

    def note(self, part: int, state: PartState, *, mr: int | None = None, **own: Any) -> None:
        known = {name: value for name, value in own.items() if value is not None}
        self.parts[part] = PartFacts(part=part, state=state, mr=mr, own=known)

    @property
    def missing(self) -> list[int]:
        return [part for part in self.numbers if self.known(part).state is PartState.MISSING]

    @property
    def has_doubts(self) -> bool:
        return any(self.known(part).state is PartState.UNKNOWN for part in self.numbers)

    def sent_parts(self) -> list[Mapping[str, Any]]:
        """Parts that have left, as a baseline keeps them."""
        known = (self.known(part) for part in self.numbers)
        return [each.as_json() for each in known if each.state is PartState.SENT]

    def facts(self) -> dict[str, Any]:
        """The evidence: every part, with what is known of it."""
        return telling_parts([self.known(part) for part in self.numbers], self.reference)


def wrap(outgoing: Outgoing, reference: int | None = None) -> Submission:
    """Includes what earlier attempts have proven; `reference` is that of a baseline."""
    resumed = outgoing.resumed
    if reference is None:
        reference = resumed.reference if resumed else _reference_of(outgoing)
    submission = Submission(
        reference=reference,
        tpdus=submit_pdus(outgoing.number, outgoing.text, reference=reference),
    )
    for part in resumed.sent if resumed else ():
        submission.note(part, PartState.SENT, earlier=True)
    return submission


def _reference_of(outgoing: Outgoing) -> int:
    """Eight bits: sixteen would take a character of each part, and old phones cannot read them."""
    return zlib.crc32(outgoing.attempt_id.encode()) & 0xFF
