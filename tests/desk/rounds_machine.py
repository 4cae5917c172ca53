"""Rounds as a state machine for Hypothesis: all that may happen to them, in any order.

The store, the queue, the desk and the follower are real; the clock is set by hand, and the phone is
a few lines that know what really left. Balie may stop at any step.
"""

import tempfile
from collections import Counter as Tally
from dataclasses import replace
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from appliance.clock import ManualClock
from appliance.desk.outgoing.sending import Author
from appliance.desk.rounds import deciding
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.devices.protocol import Proof, Tick
from appliance.errors import Refused, Transient
from appliance.queue.attempt import QueueAttempt
from appliance.queue.pacing import DEFAULT_PROFILE, HOUR_MS, MINUTE_MS
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.store.rounds import PersonState, RoundAuthor, RoundState
from tests.desk.rounds_office import CONFIRM, FULL, RoundsOffice
from tests.fresh_store import fresh_store
from tests.queue.counter import MONDAY, Counter, tapping
from tests.queue.machine import IN_MEMORY

QUICK = replace(DEFAULT_PROFILE, gap_min_ms=1_000, gap_max_ms=2_000, open_chat_ms=100)
PEOPLE = 6
WHO = st.integers(0, PEOPLE - 1)
WORDS = ("ja", "ja", "nee", "Kan niet", "👍", "hoe laat?", "nu", "misschien", "ja hoor")
P, R = PersonState, RoundState


class RoundsMachine(RuleBasedStateMachine):
    """Six people, a phone, and a Balie that may stop at any step."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(dir=IN_MEMORY)
        self.clock = ManualClock(at_ms=MONDAY)
        self.store = fresh_store(Path(self.folder.name) / "balie.db", self.clock)
        self.hand: QueueAttempt | None = None
        self.taken_up: set[str] = set()
        self.left: list[tuple[str, str]] = []
        self.rounds: list[str] = []
        self.late: list[str] = []
        self._wires()

    def _wires(self) -> None:
        self.counter = Counter(self.store, self.clock, Path(self.folder.name), profile=QUICK)
        self.office = RoundsOffice(self.counter)

    @initialize()
    def everybody_wrote(self) -> None:
        self.people = self.office.knows(PEOPLE)

    @rule(
        places=st.lists(WHO, min_size=1, max_size=PEOPLE, unique=True),
        seats=st.integers(1, 2),
        at_once=st.integers(1, 4),
        hour=st.sampled_from([20, 24, 30]),
    )
    def start(self, places: list[int], seats: int, at_once: int, hour: int) -> None:
        """Each asks in words of its own, so that its questions can be told apart."""
        starts_ms = MONDAY + hour * HOUR_MS
        self.rounds.append(
            self.office.starts(
                [self.people[place] for place in places],
                seats=seats,
                at_once=at_once,
                starts_ms=starts_ms,
                ends_ms=starts_ms + 6 * HOUR_MS,
                closes_ms=self.clock.now_ms() + 3 * HOUR_MS,
                variants=[f"Vraag {len(self.rounds)}"],
                filled_text=f"{FULL} {len(self.rounds)}",
            )
        )

    @rule()
    def follow(self) -> None:
        self.office.follows()

    @precondition(lambda self: self.hand is None)
    @rule(seconds=st.sampled_from([0, 30, 120]))
    def take_up(self, seconds: int) -> None:
        """The phone takes what is due; what a round is no longer for is not due any more."""
        self.clock.advance(s=seconds)
        task = self.counter.task()
        if isinstance(task, QueueAttempt):
            self.hand = task
            self.taken_up.add(task.outgoing.message_id)

    @precondition(lambda self: self.hand is not None)
    @rule(leaves=st.booleans())
    def tap(self, leaves: bool) -> None:
        """A phone that is disturbed before it types tries again later."""
        attempt, self.hand = self.hand, None
        assert attempt is not None
        if not leaves:
            self.counter.work.not_sent(attempt, Transient("another chat"))
            return
        try:
            with tapping(attempt):
                self.left.append((attempt.outgoing.number, attempt.outgoing.text))
        except Refused as exc:
            self.counter.work.not_sent(attempt, exc)
            return
        self.counter.work.sent(attempt, Proof(tick=Tick.SENT))

    @rule(place=WHO, words=st.sampled_from(WORDS))
    def answer(self, place: int, words: str) -> None:
        self.counter.hears(words, self.people[place])

    @rule(place=WHO)
    def stop(self, place: int) -> None:
        self.counter.hears("STOP", self.people[place])

    @rule(place=WHO)
    def colleague_writes(self, place: int) -> None:
        try:
            self.counter.queues("Bel je even?", to=self.people[place], author=Author())
        except Refused:
            return

    @precondition(lambda self: self.rounds)
    @rule(data=st.data(), place=WHO, yes=st.booleans())
    def decide(self, data: st.DataObject, place: int, yes: bool) -> None:
        round_id = data.draw(st.sampled_from(self.rounds))
        if self.people[place] not in self.office.states(round_id):
            return
        try:
            self.office.decides(
                round_id, self.people[place], AnswerReading.YES if yes else AnswerReading.NO
            )
        except Refused:
            return

    @precondition(lambda self: self.rounds)
    @rule(data=st.data(), off=st.booleans())
    def end(self, data: st.DataObject, off: bool) -> None:
        about = self.office.about(data.draw(st.sampled_from(self.rounds)))
        ends = deciding.cancel if off else deciding.close
        self.store.write(lambda tx: ends(tx, about, by=RoundAuthor()))

    @rule(minutes=st.sampled_from([1, 16, 100]))
    def time_goes_by(self, minutes: int) -> None:
        self.clock.advance(ms=minutes * MINUTE_MS)

    @rule()
    def crash(self) -> None:
        """What a phone had in hand was not tapped yet, so it waits again."""
        self.hand = None
        self.store.close()
        self.store = fresh_store(Path(self.folder.name) / "balie.db", self.clock)
        doubt_everything_in_hand(self.store)
        self._wires()

    @invariant()
    def seats_are_never_given_twice(self) -> None:
        for round_id in self.rounds:
            found = self.office.board(round_id)
            taken, about = len(found.yes), found.about
            assert taken <= about.seats
            if about.state is R.RUNNING:
                assert taken < about.seats
            if about.state is R.FILLED:
                assert taken == about.seats
            told = {each.contact.number for each in found.reserve} - self._stopped()
            if about.state in (R.RUNNING, R.FILLED) and told:
                assert taken == about.seats, "a reserve waits beside a free seat"

    @invariant()
    def nobody_is_asked_twice(self) -> None:
        """Not by one round, and not by two for hours that overlap."""
        asked = Tally((to, text) for to, text in self.left if text.startswith("Vraag"))
        assert all(times == 1 for times in asked.values()), asked
        hours = {}
        for place, round_id in enumerate(self.rounds):
            about = self.office.about(round_id)
            hours[f"Vraag {place}"] = (about.starts_ms, about.ends_ms)
        for to, text in asked:
            begins, ends = hours[text]
            for other, (other_begins, other_ends) in hours.items():
                if other != text and (to, other) in asked:
                    assert other_ends <= begins or ends <= other_begins, (to, text, other)

    @invariant()
    def what_waits_for_no_use_is_withdrawn(self) -> None:
        """Only what a phone has had in hand may still leave for a round that asks nobody."""
        waiting = self.counter.all(
            "SELECT m.id FROM round_person p JOIN message m ON m.id = p.question_id"
            " JOIN round r ON r.id = p.round_id"
            " WHERE m.state = 'queued' AND r.state <> 'running'"
        )
        assert {row["id"] for row in waiting} <= self.taken_up

    @invariant()
    def only_a_seat_is_confirmed(self) -> None:
        """What a phone has had in hand may still leave, until the round hears that it did not."""
        waiting = self.counter.all(
            "SELECT id FROM message WHERE state = 'queued' AND text = ? AND id NOT IN"
            " (SELECT p.said_id FROM round_person p JOIN round r ON r.id = p.round_id"
            " WHERE p.state = 'yes' AND r.state <> 'cancelled' AND p.said_id IS NOT NULL)",
            CONFIRM,
        )
        assert {row["id"] for row in waiting} <= self.taken_up

    @invariant()
    def who_is_not_needed_is_told_once(self) -> None:
        """And of what else a round says, no more than they and the planner gave reason for."""
        told = Tally((to, text) for to, text in self.left if text.startswith(FULL))
        assert all(times == 1 for times in told.values()), told

    def teardown(self) -> None:
        """Once all is said, each round has heard everybody, and whoever has a seat knows it."""
        try:
            self._settles()
        finally:
            self.store.close()
            self.folder.cleanup()

    def _settles(self) -> None:
        if self.hand is not None:
            self.tap(leaves=True)
        self.office.follows()
        for _ in range(60):
            if not self.office.waits():
                break
            self.take_up(30)
            if self.hand is not None:
                self.tap(leaves=True)
            self.office.follows()
        self.seats_are_never_given_twice()
        self.nobody_is_asked_twice()
        self.who_is_not_needed_is_told_once()
        self._everybody_with_a_seat_knows()

    def _stopped(self) -> set[str]:
        """Whom a planner may put down still, and whom Balie tells nothing and gives no seat."""
        rows = self.counter.all("SELECT value FROM consent WHERE kind = 'opted_out'")
        return {row["value"] for row in rows}

    def _everybody_with_a_seat_knows(self) -> None:
        stopped = self._stopped()
        confirmed = {to for to, text in self.left if text == CONFIRM}
        for round_id in self.rounds:
            found = self.office.board(round_id)
            if found.about.state is R.CANCELLED:
                continue  # what waited of it was withdrawn
            seated = {each.contact.number for each in found.yes}
            assert seated - stopped <= confirmed
