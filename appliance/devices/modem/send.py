"""Sending with proof: stored first (AT+CMGW), noted, and only then sent from its slot (AT+CMSS).

The slot outlives the answer, the process and the power: after any failure between the tap and the
durable outcome, it says STO UNSENT or STO SENT (`look`). Slots are freed when the outcome is
durable, never before.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from appliance.devices.evidence_facts import PartState
from appliance.devices.modem.at.answers import AtError
from appliance.devices.modem.at.errors import StorageFullError, classify
from appliance.devices.modem.modem import Modem
from appliance.devices.modem.slots import Kept
from appliance.devices.modem.storage import Storages, Unwritable
from appliance.devices.modem.submission import Submission, wrap
from appliance.devices.protocol import Attempt, Proof, Tick
from appliance.errors import DeviceError, DeviceGone, Refused, Transient, Unconfirmed

log = logging.getLogger(__name__)


def send_sms(
    modem: Modem, storages: Storages, attempt: Attempt, *, empty: Callable[[], object]
) -> Proof:
    """Raises what the protocol says of a send, with the parts as evidence.

    `empty` makes as much room as it can in the storages. If there is still no room, or nothing can
    be stored, the message goes without a slot.
    """
    if storages.writing is not None:
        try:
            return _FromSlots(modem, storages, attempt, empty).run()
        except (StorageFullError, Unwritable) as exc:
            if modem.tapped:
                raise
            log.info("%s sends without a slot: %s", modem.device_id, exc)
    return _AtOnce(modem, storages, attempt).run()


class _Sending:
    """What both ways share: the gate around one tap, and what its result means."""

    def __init__(self, modem: Modem, storages: Storages, attempt: Attempt) -> None:
        self._modem = modem
        self._storages = storages
        self._attempt = attempt
        self._outgoing = attempt.outgoing
        self._submission: Submission = wrap(attempt.outgoing)

    def run(self) -> Proof:
        raise NotImplementedError

    def _tap(self, part: int, slot: int | None, baseline: Mapping[str, Any] | None) -> None:
        """Enters the gate once and raises unless the part has left."""
        failure: Exception | None = None
        reference = None
        with self._attempt.clear_to_send(baseline):
            self._modem.tapped = True
            try:
                reference = self._press(part, slot)
            except (AtError, DeviceError) as exc:
                failure = exc
        if failure is None:
            self._submission.note(part, PartState.SENT, mr=reference, slot=slot)
            return
        raise self._outcome(part, slot, failure) from failure

    def _press(self, part: int, slot: int | None) -> int | None:
        if slot is None:
            return self._storages.send_at_once(self._submission.tpdu(part))
        return self._storages.send(slot)

    def _outcome(self, part: int, slot: int | None, failure: Exception) -> DeviceError:
        """What a refusal proves; without a refusal only `handed_over` False proves anything."""
        if isinstance(failure, AtError):
            error, facts = classify(failure, sending=True), {}
        elif getattr(failure, "handed_over", True):
            error, facts = Unconfirmed(str(failure)), {"error": type(failure).__name__}
        else:
            error, facts = Transient(str(failure)), {"error": type(failure).__name__}
        if isinstance(error, Unconfirmed):
            self._submission.note(part, PartState.UNKNOWN, slot=slot)
            self._modem.doubt(self._outgoing.attempt_id)
            self._modem.awake.add(self._outgoing.attempt_id)
        return self._with_parts(error, facts)

    def _with_parts(self, error: DeviceError, facts: dict[str, Any]) -> DeviceError:
        kind = type(error)
        return kind(error.sentence, {**error.evidence, **facts, **self._submission.facts()})

    def _baseline(self, **facts: Any) -> dict[str, Any]:
        identity = self._modem.identity
        return {
            "reference": self._submission.reference,
            "imei": identity.imei if identity else None,
            "sent": self._submission.sent_parts(),
            **facts,
        }

    def _proof(self) -> Proof:
        return Proof(tick=Tick.SENT, facts=self._submission.facts())


class _FromSlots(_Sending):
    """More parts than free slots go in batches; the next baseline names those that left."""

    def __init__(
        self, modem: Modem, storages: Storages, attempt: Attempt, empty: Callable[[], object]
    ) -> None:
        super().__init__(modem, storages, attempt)
        self._empty = empty

    def run(self) -> Proof:
        place = self._storages.writing or ""
        while missing := self._submission.missing:
            slots = self._store(place, missing) or self._store_after_all(place, missing)
            try:
                self._send_all(place, slots)
            except (DeviceError, Refused):
                if not self._submission.has_doubts:
                    self._modem.spend(place, list(slots.values()))
                raise
            if self._submission.missing:
                self._make_room(place, list(slots.values()))
            else:
                self._modem.spend(place, list(slots.values()))
        return self._proof()

    def _make_room(self, place: str, slots: Sequence[int]) -> None:
        """Makes the parts that left durable in the baseline before it frees their slots."""
        self._attempt.baseline(self._baseline(storage=place, slots=[]))
        try:
            self._storages.free(place, slots)
        except DeviceError as exc:
            raise self._with_parts(_untouched(exc), {}) from exc

    def _store(self, place: str, parts: Sequence[int]) -> dict[int, int]:
        """Slots by part, for as many parts as there is room for; maybe none."""
        slots: dict[int, int] = {}
        try:
            for part in parts:
                slots[part] = self._storages.write(self._submission.tpdu(part))
        except StorageFullError:
            return slots
        except DeviceError as exc:
            self._modem.spend(place, list(slots.values()))
            raise self._with_parts(_untouched(exc), {}) from exc
        return slots

    def _store_after_all(self, place: str, parts: Sequence[int]) -> dict[int, int]:
        """Empties the storages first; if there is no room then, there will be none."""
        try:
            self._empty()
        except DeviceError as exc:
            raise self._with_parts(_untouched(exc), {}) from exc
        slots = self._store(place, parts)
        if not slots:
            raise self._with_parts(StorageFullError("The modem has no room for a message."), {})
        return slots

    def _send_all(self, place: str, slots: dict[int, int]) -> None:
        listed = [{"part": part, "slot": slot} for part, slot in slots.items()]
        baseline: dict[str, Any] | None = self._baseline(storage=place, slots=listed)
        for part, slot in slots.items():
            checking = not self._modem.truth_checked
            before = self._says(place, slot, part, Kept.UNSENT) if checking else None
            try:
                self._tap(part, slot, baseline)
            except DeviceError as exc:
                self._check_refused(place, slot, part, exc)
                raise
            baseline = None  # one baseline holds for all slots
            if checking:
                self._learn(before=before, after=self._says(place, slot, part, Kept.SENT))

    def _says(self, place: str, slot: int, part: int, kept: Kept) -> bool | None:
        """Whether the slot has this status for this part; None when it could not be read."""
        try:
            found = self._storages.read(place, slot)
        except DeviceError as exc:
            log.info("slot %d could not be checked: %s", slot, exc)
            return None
        if found is None or not found.holds(self._submission.tpdu(part)):
            return None
        return found.kept is kept

    def _check_refused(self, place: str, slot: int, part: int, error: DeviceError) -> None:
        """A slot that says SENT of a refused message is wrong: this model is not believed again."""
        refused = not isinstance(error, Unconfirmed) and isinstance(error.__cause__, AtError)
        if refused and self._says(place, slot, part, Kept.SENT):
            self._modem.learn(slot_truth=False)

    def _learn(self, *, before: bool | None, after: bool | None) -> None:
        """After one wrong status this make, model and firmware are not believed any more."""
        if before is None or after is None:
            return
        self._modem.truth_checked = True
        truth = before and after
        known = self._modem.learnt.get("slot_truth")
        if known is None or (known and not truth):
            self._modem.learn(slot_truth=truth)


class _AtOnce(_Sending):
    """Nothing can be stored: a lost answer leaves only the status report as evidence."""

    def run(self) -> Proof:
        for part in self._submission.missing:
            self._tap(part, None, self._baseline(direct=True, part=part))
        return self._proof()


def _untouched(error: DeviceError) -> DeviceError:
    """Nothing was sent yet: a doubt about this command is no doubt about the message."""
    if isinstance(error, DeviceGone):
        return DeviceGone(error.sentence, error.evidence)
    if isinstance(error, Unconfirmed):
        return Transient(error.sentence, error.evidence)
    return error
