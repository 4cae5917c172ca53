"""A clock was ahead and is right again: what it stamped after now counts as now."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.clock import ManualClock
from appliance.desk.access import sessions
from appliance.desk.access.throttle import Throttle, TooManyTries
from appliance.desk.inbox.overview import Order
from appliance.desk.outgoing import lists
from appliance.desk.outgoing.lists import ListRequest
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import staff
from appliance.desk.team.staff import LINK_LIFE_MS
from appliance.devices.protocol import DeviceState
from appliance.errors import Transient, Unconfirmed
from appliance.identities import tel
from appliance.messages import MessageClass
from appliance.queue.history import History, Left, by_now
from appliance.queue.pacing import DAY_MS, DEFAULT_PROFILE, MINUTE_MS, Waiting, earliest
from appliance.queue.planner import Planner
from appliance.queue.stored_history import Histories
from appliance.queue.work import QueueWork
from appliance.store import devices, high_water, lines
from appliance.store.store import Store
from tests.queue.counter import ANNA, BART, BOTH, MONDAY, STAFF, Counter, tapping
from tests.queue.inbox_reader import Colleague
from tests.queue.pacing_kit import BEGUN, OFFICE, OLD, TYPED, waiting

TEN_YEARS_MS = 3653 * DAY_MS
AHEAD = pytest.mark.parametrize("ahead_ms", [2 * DAY_MS, TEN_YEARS_MS])


def goes_ahead(counter: Counter, ahead_ms: int) -> None:
    """While the clock is ahead, two people write, and they are answered at any hour."""
    counter.clock.at_ms = MONDAY + ahead_ms
    counter.knows(ANNA, BART)


def is_right_again(counter: Counter) -> None:
    """A minute after it went ahead somebody has said `balie clock --is-right`."""
    counter.clock.at_ms = MONDAY + MINUTE_MS
    counter.store.write(lambda tx: high_water.set_mark(tx.conn, counter.clock.at_ms))


def restarts(counter: Counter) -> None:
    counter.work = QueueWork(counter.store, counter.gate, counter.profile, evidence=Path())
    counter.planner = Planner(counter.store, counter.profile, counter.due.append)


@AHEAD
@pytest.mark.parametrize("restarted", [False, True])
def test_a_reply_does_not_wait_for_what_a_clock_ahead_sent(
    counter: Counter, ahead_ms: int, *, restarted: bool
) -> None:
    """The next message leaves as if the last one had left just now."""
    goes_ahead(counter, ahead_ms)
    counter.queues()
    counter.sends()
    is_right_again(counter)
    if restarted:
        restarts(counter)
    accepted = counter.accepts("En?", typed=True)
    assert accepted.expected_ms is not None
    assert accepted.expected_ms <= counter.clock.at_ms + MINUTE_MS
    counter.clock.advance(ms=MINUTE_MS)
    counter.planner.round()
    assert counter.sends() == accepted.id


@AHEAD
def test_what_waits_is_not_promised_for_then(counter: Counter, ahead_ms: int) -> None:
    """It does not live longer either, nor wait behind later messages."""
    goes_ahead(counter, ahead_ms)
    first = counter.queues(typed=False, ttl_ms=60 * MINUTE_MS)
    counter.planner.round()
    is_right_again(counter)
    accepted = counter.accepts(to=BART)
    assert accepted.expected_ms is not None
    assert accepted.expected_ms <= counter.clock.at_ms + 5 * MINUTE_MS
    counter.planner.round()
    row = counter.row(first)
    assert row["expected_ms"] <= counter.clock.at_ms + 5 * MINUTE_MS
    assert row["expires_ms"] == counter.clock.at_ms + 60 * MINUTE_MS
    assert accepted.id > first
    counter.clock.advance(ms=5 * MINUTE_MS)
    assert counter.sends() == first


@AHEAD
def test_a_retry_waits_as_long_as_any(counter: Counter, ahead_ms: int) -> None:
    """The attempt failed while the clock was ahead."""
    goes_ahead(counter, ahead_ms)
    waits = counter.queues()
    for _ in range(2):
        counter.work.not_sent(counter.attempt(), Transient("The phone was dark."))
        counter.clock.advance(ms=5_000)
    is_right_again(counter)
    counter.clock.advance(ms=5 * MINUTE_MS)
    assert counter.sends() == waits


@AHEAD
def test_a_doubt_is_asked_about(counter: Counter, ahead_ms: int) -> None:
    """Its last look is stamped after now."""
    goes_ahead(counter, ahead_ms)
    doubtful = counter.queues()
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, Unconfirmed("The phone went away."))
    counter.work.looked(counter.look(), Transient("The phone was dark."))
    is_right_again(counter)
    counter.clock.advance(ms=MINUTE_MS)
    assert counter.look().outgoing.message_id == doubtful


@AHEAD
def test_ticks_are_read_on_time(counter: Counter, ahead_ms: int) -> None:
    """The visits keep their distance from the send."""
    goes_ahead(counter, ahead_ms)
    counter.queues()
    counter.sends()
    dues = "SELECT due_ms FROM tick_visit ORDER BY due_ms"
    before = [row["due_ms"] - counter.clock.at_ms for row in counter.all(dues)]
    is_right_again(counter)
    after = [row["due_ms"] - counter.clock.at_ms for row in counter.all(dues)]
    assert after == before
    counter.clock.advance(ms=2 * MINUTE_MS)
    assert counter.visit().number == ANNA


@AHEAD
def test_a_stop_is_confirmed_and_a_start_is_heard(counter: Counter, ahead_ms: int) -> None:
    """The ledger keeps its times; the order of its rows decides."""
    goes_ahead(counter, ahead_ms)
    counter.hears("STOP")
    is_right_again(counter)
    counter.clock.advance(ms=MINUTE_MS)
    confirmation = counter.sends()
    assert counter.row(confirmation)["rule"] == "stop"
    counter.clock.advance(ms=10 * MINUTE_MS)
    counter.hears("START")
    assert counter.accepts().id


@AHEAD
def test_no_conversation_stands_first_for_years(counter: Counter, ahead_ms: int) -> None:
    """A contact who wrote then does not count as being answered for ever."""
    goes_ahead(counter, ahead_ms)
    is_right_again(counter)
    counter.clock.advance(ms=2 * DAY_MS)
    counter.knows(BART)
    newest = counter.one("SELECT contact_id FROM conversation ORDER BY last_ms DESC LIMIT 1")
    assert newest["contact_id"] == counter.contact_id(BART)
    assert counter.row(counter.queues())["answering"] == 0


@AHEAD
def test_who_asked_again_still_waits(counter: Counter, ahead_ms: int) -> None:
    """All messages of that time get one time and keep their order."""
    colleague = Colleague(counter)
    goes_ahead(counter, ahead_ms)
    counter.queues("Ja", author=Author(staff_id=colleague.id))
    counter.sends()
    assert [row.preview for row in colleague.rows(Order.WAITING)] == ["Hoi, is er werk?"]
    counter.clock.advance(ms=10 * MINUTE_MS)
    counter.hears("En morgen?")
    is_right_again(counter)
    waiting_rows = colleague.rows(Order.WAITING)
    assert sorted(row.preview for row in waiting_rows) == ["En morgen?", "Hoi, is er werk?"]
    counter.queues("Ook", author=Author(staff_id=colleague.id))
    counter.clock.advance(s=2)
    counter.sends()
    assert [row.preview for row in colleague.rows(Order.WAITING)] == ["Hoi, is er werk?"]


@AHEAD
def test_who_answered_nothing_is_not_written_to_again(counter: Counter, ahead_ms: int) -> None:
    """A message that waits for their answer stays parked, and a list to them is refused, until they
    write again.
    """
    goes_ahead(counter, ahead_ms)
    counter.clock.advance(ms=5 * DAY_MS)
    for _ in range(DEFAULT_PROFILE.unanswered_in_a_row):
        counter.queues(kind=MessageClass.AUTOMATIC, typed=False)
        counter.clock.advance(ms=10 * MINUTE_MS)
        counter.sends()
    held = counter.queues(kind=MessageClass.AUTOMATIC, typed=False)
    counter.planner.round()
    is_right_again(counter)
    counter.planner.round()
    assert counter.row(held)["reason"] == "unanswered"
    planned_ms = counter.clock.now_ms() + 2 * DAY_MS
    about: dict[str, Any] = {
        "kind": MessageClass.AUTOMATIC,
        "typed": False,
        "not_before_ms": planned_ms,
    }
    assert counter.accepts(**about).reason == "unanswered"
    preview = ListRequest(
        line_id=counter.line_id,
        numbers=[ANNA],
        texts=["Morgen?"],
        author=STAFF,
        not_before_ms=planned_ms,
    )
    (listed,) = counter.store.read(
        lambda conn: lists.preview(conn, preview, now_ms=counter.clock.now_ms())
    )
    assert listed.refusal == "unanswered"
    counter.hears("Ja")
    counter.planner.round()
    assert counter.row(held)["reason"] != "unanswered"


@AHEAD
def test_who_was_heard_then_is_no_first_contact(counter: Counter, ahead_ms: int) -> None:
    goes_ahead(counter, ahead_ms)
    counter.clock.advance(ms=2 * DAY_MS)
    counter.queues(kind=MessageClass.AUTOMATIC)
    counter.sends()
    is_right_again(counter)
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    history = counter.store.read(
        lambda conn: Histories().of(conn, counter.device_id, line, now_ms=counter.clock.at_ms)
    )
    assert [left.first for left in history.left] == [False]


@AHEAD
def test_a_lost_phone_is_given_up_in_minutes(counter: Counter, ahead_ms: int) -> None:
    """The time since when it is lost was stamped by the clock that was ahead."""
    goes_ahead(counter, ahead_ms)
    counter.phone_is(DeviceState.ABSENT)
    is_right_again(counter)
    device = counter.store.read(lambda conn: devices.device(conn, counter.device_id))
    assert set(device.lost.values()) == {counter.clock.at_ms}


@AHEAD
def test_sessions_and_log_in_links_end_when_they_would_have(
    counter: Counter, ahead_ms: int
) -> None:
    """A session or link that began while the clock was ahead is valid for no longer than others."""
    goes_ahead(counter, ahead_ms)
    member = counter.store.write(lambda tx: staff.add_first_admin(tx, "Bo", "hash"))
    token = counter.store.write(lambda tx: sessions.begin(tx, member)).token
    link = counter.store.write(lambda tx: staff.add_login_link(tx, member))
    is_right_again(counter)

    def is_good(at_ms: int) -> bool:
        return counter.store.read(lambda conn: sessions.find(conn, token, at_ms)) is not None

    now_ms = counter.clock.at_ms
    assert is_good(now_ms + sessions.IDLE_MS - 1)
    assert not is_good(now_ms + sessions.IDLE_MS)
    ends = counter.one("SELECT expires_ms FROM login_link")["expires_ms"]
    assert link
    assert ends <= now_ms + LINK_LIFE_MS


def test_nobody_is_kept_out_by_a_wait_of_years() -> None:
    """The wrong passwords came while the clock was ahead."""
    throttle = Throttle()
    ahead_ms = MONDAY + TEN_YEARS_MS
    for _ in range(20):
        throttle.failed(name="Bo", address="192.0.2.1", device=None, now_ms=ahead_ms)
    with pytest.raises(TooManyTries):
        throttle.admit(name="Bo", address="192.0.2.1", device=None, now_ms=ahead_ms)
    throttle.admit(name="Bo", address="192.0.2.1", device=None, now_ms=MONDAY)


def test_ids_go_on_after_those_of_a_clock_that_was_ahead(
    counter: Counter, clock: ManualClock
) -> None:
    """This holds in the next process, too: the first in the queue stays first."""
    goes_ahead(counter, TEN_YEARS_MS)
    first = counter.queues()
    is_right_again(counter)
    again = Store(counter.store.path, clock)
    try:
        assert again.write(lambda tx: tx.new_id()) > first
    finally:
        again.close()


# A random past


LEFT = st.builds(
    Left,
    at_ms=st.integers(-3 * DAY_MS, 10 * DAY_MS).map(lambda span: MONDAY + span),
    identity=st.sampled_from([tel(ANNA), tel(BART), tel("+31633333333")]),
    answering=st.booleans(),
    parts=st.integers(1, 4),
    sms=st.booleans(),
    first=st.booleans(),
)


@given(
    st.lists(LEFT, max_size=60),
    st.sampled_from([TYPED, BEGUN, waiting(), waiting(sms=True)]),
    st.integers(-DAY_MS, 10 * DAY_MS),
)
def test_nothing_waits_for_what_has_not_been(
    left: list[Left], message: Waiting, created_ms: int
) -> None:
    """A slot is never later than with each future stamp set to now, and never before now."""
    past = sorted(left, key=lambda each: each.at_ms)
    asked = replace(message, created_ms=MONDAY + created_ms)

    def slot(known: list[Left], about: Waiting) -> int | None:
        history = History(left=known, since_ms=OLD)
        return earliest(about, history, DEFAULT_PROFILE, OFFICE, now_ms=MONDAY).at_ms

    clamped = [replace(each, at_ms=min(each.at_ms, MONDAY)) for each in past]
    by_hand = slot(clamped, replace(asked, created_ms=min(asked.created_ms, MONDAY)))
    found = slot(by_now(past, MONDAY), asked)
    assert by_hand is not None
    assert found is not None
    assert MONDAY <= found <= by_hand


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-3 * DAY_MS, TEN_YEARS_MS), min_size=1, max_size=8))
def test_the_history_of_a_sim_ends_now(counter: Counter, spans_ms: list[int]) -> None:
    """This holds for a history read from the attempts, whatever their times."""
    counter.clock.at_ms = MONDAY
    counter.store.write(lambda tx: tx.conn.execute("DELETE FROM attempt"))
    counter.knows(ANNA)
    message_id = counter.queues()

    def stamp(conn: sqlite3.Connection) -> None:
        for place, span_ms in enumerate(spans_ms):
            conn.execute(
                "INSERT INTO attempt (id, message_id, device_id, channel, started_ms, tapped_ms,"
                " ended_ms, outcome) VALUES (?1, ?2, ?3, 'whatsapp', ?4, ?4, ?4, 'sent')",
                (f"a-{place}", message_id, counter.device_id, MONDAY + span_ms),
            )

    counter.store.write(lambda tx: stamp(tx.conn))
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    history = counter.store.read(
        lambda conn: Histories().of(conn, counter.device_id, line, now_ms=MONDAY)
    )
    assert history.last_ms == max(MONDAY + min(span_ms, 0) for span_ms in spans_ms)
    assert counter.task(BOTH) is None or history.last_ms <= MONDAY
