"""The queue as a state machine for Hypothesis: all events, in any order.

The store, the queue and the desk are real; the clock is set by hand. The phone is a few lines of
code. It knows which messages really left, and says so only when it is asked.
"""

import tempfile
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.decisions import Decision, decide
from appliance.desk.outgoing.sending import cancel
from appliance.devices.protocol import (
    DeviceState,
    Finding,
    Found,
    Look,
    Proof,
    Tick,
    Ticks,
    TickVisit,
)
from appliance.errors import DeviceError, DeviceGone, Refused, Transient, Unconfirmed
from appliance.messages import MessageClass
from appliance.queue.attempt import QueueAttempt
from appliance.queue.gate import ConsentGate
from appliance.queue.planner import Planner
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.queue.work import QueueWork
from appliance.reasons import Reason
from appliance.store import high_water
from appliance.store.store import Store
from tests.fresh_store import fresh_store
from tests.queue.counter import ANNA, BART, BOTH, MONDAY, STAFF, Counter
from tests.queue.queue_promises import (
    EXCUSES,
    FOR_EVER_MS,
    PROVEN,
    SHORT_MS,
    TIGHT,
    Departure,
    QueuePromises,
    S,
)

PEOPLE = st.sampled_from([ANNA, BART])
FINDINGS = ["truth", "truth", "unclear", "gone"]
"""The possible results of a look at the phone."""
EFFECTS = ["leaves", "leaves", "held", "nothing"]
"""The possible effects of a tap."""
ANSWERS = ["truth", "truth", "http 500", "gone"]
"""The possible reports of the driver afterwards."""

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 -- a folder of our own


class QueueMachine(QueuePromises):
    """One phone, two people who wrote, and a Balie that may stop at any step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=IN_MEMORY)
        self.path = Path(self.folder.name) / "balie.db"
        self.clock = ManualClock(at_ms=MONDAY)
        self.store = fresh_store(self.path, self.clock)
        self.counter = Counter(self.store, self.clock, Path(self.folder.name), profile=TIGHT)
        self.phone_is_here = True
        self.hand: QueueAttempt | None = None
        self.tapped = False
        self.left: set[str] = set()  # attempts that left
        self.accepted: dict[str, int] = {}  # message to time to live
        self.stopped: set[str] = set()
        self.withdrawn: set[str] = set()
        self.given_up: set[str] = set()

    @initialize()
    def both_wrote(self) -> None:
        """Both are answered, so three messages wait from the beginning."""
        self.counter.knows(ANNA, BART)
        for who in (ANNA, BART, ANNA):
            self.accepted[self.counter.queues(to=who, ttl_ms=FOR_EVER_MS)] = FOR_EVER_MS

    # What people do

    @rule(
        who=PEOPLE,
        typed=st.booleans(),
        channel=st.sampled_from([None, Channel.WHATSAPP, Channel.SMS]),
        short=st.sampled_from([False, False, False, True]),
        kind=st.sampled_from([None, None, MessageClass.LIST]),
    )
    def accept(
        self, who: str, typed: bool, channel: Channel | None, short: bool, kind: MessageClass | None
    ) -> None:
        ttl_ms = SHORT_MS if short else FOR_EVER_MS
        try:
            message_id = self.counter.queues(
                to=who, typed=typed, channel=channel, ttl_ms=ttl_ms, kind=kind
            )
        except Refused:
            assert who in self.stopped
        else:
            assert who not in self.stopped
            self.accepted[message_id] = ttl_ms

    @rule(who=PEOPLE)
    def opt_out(self, who: str) -> None:
        self.counter.hears("STOP", who)
        self.stopped.add(who)

    @precondition(lambda self: self.stopped)
    @rule()
    def opt_in_again(self) -> None:
        """Uses the network's time, which is right."""
        who = self.stopped.pop()
        at_ms = max(self.clock.now_ms(), self.store.read(high_water.read_mark))
        self.counter.hears("START", who, at_ms=at_ms)

    @rule(who=PEOPLE)
    def write(self, who: str) -> None:
        self.counter.hears("Oké", who)

    @precondition(lambda self: self.accepted)
    @rule()
    def withdraw(self) -> None:
        """Somebody cancels the newest message; not one that the phone has in hand.

        One that is cancelled already, as by STOP, stays so.
        """
        newest = max(self.accepted)
        before = self.counter.state(newest)
        try:
            self.store.write(lambda tx: cancel(tx, newest, STAFF))
        except Refused:
            assert before not in {S.QUEUED, S.CANCELLED}
        else:
            assert before in {S.QUEUED, S.CANCELLED}
            self.withdrawn.add(newest)

    # Events of the clock and the power

    @rule(s=st.sampled_from([1, 5, 30, 90, 600]))
    def wait(self, s: int) -> None:
        self.clock.advance(s=s)

    @rule(s=st.sampled_from([-30, -30, -7200, 50, 7200, 7200, 5 * 86_400]))
    def set_clock(self, s: int) -> None:
        self.clock.advance(s=s)

    @precondition(lambda self: self._clock_is_wrong())
    @rule()
    def correct_clock(self) -> None:
        self.clock.at_ms = self.store.read(high_water.read_mark)

    def _clock_is_wrong(self) -> bool:
        return self.store.read(high_water.clock_is_wrong(self.clock))

    @rule()
    def plan(self) -> None:
        self.counter.planner.round()

    @rule()
    def crash(self) -> None:
        """All memory is lost; committed data is there at the next start."""
        self.hand = None
        self.store.close()
        self.store = Store(self.path, self.clock)
        counter = self.counter
        counter.store, counter.gate = self.store, ConsentGate()
        counter.reception = Reception(self.store, counter.gate)
        counter.work = QueueWork(self.store, counter.gate, TIGHT, evidence=counter.evidence)
        counter.planner = Planner(self.store, TIGHT, counter.due.append)
        doubt_everything_in_hand(self.store)

    # What the phone does

    @precondition(lambda self: self.hand is None and self.phone_is_here)
    @rule(answer=st.sampled_from(FINDINGS))
    def take_up(self, answer: str) -> None:
        """The device's thread asks for its next task."""
        self._take_up(answer)

    @precondition(lambda self: self.hand is None and self.phone_is_here)
    @rule(
        effect=st.sampled_from(EFFECTS),
        says=st.sampled_from([*ANSWERS, "power cut"]),
        answer=st.sampled_from(FINDINGS),
        pause_s=st.sampled_from([0, 5, 40]),
        stop=st.sampled_from([False, False, True]),
    )
    def serve(self, effect: str, says: str, answer: str, pause_s: int, stop: bool) -> None:
        """One whole turn of the device's thread, once a message may be due."""
        self.clock.advance(s=pause_s)
        self._take_up(answer)
        if self.hand is not None:
            if stop:
                self.opt_out(self.hand.outgoing.number)
            self.tap(effect)
        if says == "power cut":
            self.crash()
        elif self.hand is not None:
            self.tell(says)

    def _take_up(self, answer: str) -> bool:
        task = self.counter.work.next_task(self.counter.device_id, BOTH)
        match task:
            case None:
                return False
            case QueueAttempt():
                self.hand, self.tapped = task, False
            case Look():
                self.counter.work.looked(task, self._found(task, answer))
            case TickVisit():
                self.counter.work.visited(task, self._ticks(task, answer))
        return True

    @precondition(lambda self: self.hand is not None and not self.tapped)
    @rule(effect=st.sampled_from(EFFECTS))
    def tap(self, effect: str) -> None:
        """The second gate, and a tap that may have no effect, which nobody notices."""
        attempt = self.hand
        assert attempt
        attempt.baseline({"rows": 0})
        try:
            with attempt.clear_to_send():
                self._may_leave_now(attempt)
                self._happens(attempt, effect)
        except (Refused, DeviceError) as error:
            self.hand = None
            self.counter.work.not_sent(attempt, error)
            return
        self.tapped = True

    @precondition(lambda self: self.hand is not None)
    @rule(says=st.sampled_from(ANSWERS))
    def tell(self, says: str) -> None:
        """The driver reports what it saw of the attempt in hand, or that it saw nothing."""
        attempt, self.hand = self.hand, None
        assert attempt
        left = attempt.outgoing.attempt_id in self.left
        if says == "truth" and left:
            self.counter.work.sent(attempt, Proof(tick=Tick.SENT))
        elif says == "gone":
            self.counter.work.not_sent(attempt, DeviceGone("The cable was pulled."))
        elif says == "http 500" or attempt.outgoing.attempt_id in self.held:
            self.counter.work.not_sent(attempt, Unconfirmed("The answer was lost."))
        else:
            self.counter.work.not_sent(attempt, Transient("Nothing was tapped."))

    @precondition(lambda self: self.held)
    @rule()
    def late_departure(self) -> None:
        """A message that the phone held back leaves by itself."""
        attempt_id = next(iter(self.held))
        self.left.add(attempt_id)
        self.departures.append(self.held.pop(attempt_id))

    @rule()
    def plug(self) -> None:
        """The phone is unplugged or comes back; an attempt in its hands ends without an answer."""
        self.phone_is_here = not self.phone_is_here
        if self.phone_is_here:
            self.counter.phone_is(DeviceState.READY, channels=BOTH)
            return
        if self.hand is not None:
            self.tell("gone")
        self.counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)

    @precondition(lambda self: self._waiting_for_a_person())
    @rule()
    def person_decides(self) -> None:
        """A person looks at the phone and says what is there."""
        self._decide_about_the_phone()

    def _decide_about_the_phone(self) -> None:
        for message_id in self._waiting_for_a_person():
            if message_id in {each.message_id for each in self.held.values()}:
                continue
            left = any(each.message_id == message_id for each in self.departures)
            self._decide(message_id, Decision.LEFT if left else Decision.SEND_AGAIN)

    def _waiting_for_a_person(self) -> list[str]:
        rows = self.counter.all(
            "SELECT id FROM message WHERE state = 'unconfirmed' AND reason = 'person'"
        )
        return [row["id"] for row in rows]

    def _decide(self, message_id: str, decision: Decision) -> None:
        self.store.write(lambda tx: decide(tx, message_id, decision, staff_id="somebody"))
        if decision is Decision.SEND_AGAIN and message_id in self.accepted:
            self.accepted[message_id] = SHORT_MS  # it has a day from now, and may miss it

    def _found(self, look: Look, answer: str) -> Found | DeviceError:
        attempt_id = look.outgoing.attempt_id
        if answer == "gone":
            return DeviceGone("no answer")
        if answer == "unclear":
            return Found(finding=Finding.UNCLEAR)
        if attempt_id in self.held:
            return Found(finding=Finding.PRESENT, proof=Proof(tick=Tick.PENDING))
        if attempt_id in self.left:
            return Found(finding=Finding.PRESENT, proof=Proof(tick=Tick.SENT))
        return Found(finding=Finding.ABSENT)

    def _ticks(self, visit: TickVisit, answer: str) -> Ticks | DeviceError:
        if answer == "gone":
            return DeviceGone("no answer")
        return Ticks(by_message={each.message_id: Tick.DELIVERED for each in visit.sent})

    def _happens(self, attempt: QueueAttempt, effect: str) -> None:
        attempt_id, message_id = attempt.outgoing.attempt_id, attempt.outgoing.message_id
        row = self.counter.row(message_id)
        departure = Departure(
            message_id=message_id,
            at_ms=self.clock.now_ms(),
            begun=row["class"] in ("automatic", "list") and not row["answering"],
        )
        if effect == "leaves":
            self.left.add(attempt_id)
            self.departures.append(departure)
        elif effect == "held":
            self.held[attempt_id] = departure

    def _may_leave_now(self, attempt: QueueAttempt) -> None:
        """Asked inside the gate: nothing forbids this message."""
        confirms = self.counter.row(attempt.outgoing.message_id)["class"] == "confirmation"
        assert confirms or attempt.outgoing.number not in self.stopped
        assert not self._clock_is_wrong()

    def teardown(self) -> None:
        """In the end every accepted message has left, or an opt-out or its age ended it."""
        try:
            self._settle()
        finally:
            self.store.close()
            self.folder.cleanup()

    def _settle(self) -> None:
        self.crash()
        self.clock.at_ms = max(self.clock.at_ms, self.store.read(high_water.read_mark))
        if not self.phone_is_here:
            self.plug()
        while self.held:
            self.late_departure()
        idle = 0
        while self._unsettled() and idle < 400:
            if idle % 20 == 0:
                self._both_answer()
                self.counter.planner.round()
            busy = self._take_up("truth")
            if self.hand is not None:
                self.tap("leaves")
            if self.hand is not None:
                self.tell("truth")
            self.person_decides()
            idle = 0 if busy else idle + 1
            self.clock.advance(s=0 if busy else min(60 * idle, 3600))
        self._check_ends()

    def _both_answer(self) -> None:
        """Both write, so that messages that wait for an answer go on."""
        for who in {ANNA, BART} - self.stopped:
            self.counter.hears("Oké", who)

    def _unsettled(self) -> list[str]:
        rows = self.counter.all(
            "SELECT id FROM message WHERE state IN ('queued', 'sending', 'unconfirmed')"
        )
        return [row["id"] for row in rows if row["id"] in self.accepted]

    def _check_ends(self) -> None:
        self.nothing_leaves_twice()
        self.only_what_left_is_called_sent()
        self.states_follow_each_other_as_they_may()
        left = {each.message_id for each in self.departures}
        for message_id, ttl_ms in self.accepted.items():
            row = self.counter.row(message_id)
            ended = S(row["state"])
            if message_id in self.withdrawn:
                assert (ended, message_id in left) == (S.CANCELLED, False)
            elif message_id in self.given_up:
                assert (ended, row["reason"]) == (S.FAILED, "decided")
            elif message_id in left:
                assert ended in PROVEN, dict(row)
            else:
                assert (ended, row["reason"]) in EXCUSES[ttl_ms], dict(row)
