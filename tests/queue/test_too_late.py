"""After an outage a message is sent while it is worth it, and never when it is too old."""

import pytest

from appliance.desk.outgoing.sending import Author, cancel
from appliance.devices.protocol import DeviceState, Finding, Found
from appliance.errors import DeviceGone, Refused, Transient
from appliance.messages import MessageClass, MessageState
from appliance.reasons import Reason
from tests.queue.counter import ANNA, BART, BOTH, HOUR_S, Counter, tapping


@pytest.fixture
def outage(counter: Counter) -> Counter:
    """The phone is unplugged before anything was sent."""
    counter.knows(ANNA, BART)
    counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)
    return counter


def comes_back(counter: Counter, *, after_s: float) -> None:
    counter.clock.advance(s=after_s)
    counter.phone_is(DeviceState.READY, channels=BOTH)


def test_a_short_outage_costs_nothing(outage: Counter) -> None:
    """The waiting messages leave when the phone is back."""
    message_id = outage.queues()
    comes_back(outage, after_s=3 * HOUR_S)
    assert outage.sends() == message_id


def test_a_long_outage_sends_what_is_still_worth_it(outage: Counter) -> None:
    """Each waiting message has its own time to live; the phone may ask before the planner does."""
    old = outage.queues("Kun je over een uur?", ttl_ms=HOUR_S * 1000)
    lasting = outage.queues("Je contract ligt klaar", to=BART, ttl_ms=72 * HOUR_S * 1000)
    comes_back(outage, after_s=48 * HOUR_S)
    found = outage.task()
    while found is None:
        outage.clock.advance(s=60)
        found = outage.task()
    assert outage.state(old) is MessageState.EXPIRED
    assert outage.row(old)["reason"] == "too-old"
    assert outage.attempts(old) == []
    assert outage.state(lasting) is MessageState.SENDING


@pytest.mark.parametrize("kind", [None, MessageClass.REPLY, MessageClass.AUTOMATIC])
def test_no_class_outlives_its_day(outage: Counter, kind: MessageClass | None) -> None:
    """Without a time of its own, a message is worth sending for 24 hours."""
    message_id = outage.queues(kind=kind)
    comes_back(outage, after_s=24 * HOUR_S + 1)
    assert outage.task() is None
    assert outage.state(message_id) is MessageState.EXPIRED


def test_tries_do_not_lengthen_a_life(counter: Counter) -> None:
    """A message that did not get through is tried again until it is too old; then it expires."""
    counter.knows(ANNA)
    message_id = counter.queues(ttl_ms=HOUR_S * 1000)
    for _ in range(100):
        counter.clock.advance(s=60)
        found = counter.task()
        if found is not None:
            counter.work.not_sent(found, Transient("no signal"))  # type: ignore[arg-type]
        if counter.state(message_id) is not MessageState.QUEUED:
            break
    assert counter.state(message_id) is MessageState.EXPIRED
    assert 2 < len(counter.attempts(message_id)) < 20


def test_what_proves_absent_too_late_is_not_sent(counter: Counter) -> None:
    """If a doubt lasts longer than the message's time to live, there is no second try."""
    counter.knows(ANNA)
    message_id = counter.queues(ttl_ms=HOUR_S * 1000)
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, DeviceGone("gone"))
    counter.clock.advance(s=2 * HOUR_S)
    counter.work.looked(counter.look(), Found(finding=Finding.ABSENT))
    counter.clock.advance(s=600)
    assert counter.task() is None
    assert counter.state(message_id) is MessageState.EXPIRED


def withdraw(counter: Counter, message_id: str) -> None:
    counter.store.write(lambda tx: cancel(tx, message_id, Author(rule="test")))


def test_withdrawn_before_the_claim_is_never_claimed(counter: Counter) -> None:
    """This holds also for a message that was tried before and waits for its next try."""
    counter.knows(ANNA)
    message_id = counter.queues()
    counter.clock.advance(s=60)
    counter.work.not_sent(counter.attempt(), Transient("no signal"))
    withdraw(counter, message_id)
    counter.clock.advance(s=HOUR_S)
    assert counter.task() is None
    assert counter.state(message_id) is MessageState.CANCELLED


def test_in_doubt_it_cannot_be_withdrawn(counter: Counter) -> None:
    """It may have left, so saying that it did not would be a guess."""
    counter.knows(ANNA)
    message_id = counter.queues()
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    with pytest.raises(Refused, match="being sent now"):
        withdraw(counter, message_id)
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, DeviceGone("gone"))
    with pytest.raises(Refused, match="may have left"):
        withdraw(counter, message_id)
    assert counter.state(message_id) is MessageState.UNCONFIRMED
