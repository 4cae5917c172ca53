"""When a message that waits is too old, and from when its age counts."""

from appliance.devices.protocol import DeviceState
from appliance.messages import MessageClass, MessageState
from appliance.reasons import Reason
from appliance.store import lines
from tests.queue.counter import ANNA, HOUR_S, Counter, at
from tests.queue.plans import shown


def test_too_old_is_struck(counter: Counter) -> None:
    """A reply that could not leave for a day is expired, with the reason and one event."""
    counter.knows(ANNA)
    message_id = counter.queues()
    counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)
    counter.clock.advance(s=24 * HOUR_S)
    seq = counter.last_seq()
    assert shown(counter, message_id) == (None, "too-old")
    assert counter.state(message_id) is MessageState.EXPIRED
    assert [e.facts["to"] for e in counter.events(after=seq)] == ["expired"]


def test_a_phone_that_comes_back_before_the_planner_sends_nothing_too_old(
    counter: Counter,
) -> None:
    """The claim checks the age, too."""
    counter.knows(ANNA)
    message_id = counter.queues(ttl_ms=60_000)
    counter.clock.advance(s=60)
    assert counter.task() is None
    assert counter.state(message_id) is MessageState.EXPIRED


def test_the_life_of_a_planned_message_begins_with_its_time(counter: Counter) -> None:
    """A message for next week is not too old when its time comes."""
    counter.knows(ANNA)
    week_ms = 7 * 24 * HOUR_S * 1000
    message_id = counter.queues(not_before_ms=counter.clock.now_ms() + week_ms)
    counter.clock.advance(ms=week_ms)
    counter.hears("Hoi")
    counter.planner.round()
    assert counter.state(message_id) is MessageState.QUEUED
    assert counter.sends() == message_id


def test_a_message_for_next_week_answers_nobody(counter: Counter) -> None:
    """A person who wrote today does not wait for it next week: Balie begins it, in office hours."""
    counter.knows(ANNA)
    sunday = at("2026-06-21 03:00")
    message_id = counter.queues(not_before_ms=sunday)
    assert (counter.row(message_id)["class"], counter.row(message_id)["answering"]) == (
        "automatic",
        0,
    )
    counter.clock.at_ms = sunday
    assert shown(counter, message_id)[1] == "office-hours"
    assert counter.task() is None


def test_what_waited_too_long_to_be_an_answer_is_begun(counter: Counter) -> None:
    """A list to somebody in conversation, held for a day, keeps office hours like any other."""
    counter.knows(ANNA)
    counter.clock.at_ms = at("2026-06-16 09:50")
    message_id = counter.queues(kind=MessageClass.LIST)
    assert counter.row(message_id)["answering"] == 1
    counter.clock.at_ms = at("2026-06-16 19:00")
    for _ in range(3):
        assert counter.task() is None
    assert shown(counter, message_id)[1] == "office-hours"
    counter.clock.at_ms = at("2026-06-17 08:40")
    assert counter.sends() == message_id


def test_a_removed_line_keeps_nothing_waiting(counter: Counter) -> None:
    """Its messages, which nothing would ever send, are cancelled with the reason; history stays."""
    counter.knows(ANNA)
    message_id = counter.queues()
    counter.store.write(lambda tx: lines.remove_line(tx, counter.line_id))
    row = counter.row(message_id)
    assert (row["state"], row["reason"]) == ("cancelled", "line-removed")
    counter.planner.round()
    assert counter.task() is None
