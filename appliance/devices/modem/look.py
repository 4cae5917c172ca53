"""Finds out what became of an attempt in doubt, from the slot that its message was sent from."""

import logging
from collections.abc import Mapping
from typing import Any

from appliance.devices.evidence_facts import PartFacts, PartState
from appliance.devices.modem.modem import Modem
from appliance.devices.modem.slots import Kept
from appliance.devices.modem.storage import Storages
from appliance.devices.modem.submission import Submission, wrap
from appliance.devices.protocol import Finding, Found, Outgoing, Proof, Tick
from appliance.errors import Transient

log = logging.getLogger(__name__)


class Under(Transient):
    """The message may still be under way: ask again later."""


def look_sms(
    modem: Modem, storages: Storages, outgoing: Outgoing, baseline: Mapping[str, Any]
) -> Found:
    """Raises Under while the network may still take the message, or its report may still come.

    A report that comes settles the doubt above this floor; then nobody asks here any more.
    """
    return _Question(modem, storages, outgoing, baseline).answer()


class _Question:
    def __init__(
        self, modem: Modem, storages: Storages, outgoing: Outgoing, baseline: Mapping[str, Any]
    ) -> None:
        self._modem = modem
        self._storages = storages
        self._outgoing = outgoing
        self._baseline = baseline
        self._place = str(baseline.get("storage") or "")
        self._submission: Submission = wrap(outgoing, int(baseline["reference"]))

    def answer(self) -> Found:
        self._modem.doubt(self._outgoing.attempt_id)
        self._read_baseline()
        self._read_slots()
        if self._submission.has_doubts and not self._has_waited(
            self._modem.options.patience.report_ms
        ):
            raise Under("No report has come yet.", self._submission.facts())
        self._modem.settle_doubt(self._outgoing.attempt_id)
        return self._found()

    def _has_waited(self, span_ms: int) -> bool:
        return self._modem.has_waited(self._outgoing.attempt_id, span_ms)

    def _read_baseline(self) -> None:
        """Notes the parts that left before; without a slot also the part that was being sent."""
        for each in filter(None, map(PartFacts.of, self._baseline.get("sent", ()))):
            self._submission.parts[each.part] = each
        if self._baseline.get("direct"):
            self._submission.note(int(self._baseline["part"]), PartState.UNKNOWN)

    def _read_slots(self) -> None:
        """Reads slots in the order of sending: parts after an unsent one were never tapped."""
        for each in self._baseline.get("slots", ()):
            self._read_slot(int(each["part"]), int(each["slot"]))

    def _read_slot(self, part: int, index: int) -> None:
        slot = self._storages.read(self._place, index) if self._is_same_modem() else None
        if slot is None or not slot.holds(self._submission.tpdu(part)):
            self._submission.note(part, PartState.UNKNOWN, slot=index, status="other")
        elif slot.kept is Kept.SENT and self._modem.learnt.get("slot_truth") is not False:
            self._submission.note(
                part, PartState.SENT, slot=index, status="sent", mr=slot.reference
            )
        elif slot.kept is Kept.UNSENT and self._modem.learnt.get("slot_truth"):
            self._note_unsent(part, index)
        else:
            self._submission.note(
                part, PartState.UNKNOWN, slot=index, status=slot.kept.name.lower()
            )

    def _is_same_modem(self) -> bool:
        """A SIM takes its slots to another modem; a modem's own memory does not move."""
        imei = self._modem.identity.imei if self._modem.identity else None
        return self._place == "SM" or self._baseline.get("imei") == imei

    def _note_unsent(self, part: int, index: int) -> None:
        if not self._has_waited(self._modem.options.patience.network_ms):
            raise Under("The network may still take it.", {"slot": index, "status": "unsent"})
        if self._may_have_gone_dark() and not self._has_waited(
            self._modem.options.patience.report_ms
        ):
            raise Under("No report has come yet.", {"slot": index, "status": "unsent"})
        self._submission.note(part, PartState.MISSING, slot=index, status="unsent")

    def _may_have_gone_dark(self) -> bool:
        """A restart may have lost the network's answer before the modem wrote it into the slot."""
        return self._modem.may_have_started_since(self._outgoing.attempt_id)

    def _found(self) -> Found:
        facts = self._submission.facts()
        if self._submission.has_doubts:
            return Found(finding=Finding.UNCLEAR, facts=facts)
        if self._submission.missing:
            return Found(finding=Finding.ABSENT, facts=facts)
        proof = Proof(tick=Tick.SENT, facts=facts)
        return Found(finding=Finding.PRESENT, proof=proof, facts={"by": "slot"})
