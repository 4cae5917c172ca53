"""A round as it would go: the queue, the desk and the follower at work, in virtual time.

Only the phones and the people are made up. A phone sends what the queue hands it; whom it asked
answers by their habits, after a while or never.
"""

import heapq
import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from appliance.channels import Channel
from appliance.clock import ManualClock
from appliance.demo.past import Office, Past, PastStore
from appliance.desk.access.sight import Sight
from appliance.desk.rounds import board, seats, starting
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.desk.rounds.board import Board
from appliance.desk.rounds.following import RoundFollower
from appliance.desk.rounds.starting import StartRequest
from appliance.devices.protocol import Incoming, Proof, Tick
from appliance.identities import tel
from appliance.queue.attempt import QueueAttempt
from appliance.queue.pacing import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS
from appliance.store import (
    branches,
    consent,
    contacts,
    conversations,
    devices,
    lines,
    messages,
    routes,
)
from appliance.store.consent import ConsentKind
from appliance.store.rounds import PersonState, RoundAuthor, RoundState
from appliance.store.store import Tx

BEGINS = datetime(2026, 6, 15, 9, tzinfo=ZoneInfo("Europe/Amsterdam"))
"""A Monday on which offices are open."""
STEP_MS = 10 * SECOND_MS
HOURS = 8
QUESTION, CONFIRM = "Kun je morgen van 7 tot 15 uur werken?", "Top, je staat op het rooster!"
_BOTH = frozenset({Channel.WHATSAPP, Channel.SMS})
_ALL, _PLANNER = Sight(None), RoundAuthor()
_WORDS = {
    AnswerReading.YES: ("ja", "Ja hoor!", "yes", "tak", "👍", "evet"),
    AnswerReading.NO: ("nee", "kan niet", "Nee sorry", "nie mogę", "👎"),
    AnswerReading.UNCLEAR: ("misschien, ik bel zo", "tot hoe laat?", "kan mijn broer ook?"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """The shares of people who answer so; the rest stays silent. Half answer within `half_min`."""

    yes: float = 0.35
    no: float = 0.3
    unclear: float = 0.05
    half_min: float = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundTrial:
    """`heard_h`: how long ago everybody wrote for the last time."""

    people: int = 500
    seats: int = 40
    at_once: int | None = None
    lines: int = 4
    heard_h: int = 72
    habits: Habits = field(default_factory=Habits)
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOutcome:
    """`asked` is how many questions left. `needless` are those that left or were kept although the
    rule allowed none more then; `doubled` those that left to somebody for the second time.
    """

    state: str
    asked: int
    yes: int
    reserve: int
    no: int
    unclear: int
    silent: int
    not_asked: int
    minutes_to_filled: int | None
    needless: int
    doubled: int


def tried(trial: RoundTrial) -> TrialOutcome:
    """Lives through it; the same seed gives the same round."""
    with tempfile.TemporaryDirectory(prefix="balie-") as folder:
        at_ms = int(BEGINS.timestamp() * 1000)
        clock = ManualClock(at_ms=at_ms - 30 * DAY_MS)
        store = PastStore(Path(folder) / "balie.db", clock)
        try:
            return _Day(trial, Past(store, clock), at_ms).outcome()
        finally:
            store.close()


@dataclass(slots=True)
class _Day:
    trial: RoundTrial
    past: Past
    begins_ms: int
    offices: Sequence[Office] = ()
    left: list[str] = field(default_factory=list)
    needless: int = 0
    round_id: str = ""
    _answers: list[tuple[int, int, str, AnswerReading]] = field(default_factory=list)
    _rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._rng = random.Random(f"round {self.trial.seed}")  # noqa: S311 -- habits, no secret

    def outcome(self) -> TrialOutcome:
        store, clock = self.past.store, self.past.clock
        self.offices = store.write(self._found)
        for office in self.offices:
            self.past.opens(office)
        numbers = [f"+316{20_000_000 + place}" for place in range(self.trial.people)]
        clock.at_ms = self.begins_ms - self.trial.heard_h * HOUR_MS
        store.write(lambda tx: self._hears_everybody(tx, numbers))
        clock.at_ms = self.begins_ms
        self.round_id = store.write(lambda tx: starting.start(tx, _ALL, self._request(tx, numbers)))
        self._goes_on()
        return self._told(self._board())

    def _found(self, tx: Tx) -> Sequence[Office]:
        branch_id = branches.add_branch(tx, "Utrecht")
        return [self._office(tx, branch_id, place) for place in range(self.trial.lines)]

    def _office(self, tx: Tx, branch_id: str, place: int) -> Office:
        number = f"+316{10_000_000 + place}"
        line_id = lines.add_line(tx, branch_id=branch_id, number=number)
        phone_id = devices.enrol(tx, kind="phone", address=f"phone-{place}")
        for channel in (Channel.WHATSAPP, Channel.SMS):
            routes.add_route(tx, line_id=line_id, device_id=phone_id, channel=channel)
        return Office(line_id=line_id, number=number, phone_id=phone_id, modem_id=None, staff_id="")

    def _hears_everybody(self, tx: Tx, numbers: Sequence[str]) -> None:
        for number in numbers:
            who = tel(number)
            contact_id = contacts.ensure(tx, who)
            for office in self.offices:
                message_id = self._heard(tx, office, number, contact_id)
                consent.record(
                    tx,
                    identity=who,
                    contact_id=contact_id,
                    line_id=office.line_id,
                    kind=ConsentKind.WROTE_FIRST,
                    channel=Channel.WHATSAPP,
                    message_id=message_id,
                    recorded_by="rule",
                )

    def _heard(self, tx: Tx, office: Office, number: str, contact_id: str) -> str | None:
        key = f"{office.line_id}:{number}"
        return messages.receive(
            tx,
            messages.NewIncoming(
                conversation_id=conversations.with_contact(tx, office.line_id, contact_id),
                line_id=office.line_id,
                contact_id=contact_id,
                identity=tel(number),
                text="Hoi, is er werk?",
                channel=Channel.WHATSAPP,
                device_key=key,
                sender_name=None,
                exact=True,
                happened_ms=tx.now_ms,
                key_digest=messages.digest_of(key),
            ),
        )

    def _request(self, tx: Tx, numbers: Sequence[str]) -> StartRequest:
        starts_ms = self.begins_ms + 22 * HOUR_MS
        return StartRequest(
            lines=[lines.line(tx.conn, office.line_id) for office in self.offices],
            contacts=numbers,
            variants=[QUESTION],
            seats=self.trial.seats,
            at_once=self.trial.at_once,
            starts_ms=starts_ms,
            ends_ms=starts_ms + 8 * HOUR_MS,
            closes_ms=self.begins_ms + HOURS * HOUR_MS,
            confirm_text=CONFIRM,
            by=_PLANNER,
        )

    def _goes_on(self) -> None:
        follower, clock = RoundFollower(self.past.store), self.past.clock
        while clock.at_ms < self.begins_ms + HOURS * HOUR_MS:
            self._follows(follower)
            if self._board().about.state is not RoundState.RUNNING and not self._answers:
                return
            for office in self.offices:
                self._sends(office)
            clock.advance(ms=STEP_MS)
            while self._answers and self._answers[0][0] <= clock.at_ms:
                _, _, number, reading = heapq.heappop(self._answers)
                self._answer(number, reading)
                self._follows(follower)

    def _follows(self, follower: RoundFollower) -> None:
        """What is open may become less by answers, and more only as far as the rule allows."""
        while follower.catch_up():
            pass
        before = self._open()
        while follower.go_on():
            now = self._open()
            about = self._board()
            if now > before and now > seats.allowed(about.about, about.free):
                self.needless += 1
            before = now

    def _open(self) -> int:
        return len(self._board().who_are(PersonState.ASKED))

    def _sends(self, office: Office) -> None:
        task = self.past.work.next_task(office.phone_id, _BOTH)
        if not isinstance(task, QueueAttempt):
            return
        task.baseline({"rows": 0})
        with task.clear_to_send():
            pass
        self.past.work.sent(task, Proof(tick=Tick.SENT))
        if task.outgoing.text == QUESTION:
            self.needless += self._board().about.state is not RoundState.RUNNING
            self.left.append(task.outgoing.number)
            self._will_answer(task.outgoing.number)

    def _will_answer(self, number: str) -> None:
        habits, chance = self.trial.habits, self._rng.random()
        minutes = self._rng.lognormvariate(0, 1) * habits.half_min
        for reading, share in (
            (AnswerReading.YES, habits.yes),
            (AnswerReading.NO, habits.no),
            (AnswerReading.UNCLEAR, habits.unclear),
        ):
            if chance < share:
                at_ms = self.past.clock.at_ms + int(minutes * MINUTE_MS)
                heapq.heappush(self._answers, (at_ms, len(self.left), number, reading))
                return
            chance -= share

    def _answer(self, number: str, reading: AnswerReading) -> None:
        who = next(each for each in self._board().people if each.contact.number == number)
        office = next(each for each in self.offices if each.line_id == who.line_id)
        told = Incoming(
            channel=Channel.WHATSAPP,
            key=f"answer-{number}",
            sender=number,
            text=self._rng.choice(_WORDS[reading]),
            at_ms=self.past.clock.at_ms,
            sender_name=None,
        )
        self.past.reception.received(office.phone_id, [told])

    def _board(self) -> Board:
        return self.past.store.read(lambda conn: board.board(conn, _ALL, self.round_id))

    def _told(self, found: Board) -> TrialOutcome:
        return TrialOutcome(
            state=found.about.state.value,
            asked=len(self.left),
            yes=len(found.yes),
            reserve=len(found.reserve),
            no=len(found.no),
            unclear=len(found.unclear),
            silent=len(found.silent),
            not_asked=len(found.not_asked),
            minutes_to_filled=found.minutes_to_filled,
            needless=self.needless,
            doubled=len(self.left) - len(set(self.left)),
        )
