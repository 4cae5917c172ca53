"""Chats that are opened for the ticks of what was sent there."""

import pytest

from appliance.devices.protocol import Proof, Tick, Ticks, TickVisit
from appliance.errors import DeviceGone
from appliance.messages import MessageState
from tests.queue.counter import ANNA, BART, HOUR_S, SMS, Counter, tapping

S = MessageState
pytestmark = pytest.mark.usefixtures("known")


def test_a_sent_message_is_visited_after_1_10_and_60_minutes(counter: Counter) -> None:
    """Each visit happens once, whether or not it could read a tick."""
    counter.queues()
    message_id = counter.sends()
    minutes = []
    for minute in range(1, 90):
        counter.clock.advance(s=60)
        found = counter.task()
        if isinstance(found, TickVisit):
            minutes.append(minute)
            assert [each.message_id for each in found.sent] == [message_id]
            assert found.number == ANNA
            counter.work.visited(found, Ticks(by_message={}))
    assert minutes == [1, 10, 60]


def test_a_failed_visit_is_not_repeated_at_once(counter: Counter) -> None:
    """Only the next planned visit tries again."""
    counter.queues()
    counter.sends()
    counter.clock.advance(s=60)
    counter.work.visited(counter.visit(), DeviceGone("away"))
    assert counter.task() is None


def test_what_was_read_is_not_visited_again(counter: Counter) -> None:
    """Ticks move the state on, and the last tick ends the visits."""
    counter.queues()
    message_id = counter.sends()
    for tick, state in ((Tick.DELIVERED, S.DELIVERED), (Tick.READ, S.READ)):
        counter.clock.advance(s=60)
        counter.work.visited(counter.visit(), Ticks(by_message={message_id: tick}))
        counter.clock.advance(s=540)
        assert counter.state(message_id) is state
    counter.clock.advance(s=2 * HOUR_S)
    assert counter.task() is None


def test_a_visit_reads_all_ticks_of_the_chat(counter: Counter) -> None:
    """One opening of the chat serves every message in it, oldest first."""
    ids = []
    for text in ("een", "twee", "drie"):
        counter.queues(text)
        ids.append(counter.sends())
        counter.clock.advance(s=5)
    counter.clock.advance(s=60)
    visit = counter.visit()
    assert [each.message_id for each in visit.sent] == ids
    counter.work.visited(visit, Ticks(by_message=dict.fromkeys(ids, Tick.READ)))
    assert {counter.state(each) for each in ids} == {S.READ}
    assert counter.task() is None


def test_a_send_brings_the_ticks_of_what_was_sent_before(counter: Counter) -> None:
    """The chat is open anyway: the driver also reads the earlier messages' ticks."""
    counter.queues("een")
    first = counter.sends()
    counter.clock.advance(s=15)
    counter.queues("twee")
    attempt = counter.attempt()
    assert [each.message_id for each in attempt.earlier] == [first]
    with tapping(attempt):
        pass
    counter.work.sent(attempt, Proof(tick=Tick.SENT, earlier={first: Tick.READ}))
    assert counter.state(first) is S.READ


def test_a_long_chat_is_not_visited_in_a_loop(counter: Counter) -> None:
    """A visit looks for twenty messages; the due visits of those above are done as well."""
    for i in range(30):
        counter.queues(f"{i}")
        counter.sends()
        counter.clock.advance(s=50)
    counter.clock.advance(s=HOUR_S)
    counter.work.visited(counter.visit(), Ticks(by_message={}))
    assert counter.task() is None


def test_an_sms_is_not_visited(counter: Counter) -> None:
    """Only WhatsApp has ticks."""
    counter.queues(channel=SMS)
    counter.sends()
    counter.clock.advance(s=HOUR_S)
    assert counter.task() is None


def test_sending_comes_before_visiting(counter: Counter) -> None:
    """A visit happens only when nothing is due to be sent."""
    counter.queues()
    counter.sends()
    counter.clock.advance(s=60)
    urgent = counter.queues("nu", to=BART)
    assert counter.attempt().outgoing.message_id == urgent
