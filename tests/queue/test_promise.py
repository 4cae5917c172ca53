"""The first promise, which is in the answer to the sender: the plan says the same."""

import pytest

from appliance.channels import Channel
from appliance.devices.device_facts import DeviceFacts, SmsLimitFacts
from appliance.devices.protocol import DeviceState, Status
from appliance.messages import MessageClass
from appliance.queue.estimate import interrupted
from appliance.queue.plan import plan_line
from appliance.queue.profile import HOUR_MS
from appliance.reasons import Reason
from appliance.store import lines
from tests.queue.counter import ANNA, BART, BOTH, SMS, Counter, at

CARLA = "+31633333333"
LIST, AUTOMATIC, REPLY = MessageClass.LIST, MessageClass.AUTOMATIC, MessageClass.REPLY


def said_and_planned(
    counter: Counter, *messages: tuple[str, MessageClass, bool]
) -> tuple[list[tuple[int | None, str | None]], list[tuple[int | None, str | None]]]:
    """The promise to each message when it was accepted, and the plan's time afterwards."""
    accepted = [
        counter.accepts(f"Bericht {place}", to, kind=kind, typed=typed)
        for place, (to, kind, typed) in enumerate(messages)
    ]
    counter.planner.round()
    rows = [counter.row(each.id) for each in accepted]
    return (
        [(each.expected_ms, each.reason) for each in accepted],
        [(row["expected_ms"], row["reason"]) for row in rows],
    )


def test_what_is_accepted_in_order_is_promised_what_is_planned(counter: Counter) -> None:
    """Replies, a program's messages and a list, each behind the messages before it."""
    counter.knows(ANNA, BART, CARLA)
    counter.clock.advance(s=2)  # their welcomes, struck out by hand, are forgotten
    said, planned = said_and_planned(
        counter,
        (ANNA, REPLY, True),
        (BART, REPLY, False),
        (ANNA, AUTOMATIC, False),
        (CARLA, AUTOMATIC, False),
        (BART, LIST, False),
        (CARLA, LIST, False),
    )
    assert said == planned
    assert len({expected_ms for expected_ms, _ in said}) == len(said)


def test_a_reply_is_promised_before_a_list_that_waits(counter: Counter) -> None:
    counter.knows(ANNA, BART, CARLA)
    said, _ = said_and_planned(counter, (BART, LIST, False), (CARLA, LIST, False))
    assert all(expected_ms and expected_ms > counter.clock.now_ms() for expected_ms, _ in said)
    assert counter.accepts(to=ANNA, kind=REPLY, typed=True).expected_ms == counter.clock.now_ms()


def test_an_answer_does_not_wait_for_what_the_office_begins_tomorrow(counter: Counter) -> None:
    """A list to people who are silent is promised for the morning; a program's reply, for now."""
    counter.knows(ANNA, BART)
    counter.clock.at_ms = at("2026-06-16 19:00")
    counter.hears(sender=ANNA)
    listed = counter.accepts(to=BART, kind=LIST)
    assert (listed.expected_ms or 0) >= at("2026-06-17 08:30")
    answer = counter.accepts("Ja", to=ANNA, kind=AUTOMATIC)
    assert answer.expected_ms
    assert answer.expected_ms < counter.clock.now_ms() + 120_000


@pytest.mark.parametrize("accepted_before", [False, True])
def test_what_changed_a_moment_ago_counts(counter: Counter, accepted_before: bool) -> None:
    """A line's promises are remembered for a second, or until something happens on the line."""
    counter.knows(ANNA)
    if accepted_before:
        assert counter.accepts(typed=True).expected_ms == counter.clock.now_ms()
    counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)
    told = counter.accepts(typed=True)
    assert (told.expected_ms, told.reason) == (None, "device-absent")


def test_what_may_leave_at_once_is_promised_for_now(counter: Counter) -> None:
    """Although a reply is still being typed, which holds up nobody else; the next one waits."""
    counter.knows(ANNA, BART)
    counter.clock.advance(s=2)
    typing = counter.accepts("a" * 300, typed=False)
    told = counter.accepts("b", BART, typed=True)
    assert (told.expected_ms, told.reason) == (counter.clock.now_ms(), None)
    assert counter.accepts("c", BART, typed=True).reason == "busy"
    assert typing.expected_ms
    assert typing.expected_ms > counter.clock.now_ms() + 60_000


def test_a_full_phone_is_promised_behind_its_own_limit(counter: Counter) -> None:
    limit = SmsLimitFacts(sms_parts=1, sms_window_ms=600_000)
    ready = Status(state=DeviceState.READY, channels=BOTH, facts=DeviceFacts(sms_limit=limit))
    counter.reception.status(counter.device_id, ready)
    counter.knows(ANNA, BART)
    assert counter.accepts(to=ANNA, channel=SMS, typed=True).reason is None
    told = counter.accepts(to=BART, channel=Channel.SMS, typed=True)
    assert told.reason == "sms-limit"
    assert told.expected_ms
    assert told.expected_ms >= counter.clock.now_ms() + 600_000


def test_a_list_allows_for_the_answers_that_come_in_between(counter: Counter) -> None:
    """On a line that answers often, only the end of a list is promised later."""
    people = [f"+316441000{place:02}" for place in range(40)]
    counter.knows(*people)
    for number in people[:20]:
        counter.queues(to=number)
        counter.sends()
        counter.clock.advance(s=120)
    busy = [counter.accepts("Zaterdag?", to, kind=LIST).expected_ms or 0 for to in people]
    counter.store.write(
        lambda tx: tx.conn.execute("UPDATE message SET class = 'automatic' WHERE sent_ms > 0")
    )
    now_ms = counter.clock.now_ms()
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    calm = [
        each.expected_ms or 0
        for each in counter.store.read(
            lambda conn: plan_line(conn, line, counter.profile, now_ms=now_ms)
        )
    ]
    assert busy[0] == calm[0]
    assert busy[-1] - now_ms > 1.05 * (calm[-1] - now_ms)


def test_a_pause_that_answers_interrupt_lasts_longer() -> None:
    """The mean wait for a gap of that length; without answers the pause itself."""
    assert interrupted(60_000, 0.0) == 60_000
    assert interrupted(60_000, 1 / HOUR_MS) == pytest.approx(60_500, abs=20)
    assert interrupted(60_000, 20 / HOUR_MS) == pytest.approx(71_200, abs=200)
    assert interrupted(HOUR_MS, 60 / HOUR_MS) < HOUR_MS
