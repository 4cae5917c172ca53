"""Lives through a moment that has been: through the same doors as a message of today."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.devices.evidence_facts import PartFacts, PartState, telling_parts
from appliance.devices.protocol import DeviceState, Group, Incoming, Proof, Status, Tick
from appliance.emulated.world.people import Person
from appliance.errors import Permanent
from appliance.identities import tel
from appliance.queue import outcomes, rows
from appliance.queue.attempt import QueueAttempt
from appliance.queue.gate import ConsentGate
from appliance.queue.pacing import DEFAULT_PROFILE, MINUTE_MS
from appliance.queue.work import QueueWork
from appliance.reasons import Reason
from appliance.store.store import Store, Tx

T = TypeVar("T")
_TRIES = 12
"""Moments at which a device is asked for its next task before it is left."""
_BOTH = frozenset({Channel.WHATSAPP, Channel.SMS})
_SMS = frozenset({Channel.SMS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A line with its devices, and who answers at it."""

    line_id: str
    number: str
    phone_id: str
    modem_id: str | None
    staff_id: str


class PastStore(Store):
    """Waits for no disk: a power cut may take the demo's past."""

    def submit(self, work: Callable[[Tx], T], *, durable: bool = True) -> Future[T]:
        del durable
        return super().submit(work, durable=False)


@dataclass(slots=True)
class Past:
    """`clock` is the store's, and is moved on by what happens."""

    store: Store
    clock: ManualClock
    work: QueueWork = field(init=False)
    reception: Reception = field(init=False)
    _keys: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        gate = ConsentGate()
        self.reception = Reception(self.store, gate)
        evidence = self.store.path.parent / "media"
        self.work = QueueWork(self.store, gate, DEFAULT_PROFILE, evidence=evidence)

    def is_at(self, at_ms: int) -> None:
        """Time never runs back."""
        self.clock.at_ms = max(self.clock.at_ms, at_ms)

    def opens(self, office: Office) -> None:
        self._connects(office.phone_id, _BOTH)
        if office.modem_id is not None:
            self._connects(office.modem_id, _SMS)

    def closes(self, office: Office) -> None:
        """Its devices have to be found again."""
        self._goes(office.phone_id)
        if office.modem_id is not None:
            self._goes(office.modem_id)

    def _connects(self, device_id: str, channels: frozenset[Channel]) -> None:
        self.reception.status(device_id, Status(state=DeviceState.READY, channels=channels))

    def _goes(self, device_id: str) -> None:
        status = Status(state=DeviceState.ABSENT, reason=Reason.NOT_PLUGGED_IN)
        self.reception.status(device_id, status)

    def hears(self, office: Office, person: Person, text: str, group: Group | None = None) -> None:
        """They write, and what a rule answers leaves."""
        told = Incoming(
            channel=Channel.WHATSAPP if person.on_whatsapp else Channel.SMS,
            key=f"demo-{next(self._keys)}",
            sender=person.number,
            text=text,
            at_ms=self.clock.now_ms(),
            sender_name=person.name if person.on_whatsapp else None,
            group=group,
        )
        self.reception.received(office.phone_id, [told])
        if group is None:
            self.sends(office)

    def answers(self, office: Office, person: Person, text: str) -> None:
        """A colleague types it, and it is read."""
        self._accepts(office, person, text)
        self.sends(office)

    def answers_over_the_modem(self, office: Office, person: Person, text: str) -> None:
        """Their phone is away for longer than the line waits."""
        if office.modem_id is None:
            return
        self._goes(office.phone_id)
        self._accepts(office, person, text)
        self.clock.advance(ms=3 * MINUTE_MS)
        part = PartFacts(part=1, state=PartState.SENT, mr=21)
        proof = Proof(tick=Tick.SENT, facts=telling_parts([part], 7))
        self._leaves(office.modem_id, _SMS, proof)
        self._connects(office.phone_id, _BOTH)

    def fails_to_answer(self, office: Office, person: Person, text: str) -> None:
        self._accepts(office, person, text)
        attempt = self._attempt(office.phone_id, _BOTH)
        if attempt is not None:
            error = Permanent("The phone refused it for good.")
            self.store.write(lambda tx: outcomes.not_sent(tx, attempt.outgoing, error))

    def sends(self, office: Office) -> None:
        """All that waits on the line leaves the phone and is read."""
        while self.store.read(lambda conn: rows.count_queued(conn, office.line_id)):
            if not self._leaves(office.phone_id, _BOTH, Proof(tick=Tick.READ), office.line_id):
                return

    def _accepts(self, office: Office, person: Person, text: str) -> None:
        request = SendRequest(
            line_id=office.line_id,
            identity=tel(person.number),
            text=text,
            author=Author(staff_id=office.staff_id),
            typed=True,
        )
        self.store.write(lambda tx: accept(tx, request))

    def _leaves(
        self, device_id: str, channels: frozenset[Channel], proof: Proof, line_id: str | None = None
    ) -> bool:
        attempt = self._attempt(device_id, channels, line_id)
        if attempt is None:
            return False
        attempt.baseline({"rows": 0})
        with attempt.clear_to_send():
            pass
        self.work.sent(attempt, proof)
        return True

    def _attempt(
        self, device_id: str, channels: frozenset[Channel], line_id: str | None = None
    ) -> QueueAttempt | None:
        for _ in range(_TRIES):
            if line_id is not None:
                self.is_at(self.store.read(lambda conn: rows.first_expected(conn, line_id)) or 0)
            task = self.work.next_task(device_id, channels)
            if isinstance(task, QueueAttempt):
                return task
            self.clock.advance(s=10)
        return None
