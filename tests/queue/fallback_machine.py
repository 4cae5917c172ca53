"""The same lives with a second route: a modem that sends part by part when the phone is away."""

from collections import Counter as Tally
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule

from appliance.desk.outgoing.decisions import Decision
from appliance.devices.protocol import Finding, Found, Look, Proof, Tick
from appliance.errors import DeviceError, DeviceGone, Refused, Transient, Unconfirmed
from appliance.queue.attempt import QueueAttempt
from appliance.queue.pacing import DAY_MS, HOUR_MS, MINUTE_MS
from appliance.queue.parts import total
from tests.queue.counter import ANNA, BART
from tests.queue.machine import FINDINGS, PEOPLE, QueueMachine
from tests.queue.office import Modem, told
from tests.queue.queue_promises import FOR_EVER_MS, TIGHT, Departure, densest

EFFECT = st.sampled_from(["leaves", "leaves", "leaves", "missing", "lost", "mute"])
"""What becomes of a part: the network refuses it, or takes it, or did not get it, unheard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the modem does with one message, and what its driver reports."""

    effects: tuple[str, str]
    says: str = "truth"
    answer: str = "truth"
    stop: bool = False
    pause_s: int = 0


PLAIN = Turn(effects=("leaves", "leaves"))
TURN = st.builds(
    Turn,
    effects=st.tuples(EFFECT, EFFECT),
    says=st.sampled_from(["truth", "truth", "truth", "gone", "power cut"]),
    answer=st.sampled_from(FINDINGS),
    stop=st.sampled_from([False, False, False, True]),
    pause_s=st.sampled_from([5, 60, 700]),
)

LONG = "x" * 200
"""A text of two parts, with and without the signature."""


@dataclass(slots=True)
class Sent:
    """What the modem's slots know of a message: when each part left, under which reference."""

    number: str
    begun: bool
    left: dict[int, tuple[int, int]] = field(default_factory=dict)


class FallbackMachine(QueueMachine):
    """A phone and a modem on one line; each message leaves once, over one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.modem = Modem(self.counter)
        self.by_modem: dict[str, Sent] = {}
        self.part_leaves: Tally[tuple[str, int]] = Tally()
        self.references = 0
        self.settling = False

    @rule(who=PEOPLE)
    def accept_long(self, who: str) -> None:
        try:
            message_id = self.counter.queues(LONG, to=who, ttl_ms=FOR_EVER_MS)
        except Refused:
            assert who in self.stopped
        else:
            self.accepted[message_id] = FOR_EVER_MS

    @rule(
        turns=st.lists(TURN, min_size=1, max_size=4),
        long_away=st.sampled_from([True, True, False]),
        first=st.sampled_from([None, ANNA, BART]),
    )
    def modem_serves(self, turns: list[Turn], long_away: bool, first: str | None) -> None:
        """Usually after the phone has been away for long and somebody has just written."""
        if self._clock_is_wrong():
            self.correct_clock()
        if first is not None:
            self.accept_long(first)
        if long_away and self.phone_is_here:
            self.plug()
        self.clock.advance(s=660 if long_away else 5)
        for turn in turns:
            self._modem_turn(turn)
            self.clock.advance(s=turn.pause_s)

    @precondition(lambda self: any(sent.left for sent in self.by_modem.values()))
    @rule(data=st.data(), arrived=st.sampled_from([True, True, None]))
    def report(self, data: st.DataObject, arrived: bool | None) -> None:
        """The network may report the fate of any part, any number of times."""
        some = [each for each in self.by_modem.values() if each.left]
        sent = data.draw(st.sampled_from(some))
        at_ms, mr = data.draw(st.sampled_from(sorted(sent.left.values())))
        self.modem.reports(mr, arrived=arrived, number=sent.number, at_ms=at_ms)

    def _modem_turn(self, turn: Turn) -> bool:
        task = self.modem.task()
        match task:
            case Look():
                self.counter.work.looked(task, self._seen(task, turn.answer))
            case QueueAttempt():
                self._send(task, turn)
        return task is not None

    def _send(self, attempt: QueueAttempt, turn: Turn) -> None:
        """Sends part by part until one certainly does not leave."""
        outgoing = attempt.outgoing
        sent = self._slots_of(attempt)
        carried = outgoing.resumed.sent if outgoing.resumed else frozenset()
        assert carried <= sent.left.keys()
        parts = [number for number in range(1, total(outgoing) + 1) if number not in carried]
        known = dict.fromkeys(parts, "missing") | dict.fromkeys(carried, "sent")
        try:
            for part, effect in zip(parts, turn.effects, strict=False):
                attempt.baseline({"reference": 7, "part": part})
                with attempt.clear_to_send():
                    self._may_leave_now(attempt)
                    known[part] = self._part(outgoing.message_id, sent, part, effect)
                if known[part] != "sent":
                    break
                if turn.stop:
                    self.opt_out(outgoing.number)
        except (Refused, DeviceError) as error:
            self.counter.work.not_sent(attempt, error)
            return
        self._say(attempt, known, sent, turn.says)

    def _slots_of(self, attempt: QueueAttempt) -> Sent:
        row = self.counter.row(attempt.outgoing.message_id)
        begun = row["class"] in ("automatic", "list") and not row["answering"]
        fresh = Sent(number=attempt.outgoing.number, begun=begun)
        return self.by_modem.setdefault(attempt.outgoing.message_id, fresh)

    def _part(self, message_id: str, sent: Sent, part: int, effect: str) -> str:
        if effect in ("leaves", "lost"):
            self.references = (self.references + 1) % 256
            sent.left[part] = (self.clock.now_ms(), self.references)
            self.part_leaves[message_id, part] += 1
        return {"leaves": "sent", "missing": "missing"}.get(effect, "unknown")

    def _say(self, attempt: QueueAttempt, known: dict[int, str], sent: Sent, says: str) -> None:
        if len(sent.left) == total(attempt.outgoing):
            self._all_left(attempt.outgoing.message_id, sent)
        if says == "power cut":
            self.crash()
            return
        facts = told(*(self._word(known[part], sent, part) for part in sorted(known)))
        if says == "gone":
            self.counter.work.not_sent(attempt, DeviceGone("The stick was pulled."))
        elif "unknown" in known.values():
            self.counter.work.not_sent(attempt, Unconfirmed("No answer.", dict(facts)))
        elif "missing" in known.values():
            self.counter.work.not_sent(attempt, Transient("Refused.", dict(facts)))
        else:
            self.counter.work.sent(attempt, Proof(tick=Tick.SENT, facts=facts))

    def _word(self, state: str, sent: Sent, part: int) -> str | tuple[str, int]:
        return (state, sent.left[part][1]) if state == "sent" else state

    def _all_left(self, message_id: str, sent: Sent) -> None:
        if not any(each.message_id == message_id for each in self.departures):
            at_ms = max(at_ms for at_ms, _ in sent.left.values())
            departure = Departure(message_id=message_id, at_ms=at_ms, begun=sent.begun)
            self.departures.append(departure)

    def _seen(self, look: Look, answer: str) -> Found | DeviceError:
        """The slots show which parts left, but not under which reference."""
        if answer == "gone":
            return DeviceGone("no answer")
        if answer == "unclear":
            return Found(finding=Finding.UNCLEAR)
        left = self.by_modem[look.outgoing.message_id].left
        states = ["sent" if part in left else "missing" for part in self._numbers(look)]
        finding = Finding.PRESENT if left else Finding.ABSENT
        return Found(finding=finding, facts=told(*states))

    def _numbers(self, look: Look) -> range:
        return range(1, total(look.outgoing) + 1)

    @precondition(lambda self: self._waiting_for_a_person())
    @rule()
    def person_decides(self) -> None:
        """Nobody can see what the modem did, so a person who cannot be sure gives up."""
        mine = [each for each in self._waiting_for_a_person() if each in self.by_modem]
        for message_id in mine:
            if any(each.message_id == message_id for each in self.departures):
                self._decide(message_id, Decision.LEFT)
            elif self.by_modem[message_id].left:
                self.given_up.add(message_id)
                self._decide(message_id, Decision.GIVE_UP)
        self._decide_about_the_phone()

    # What is always so

    @invariant()
    def no_part_leaves_twice(self) -> None:
        assert max(self.part_leaves.values(), default=0) <= 1

    @invariant()
    def a_message_leaves_by_one_way(self) -> None:
        by_phone = {each.message_id for each in self.held.values()} | {
            each.message_id for each in self._of_the_phone()
        }
        partly = {message_id for message_id, sent in self.by_modem.items() if sent.left}
        assert not by_phone & partly

    @invariant()
    def no_window_holds_more_than_its_ceiling(self) -> None:
        """For each SIM by itself; for the modem by parts."""
        phone = self._of_the_phone()
        self._within([each.at_ms for each in phone], [each.at_ms for each in phone if each.begun])
        modem = [
            (at_ms, sent) for sent in self.by_modem.values() for at_ms, _ in sent.left.values()
        ]
        begun = [at_ms for at_ms, sent in modem if sent.begun]
        self._within([at_ms for at_ms, _ in modem], begun)

    def _of_the_phone(self) -> list[Departure]:
        partly = {message_id for message_id, sent in self.by_modem.items() if sent.left}
        return [each for each in self.departures if each.message_id not in partly]

    def _within(self, every: list[int], begun: list[int]) -> None:
        assert densest(every, MINUTE_MS) <= TIGHT.per_minute
        assert densest(every, HOUR_MS) <= TIGHT.per_hour
        assert densest(begun, DAY_MS) <= TIGHT.day_budget[0][1]

    # The end

    def _settle(self) -> None:
        self.settling = True
        super()._settle()

    def _take_up(self, answer: str) -> bool:
        busy = self.settling and self._modem_turn(PLAIN)
        return super()._take_up(answer) or busy
