"""A person's decision about a message whose fate the phone cannot tell."""

import pytest

from appliance.channels import Channel
from appliance.desk.outgoing.decisions import Decision, decide
from appliance.devices.protocol import DeviceState, Finding, Found
from appliance.errors import DeviceGone, NotFound, Refused
from appliance.messages import MessageState
from appliance.queue.gone_devices import ask_about_the_gone
from appliance.reasons import Reason
from tests.queue.counter import ANNA, BART, HOUR_S, Counter, tapping


def left_open(counter: Counter) -> str:
    """It was tapped, its answer was lost, and the chat can be read both ways."""
    counter.knows(ANNA)
    message_id = counter.queues()
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, DeviceGone("The cable was pulled."))
    counter.work.looked(counter.look(), Found(finding=Finding.UNCLEAR))
    return message_id


def decided(counter: Counter, message_id: str, decision: Decision) -> None:
    counter.store.write(lambda tx: decide(tx, message_id, decision, staff_id="sanne"))


@pytest.mark.parametrize(
    ("decision", "state"),
    [
        (Decision.LEFT, MessageState.SENT),
        (Decision.SEND_AGAIN, MessageState.QUEUED),
        (Decision.GIVE_UP, MessageState.FAILED),
    ],
)
def test_the_answer_settles_it_with_the_name(
    counter: Counter, decision: Decision, state: MessageState
) -> None:
    """Only once: a second decision is refused."""
    message_id = left_open(counter)
    decided(counter, message_id, decision)
    assert counter.state(message_id) is state
    facts = counter.events()[-1].facts
    assert (facts["by"], facts["staff"], facts["decision"]) == ("person", "sanne", decision.value)
    with pytest.raises(Refused, match="does not wait"):
        decided(counter, message_id, Decision.SEND_AGAIN)


def test_what_a_person_saw_left_when_it_was_tapped(counter: Counter) -> None:
    """It counts as sent at the tap, not at the look: an answer that came in between answers it."""
    tapped_ms = counter.clock.now_ms()
    message_id = left_open(counter)
    counter.clock.advance(s=3 * HOUR_S)
    decided(counter, message_id, Decision.LEFT)
    assert counter.row(message_id)["sent_ms"] == tapped_ms


def test_what_a_person_sends_again_is_not_too_old(counter: Counter) -> None:
    """The person finds it worth sending, even if nobody looked for a day and a half."""
    message_id = left_open(counter)
    counter.clock.advance(s=36 * HOUR_S)
    counter.hears("Nog iets gehoord?")
    decided(counter, message_id, Decision.SEND_AGAIN)
    counter.planner.round()
    counter.clock.advance(s=60)
    assert counter.sends() == message_id


def test_only_what_waits_for_a_person_is_theirs(counter: Counter) -> None:
    """While the phone is still asked no person decides, and nobody decides without a doubt."""
    counter.knows(BART)
    waiting = counter.queues(to=BART)
    with pytest.raises(Refused, match="does not wait"):
        decided(counter, waiting, Decision.LEFT)
    with pytest.raises(NotFound):
        decided(counter, "none", Decision.LEFT)


def test_what_a_lost_phone_took_with_it_is_decided_after_a_day(counter: Counter) -> None:
    """After a day a person may decide; when the phone is back it is asked first, as before."""
    counter.knows(ANNA)
    message_id = counter.queues()
    attempt = counter.attempt()
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, DeviceGone("The cable was pulled."))
    counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)
    counter.clock.advance(s=23 * HOUR_S)
    counter.store.write(ask_about_the_gone)
    with pytest.raises(Refused, match="does not wait"):
        decided(counter, message_id, Decision.LEFT)
    counter.clock.advance(s=2 * HOUR_S)
    counter.store.write(ask_about_the_gone)
    assert counter.row(message_id)["reason"] == "device-gone"
    counter.phone_is(DeviceState.READY, channels=frozenset({Channel.WHATSAPP, Channel.SMS}))
    with pytest.raises(Refused, match="does not wait"):
        decided(counter, message_id, Decision.LEFT)
    assert counter.look().outgoing.message_id == message_id
    counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)
    decided(counter, message_id, Decision.LEFT)
    assert counter.state(message_id) is MessageState.SENT
