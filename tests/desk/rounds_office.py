"""A counter whose phone asks the people of a round, and who answer; nothing runs by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import joining
from appliance.desk.rounds import board, deciding, starting
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.desk.rounds.board import Board
from appliance.desk.rounds.following import RoundFollower
from appliance.desk.rounds.starting import StartRequest
from appliance.devices.protocol import Proof, Tick
from appliance.messages import MessageState
from appliance.queue.attempt import QueueAttempt
from appliance.queue.pacing import HOUR_MS, MINUTE_MS
from appliance.reasons import Reason
from appliance.store import casework, lines
from appliance.store.rounds import PersonState, Round, RoundAuthor
from appliance.store.store import Tx
from tests.queue.counter import Counter, tapping

ALL = Sight(None)
PLANNER = RoundAuthor()
QUESTION, CONFIRM = "Kun je morgen werken?", "Top, je staat op het rooster."
RESERVE, FULL = "Je staat op de reservelijst.", "Het is al vol, bedankt!"
MOST_TURNS = 400


def number(place: int) -> str:
    return f"+316{30_000_000 + place}"


@dataclass(slots=True)
class RoundsOffice:
    """`left` are the texts that left the phone, each with whom it went to."""

    counter: Counter
    left: list[tuple[str, str]] = field(default_factory=list)
    follower: RoundFollower = field(init=False)

    def __post_init__(self) -> None:
        self.follower = RoundFollower(self.counter.store)

    def knows(self, people: int, *, first: int = 0) -> Sequence[str]:
        """Their numbers; each wrote a moment ago."""
        numbers = [number(first + place) for place in range(people)]
        self.counter.knows(*numbers)
        return numbers

    def starts(self, contacts: Sequence[str], **about: Any) -> str:
        request = self.request(contacts, **about)
        return self.counter.store.write(lambda tx: starting.start(tx, ALL, request))

    def request(self, contacts: Sequence[str], **about: Any) -> StartRequest:
        now_ms = self.counter.clock.now_ms()
        asked: dict[str, Any] = {
            "lines": [self.counter.store.read(lambda conn: lines.line(conn, self.counter.line_id))],
            "contacts": contacts,
            "variants": [QUESTION],
            "seats": 1,
            "starts_ms": now_ms + 20 * HOUR_MS,
            "ends_ms": now_ms + 28 * HOUR_MS,
            "closes_ms": now_ms + 6 * HOUR_MS,
            "confirm_text": CONFIRM,
            "reserve_text": RESERVE,
            "filled_text": FULL,
            "by": PLANNER,
        }
        return StartRequest(**{**asked, **about})

    def follows(self) -> None:
        while self.follower.catch_up():
            pass
        for _ in range(50):
            if not self.follower.go_on():
                return

    def sends_one(self) -> str | None:
        """The phone sends what is due now, if anything is; whom it went to."""
        task = self.counter.task()
        if not isinstance(task, QueueAttempt):
            return None
        with tapping(task):
            pass
        self.counter.work.sent(task, Proof(tick=Tick.SENT))
        self.left.append((task.outgoing.number, task.outgoing.text))
        return task.outgoing.number

    def sends_next(self) -> str | None:
        """Time goes by until the phone has sent one more."""
        for _ in range(MOST_TURNS):
            if (sent := self.sends_one()) is not None:
                self.follows()
                return sent
            self.counter.clock.advance(ms=5_000)
        return None

    def sends_all(self, minutes: int = 60) -> None:
        """Time goes by until nothing waits, or for so long."""
        for _ in range(minutes * 4):
            if not self.waits():
                break
            self.sends_one()
            self.counter.clock.advance(ms=15_000)
            self.follows()

    def waits(self) -> bool:
        return bool(self.counter.all("SELECT 1 FROM message WHERE state = 'queued' LIMIT 1"))

    def passes(self, minutes: int) -> None:
        self.counter.clock.advance(ms=minutes * MINUTE_MS)
        self.follows()

    def hears(self, sender: str, text: str, **about: Any) -> None:
        self.counter.hears(text, sender, **about)
        self.follows()

    def board(self, round_id: str) -> Board:
        return self.counter.store.read(lambda conn: board.board(conn, ALL, round_id))

    def about(self, round_id: str) -> Round:
        return self.board(round_id).about

    def states(self, round_id: str) -> Mapping[str, PersonState]:
        return {each.contact.number: each.state for each in self.board(round_id).people}

    def why(self, round_id: str) -> Mapping[str, Reason | None]:
        return {each.contact.number: each.why for each in self.board(round_id).people}

    def decides(self, round_id: str, who: str, reading: AnswerReading) -> None:
        contact_id = self.counter.contact_id(who)
        self.counter.store.write(
            lambda tx: deciding.decide(
                tx, self.about(round_id), contact_id, reading, by=RoundAuthor()
            )
        )
        self.follows()

    def texts_to(self, who: str) -> Sequence[str]:
        return [text for to, text in self.left if to == who]


def withdrawn(office: RoundsOffice) -> int:
    return len(
        office.counter.all(
            "SELECT 1 FROM message WHERE rule = 'round' AND state = ?",
            MessageState.CANCELLED.value,
        )
    )


WHATSAPP = Channel.WHATSAPP


@pytest.fixture
def office(counter: Counter) -> RoundsOffice:
    return RoundsOffice(counter)


def settle_case(office: RoundsOffice, who: str) -> None:
    """A colleague closes their conversation."""
    contact_id = office.counter.contact_id(who)

    def work(tx: Tx) -> None:
        row = tx.conn.execute("SELECT id FROM conversation WHERE contact_id = ?", (contact_id,))
        casework.close(
            tx, casework.of(tx.conn, row.fetchone()["id"]), note=None, facts={}, staff_id=None
        )

    office.counter.store.write(work)


def join_two(office: RoundsOffice, kept: str, other: str) -> None:
    keep_id, other_id = office.counter.contact_id(kept), office.counter.contact_id(other)
    office.counter.store.write(lambda tx: joining.join(tx, keep_id, other_id, "s"))
    office.follows()


def silent(office: RoundsOffice, who: str) -> None:
    """Three messages that nobody asked for left, and they did not answer."""
    office.counter.clock.advance(ms=25 * HOUR_MS)
    for text in ("Een", "Twee", "Drie"):
        office.counter.queues(text, to=who, typed=False)
    office.sends_all()
    office.counter.knows(*(each for each in map(number, range(3)) if each != who))
