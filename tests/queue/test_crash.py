"""A whole life of messages, with a power cut at any step: none lost, none twice."""

import tempfile
from collections import Counter as Tally
from pathlib import Path
from random import Random

import pytest

from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.devices.protocol import Finding, Found, Look, Proof, Tick, Ticks, TickVisit
from appliance.errors import DeviceGone, Refused, Transient, Unconfirmed
from appliance.messages import MessageState
from appliance.queue.attempt import QueueAttempt
from appliance.queue.gate import ConsentGate
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.queue.work import QueueWork
from appliance.store.store import Store
from tests.fresh_store import fresh_store
from tests.queue.counter import ANNA, BART, MONDAY, Counter

S = MessageState
LEFT = {S.SENT, S.DELIVERED, S.READ}
ENDED = LEFT | {S.CANCELLED}


class Life:
    """One phone that tells the truth when it is asked, and a Balie that may stop at any step."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name) / "balie.db"
        self.clock = ManualClock(at_ms=MONDAY)
        self.store = fresh_store(self.path, self.clock)
        self.counter = Counter(self.store, self.clock, Path(self.folder.name))
        self.counter.knows(ANNA, BART)
        self.truth: Tally[str] = Tally()
        self.accepted: set[str] = set()
        self.stopped: set[str] = set()

    def settle(self) -> None:
        """In the end every doubt is answered and everything that may leave has left."""
        self.cut_the_power()
        idle = 0
        while idle < 20:
            idle = 0 if self.step() else idle + 1
            self.clock.advance(s=30 * idle)
        states = {each: self.counter.state(each) for each in self.accepted}
        assert set(states.values()) <= ENDED, states
        self.check()

    def close(self) -> None:
        self.store.close()
        self.folder.cleanup()

    def step(self) -> bool:
        """A phone without faults does the next task."""
        task = self.counter.task()
        match task:
            case QueueAttempt():
                self.send(task, works=True, after="told")
            case Look():
                self.answer(task)
            case TickVisit():
                self.counter.work.visited(task, Ticks(by_message={}))
            case _:
                return False
        return True

    def answer(self, look: Look) -> None:
        there = self.truth[look.outgoing.message_id] > 0
        finding = Finding.PRESENT if there else Finding.ABSENT
        proof = Proof(tick=Tick.SENT) if there else None
        self.counter.work.looked(look, Found(finding=finding, proof=proof))

    def write(self, to: str, typed: bool) -> None:
        try:
            self.accepted.add(self.counter.queues(to=to, typed=typed, ttl_ms=10**9))
        except Refused:
            assert to in self.stopped

    def say_stop(self, who: str) -> None:
        self.counter.hears("STOP", who)
        self.stopped.add(who)

    def say_start(self, who: str) -> None:
        self.counter.hears("START", who)
        self.stopped.discard(who)

    def wait(self, s: int) -> None:
        self.clock.advance(s=s)

    def serve(self, between: str, works: bool, after: str) -> None:
        """The phone does the next task; others happen between the claim, the tap and the end."""
        task = self.counter.task()
        match task:
            case Look() if between == "no chat":
                self.counter.work.looked(task, DeviceGone("no answer"))
            case Look():
                self.answer(task)
            case TickVisit():
                self.counter.work.visited(task, Ticks(by_message={}))
            case QueueAttempt() if between == "no chat":
                self.counter.work.not_sent(task, Transient("The chat did not open."))
            case QueueAttempt() if between == "power cut":
                self.cut_the_power()
            case QueueAttempt():
                if between == "STOP":
                    self.say_stop(task.outgoing.number)
                self.send(task, works=works, after=after)

    def send(self, attempt: QueueAttempt, *, works: bool, after: str) -> None:
        """One tap, which may have no effect that anybody notices, and the steps after it."""
        message_id, number = attempt.outgoing.message_id, attempt.outgoing.number
        attempt.baseline({})
        try:
            with attempt.clear_to_send():
                confirms = self.counter.row(message_id)["class"] == "confirmation"
                assert confirms or number not in self.stopped
                self.truth[message_id] += works
        except Refused as refused:
            assert number in self.stopped
            self.counter.work.not_sent(attempt, refused)
            return
        if after == "power cut":
            self.cut_the_power()
        elif after == "cable pulled":
            self.counter.work.not_sent(attempt, DeviceGone("The cable was pulled."))
        elif works:
            self.counter.work.sent(attempt, Proof(tick=Tick.SENT))
        else:
            self.counter.work.not_sent(attempt, Unconfirmed("No new row."))

    def cut_the_power(self) -> None:
        """All memory is lost; committed data is there at the next start."""
        self.store.close()
        self.store = Store(self.path, self.clock)
        self.counter.store = self.store
        self.counter.gate = ConsentGate()
        self.counter.reception = Reception(self.store, self.counter.gate)
        self.counter.work = QueueWork(
            self.store, self.counter.gate, self.counter.profile, evidence=self.counter.evidence
        )
        doubt_everything_in_hand(self.store)

    def check(self) -> None:
        """No message left twice, and every message that is called sent has left."""
        assert max(self.truth.values(), default=0) <= 1
        for message_id in self.accepted:
            if self.counter.state(message_id) in LEFT:
                assert self.truth[message_id] == 1


def happening(dice: Random) -> tuple[str, list[object]]:
    """The next event, and the person that it is about."""
    name = dice.choices(
        ["write", "serve", "wait", "say_stop", "say_start", "cut_the_power"], [6, 10, 6, 1, 2, 1]
    )[0]
    who = dice.choice([ANNA, BART])
    between = dice.choice(["nothing", "nothing", "nothing", "STOP", "power cut", "no chat"])
    after = dice.choice(["told", "cable pulled", "power cut"])
    about: dict[str, list[object]] = {
        "write": [who, dice.random() < 0.7],
        "serve": [between, dice.random() < 0.7, after],
        "wait": [dice.choice([1, 10, 100])],
        "cut_the_power": [],
    }
    return name, about.get(name, [who])


@pytest.mark.parametrize("seed", range(12))
def test_none_is_lost_and_none_is_sent_twice(seed: int) -> None:
    """In any order of events, each accepted message leaves once, or an opt-out ends it."""
    dice, life = Random(seed), Life()
    try:
        for _ in range(250):
            name, about = happening(dice)
            getattr(life, name)(*about)
            life.check()
        assert sum(life.truth.values()) >= 5  # enough really left
        life.settle()
    finally:
        life.close()
