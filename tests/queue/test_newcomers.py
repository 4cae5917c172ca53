"""Many new people write at once: their welcomes leave slowly, and nobody else waits for them."""

from collections.abc import Mapping
from typing import Any

import pytest

from appliance.desk.lines import crowd
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import staff
from appliance.devices.news_protocol import MissedCall
from appliance.devices.protocol import DeviceState, Proof, Tick, Ticks, TickVisit
from appliance.events import EventKind
from appliance.messages import MessageClass, MessageState
from appliance.queue.attempt import QueueAttempt
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.profile import checked
from appliance.store import line_settings, lines
from tests.queue.counter import ANNA, BART, BOTH, SMS, Counter, tapping

FLOOD = 500
HOUR = DEFAULT_PROFILE.newcomers_per_hour


def stranger(number: int) -> str:
    return f"+31640{number:06}"


def flood(counter: Counter, text: str = "Hoi", many: int = 2 * HOUR) -> None:
    for number in range(many):
        counter.hears(text, stranger(number), channel=SMS)


def sent(counter: Counter, rule: str = "welcome") -> int:
    found = counter.one("SELECT count(*) AS n FROM message WHERE rule = ? AND sent_ms > 0", rule)
    return int(found["n"])


def states(counter: Counter) -> Mapping[str, Any]:
    rows = counter.all("SELECT state, count(*) AS n FROM message WHERE rule = 'welcome' GROUP BY 1")
    return {row["state"]: row["n"] for row in rows}


def drips(counter: Counter, *, minutes: int) -> None:
    """Every two minutes the phone does what is due; the planner keeps its rounds."""
    for _ in range(0, minutes, 2):
        counter.planner.round()
        match counter.task():
            case QueueAttempt() as attempt:
                with tapping(attempt):
                    pass
                counter.work.sent(attempt, Proof(tick=Tick.SENT))
            case TickVisit() as visit:
                counter.work.visited(visit, Ticks(by_message={}))
        counter.clock.advance(s=120)


@pytest.fixture
def sanne(counter: Counter) -> Author:
    counter.knows(ANNA, BART)
    made = counter.store.write(
        lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=counter.branch_id)
    )
    return Author(staff_id=made)


def test_replies_go_through_a_flood(counter: Counter, sanne: Author) -> None:
    """A colleague's answer leaves at once, and welcomes use only a part of the hour's ceiling."""
    flood(counter, many=FLOOD)
    drips(counter, minutes=50)
    assert sent(counter) == HOUR
    for _ in range(3):
        reply = counter.queues(author=sanne)
        counter.clock.advance(s=5)
        assert counter.sends() == reply
        counter.clock.advance(s=60)


def test_the_day_s_budget_is_left_for_others(counter: Counter, sanne: Author) -> None:
    """Messages that Balie itself begins leave during a flood as without it."""
    flood(counter)
    counter.clock.advance(s=25 * 3600)
    flood(counter, "Nog iets")
    begun = counter.queues(to=BART, kind=MessageClass.AUTOMATIC, author=sanne, typed=False)
    assert not counter.row(begun)["answering"]
    drips(counter, minutes=20)
    assert counter.state(begun) is MessageState.SENT


def test_welcomes_drip_and_none_waits_for_ever(counter: Counter) -> None:
    """A fixed number leaves an hour and a day; the others show the reason, and expire after a day.

    A line may have a lower number.
    """
    fewer = checked({"newcomers_per_hour": 4, "newcomers_per_day": 10})
    counter.store.write(lambda tx: lines.pace_line(tx, counter.line_id, fewer, by="test"))
    flood(counter, many=16)
    counter.planner.round()
    reasons = counter.all("SELECT reason FROM message WHERE rule = 'welcome' ORDER BY id")
    assert {row["reason"] for row in reasons[4:]} == {"newcomers"}
    drips(counter, minutes=58)
    assert sent(counter) == 4
    drips(counter, minutes=60)
    assert sent(counter) == 8
    drips(counter, minutes=60)
    assert sent(counter) == 10
    counter.clock.advance(s=20 * 3600)
    drips(counter, minutes=60)
    assert states(counter) == {"sent": 10, "queued": 6}
    counter.clock.advance(s=3600)
    counter.planner.round()
    assert states(counter) == {"sent": 10, "expired": 6}


def test_a_few_new_people_wait_for_nothing(counter: Counter) -> None:
    """On a usual day nobody notices."""
    flood(counter, many=HOUR)
    assert "newcomers" not in {
        row["reason"] for row in counter.all("SELECT reason FROM message WHERE rule = 'welcome'")
    }
    assert counter.events(EventKind.LINE_CROWDED) == []


def test_it_is_told_once(counter: Counter) -> None:
    """The event comes when the first one has to wait; the number that waits is counted."""
    flood(counter, many=HOUR + 30)
    (event,) = counter.events(EventKind.LINE_CROWDED)
    assert event.line_id == counter.line_id
    assert counter.store.read(lambda conn: crowd.waiting(conn, counter.line_id)) == 30


def test_a_crowd_while_the_phone_was_away_is_told(counter: Counter) -> None:
    """Once: when the phone is back and the first one has to wait for others of its kind."""
    counter.phone_is(DeviceState.ABSENT)
    flood(counter, many=HOUR + 30)
    counter.planner.round()
    assert counter.events(EventKind.LINE_CROWDED) == []
    counter.phone_is(DeviceState.READY, channels=BOTH)
    for _ in range(3):
        counter.planner.round()
        counter.clock.advance(s=60)
    (event,) = counter.events(EventKind.LINE_CROWDED)
    assert event.line_id == counter.line_id
    assert counter.row(event.message_id or "")["reason"] == "newcomers"


def test_a_flood_of_stop_holds_up_no_reply(counter: Counter, sanne: Author) -> None:
    """Confirmations go before replies, so those to people who never got anything are slowed, too.

    Consent is withdrawn at once all the same.
    """
    flood(counter, "STOP", many=60)
    withdrawn = counter.one("SELECT count(*) AS n FROM consent WHERE kind = 'opted_out'")
    assert withdrawn["n"] == 60
    drips(counter, minutes=60)
    assert sent(counter, "stop") <= HOUR
    accepted = counter.accepts(author=sanne, typed=True)
    assert (accepted.expected_ms or 0) - counter.clock.now_ms() < 60_000
    counter.clock.advance(s=5)
    assert counter.sends() == accepted.id


def test_others_are_promised_as_without_it(counter: Counter, sanne: Author) -> None:
    """A message by a colleague or a program gets no promise behind hours of welcomes."""
    flood(counter)
    reply = counter.accepts(author=sanne, typed=True)
    other = counter.accepts(to=BART, kind=MessageClass.AUTOMATIC, author=sanne)
    counter.planner.round()
    for each in (reply, other):
        for promised in (each.expected_ms, counter.row(each.id)["expected_ms"]):
            assert 0 <= (promised or 0) - counter.clock.now_ms() < 3_600_000


def test_a_flood_of_calls_does_not_use_up_the_credit(counter: Counter) -> None:
    """Numbers of callers can be made up, too."""
    answer = {"call_answer": "Bel {branch} later terug."}
    counter.store.write(lambda tx: line_settings.change(tx, counter.line_id, answer, by="test"))
    for number in range(60):
        counter.reception.missed_calls(
            counter.device_id,
            [MissedCall(key=f"c{number}", number=stranger(number), at_ms=counter.clock.now_ms())],
        )
    drips(counter, minutes=60)
    assert 0 < sent(counter, "call") <= HOUR


def test_who_got_something_before_is_not_new(counter: Counter) -> None:
    """A worker's STOP is confirmed at once, however many new people write."""
    counter.hears()
    drips(counter, minutes=3)
    assert sent(counter) == 1
    flood(counter, many=60)
    counter.hears("STOP")
    (confirmation,) = (row for row in counter.outgoing() if row["rule"] == "stop")
    assert confirmation["reason"] != "newcomers"
    drips(counter, minutes=6)
    assert counter.state(confirmation["id"]) is MessageState.SENT
