"""The queue's announced times come true: a week of a branch, through the real store."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from heapq import heappop, heappush

import pytest

from appliance.devices.protocol import Proof, Tick
from appliance.errors import Refused
from appliance.messages import MessageClass
from appliance.queue.attempt import QueueAttempt
from appliance.queue.profile import DAY_MS
from appliance.queue.study.load import Happening, Load, SimulatedContact, SimulatedPeople
from appliance.queue.study.simulate import PHONE_MS, TOLERANCE, TOLERANCE_MS
from appliance.store.forecast import EXPECTED_MS
from tests.long_proofs import IN_FULL
from tests.queue.counter import AMSTERDAM, Counter, at, tapping
from tests.queue.test_office_hours import DUTCH

WEEK = Load(
    contacts=100,
    lists=5,
    inbound_per_day=60,
    days=7,
    starts=datetime(2026, 6, 17, tzinfo=AMSTERDAM),
)
ENDS = at("2026-06-23 18:30")


@dataclass(slots=True)
class Branch:
    """The events of a week, as the product gets them; its promises, and when it sent."""

    counter: Counter
    world: SimulatedPeople
    happenings: list[Happening]
    people: dict[str, SimulatedContact]
    created: dict[str, int] = field(default_factory=dict)
    answered: dict[str, int | None] = field(default_factory=dict)
    planned: dict[str, int | None] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    def run(self) -> None:
        clock = self.counter.clock
        while clock.now_ms() < ENDS:
            self._happen(clock.now_ms())
            task = self.counter.task()
            if isinstance(task, QueueAttempt):
                self._send(task)
                clock.advance(ms=PHONE_MS)
            else:
                clock.at_ms = max(clock.now_ms() + 1, self._next_ms())

    def _happen(self, now_ms: int) -> None:
        accepted = []
        while self.happenings and self.happenings[0].at_ms <= now_ms:
            each = heappop(self.happenings)
            if each.contact is None:
                continue
            if each.kind is None:
                self._hear(each.contact, each.at_ms)
            else:
                accepted.append(self._accept(each.contact, each.kind, now_ms))
        self.counter.planner.round()
        for message_id in filter(None, accepted):
            self.planned[message_id] = self.counter.row(message_id)["expected_ms"]

    def _hear(self, contact: SimulatedContact, at_ms: int) -> None:
        self.counter.hears(sender=contact.number)
        for each in self.world.writes(contact, at_ms):
            heappush(self.happenings, each)

    def _accept(self, contact: SimulatedContact, kind: MessageClass, now_ms: int) -> str | None:
        message = self.world.message(contact, kind, now_ms)
        try:
            accepted = self.counter.accepts(
                "x" * message.text_length, contact.number, typed=message.typed, kind=kind
            )
        except Refused:
            return None
        self.created[accepted.id] = now_ms
        self.answered[accepted.id] = accepted.expected_ms
        return accepted.id

    def _send(self, attempt: QueueAttempt) -> None:
        now_ms = self.counter.clock.now_ms()
        with tapping(attempt):
            pass
        self.counter.work.sent(attempt, Proof(tick=Tick.READ))
        message_id = attempt.outgoing.message_id
        self.left[message_id] = now_ms
        kind = MessageClass(self.counter.row(message_id)["class"])
        contact = self.people[attempt.outgoing.number]
        for each in self.world.left(contact, kind, now_ms):
            heappush(self.happenings, each)

    def _next_ms(self) -> int:
        now_ms = self.counter.clock.now_ms()
        (row,) = self.counter.all(
            f"SELECT min({EXPECTED_MS}) AS at_ms FROM message m WHERE state = 'queued'"  # noqa: S608 -- our own words
            f" AND {EXPECTED_MS} > ?",
            now_ms,
        )
        moments = [each.at_ms for each in self.happenings[:1]]
        return min([*moments, row["at_ms"] or ENDS, ENDS])

    def share_kept(self, promised: dict[str, int | None]) -> float:
        kept = 0
        for message_id, left_ms in self.left.items():
            expected_ms, created_ms = promised[message_id], self.created[message_id]
            if expected_ms is not None:
                allowed_ms = max(TOLERANCE * (expected_ms - created_ms), TOLERANCE_MS)
                kept += abs(left_ms - expected_ms) <= allowed_ms
        return kept / len(self.left)


def open_branch(counter: Counter, load: Load) -> Branch:
    """It opens at eight in the morning, on an old line, with people who wrote two days ago."""
    world = SimulatedPeople(load, DUTCH, 0)
    counter.store.write(lambda tx: tx.conn.execute("UPDATE line SET created_ms = 0"))
    counter.knows(*(contact.number for contact in world.contacts))
    counter.clock.at_ms = at("2026-06-17 08:00")
    days = range(load.starts_ms, load.ends_ms, DAY_MS)
    week = sorted(each for day_ms in days for each in world.day(day_ms))
    happenings = [each for each in week if each.at_ms >= counter.clock.now_ms()]
    people = {contact.number: contact for contact in world.contacts}
    return Branch(counter, world, happenings, people)


@pytest.mark.proof
@pytest.mark.parametrize("seed", [1, 2] if IN_FULL else [1])
def test_what_is_announced_in_a_week_comes_true(counter: Counter, seed: int) -> None:
    """80 % of the messages leave within a tenth of the wait that was announced when they were
    accepted, and of the wait in their first plan.
    """
    branch = open_branch(counter, replace(WEEK, seed=seed))
    branch.run()
    assert len(branch.left) > 300
    assert branch.share_kept(branch.planned) >= 0.8
    assert branch.share_kept(branch.answered) >= 0.8
