"""A message that was tapped and whose answer was lost: who is asked, and what follows."""

from itertools import pairwise

import pytest

from appliance.devices.protocol import DeviceState, Finding, Found, Look, Proof, Tick
from appliance.errors import DeviceGone, Unconfirmed
from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.queue.recovery import doubt_everything_in_hand
from appliance.reasons import Reason
from tests.queue.counter import BART, BOTH, HOUR_S, SMS, Counter, in_doubt, tapping

S = MessageState
pytestmark = pytest.mark.usefixtures("known")


def test_a_doubt_is_looked_at_and_never_sent_again_first(counter: Counter) -> None:
    """The phone's next task is the question, with the baseline from before the tap."""
    message_id = in_doubt(counter)
    look = counter.look()
    assert look.outgoing.message_id == message_id
    assert look.baseline == {"rows": 0}


def test_others_go_on_while_one_is_in_doubt(counter: Counter) -> None:
    """A doubt holds the messages to that person and no others."""
    in_doubt(counter)
    behind = counter.queues("erachter")
    other = counter.queues("iemand anders", to=BART)
    counter.work.looked(counter.look(), DeviceGone("still away"))
    counter.clock.advance(s=1)
    assert counter.attempt().outgoing.message_id == other
    counter.planner.round()
    assert counter.row(behind)["reason"] == "looking"


def test_seen_on_the_phone_is_sent(counter: Counter) -> None:
    """The look proves the message, with the time of the tap."""
    message_id = in_doubt(counter)
    tapped_ms = counter.clock.now_ms()
    counter.clock.advance(s=90)
    proof = Proof(tick=Tick.DELIVERED, facts={"row": 3})
    counter.work.looked(counter.look(), Found(finding=Finding.PRESENT, proof=proof))
    assert counter.state(message_id) is S.DELIVERED
    assert counter.row(message_id)["sent_ms"] == tapped_ms
    assert counter.attempts(message_id)[0]["outcome"] == "sent"


def test_proven_absent_is_tried_again_after_a_while(counter: Counter) -> None:
    """The tap had no effect: the message is queued again, counted as a try, after a wait."""
    message_id = in_doubt(counter)
    counter.work.looked(counter.look(), Found(finding=Finding.ABSENT))
    row = counter.row(message_id)
    assert (row["state"], row["reason"], row["tries"]) == ("queued", "proven-absent", 1)
    assert counter.task() is None
    counter.clock.advance(s=6)
    assert counter.sends() == message_id
    assert [each["outcome"] for each in counter.attempts(message_id)] == ["not_sent", "sent"]


def test_what_can_be_read_both_ways_waits_for_a_person(counter: Counter) -> None:
    """The phone is not asked again, the message is never sent again, and the next ones go on."""
    message_id = in_doubt(counter)
    counter.work.looked(counter.look(), Found(finding=Finding.UNCLEAR))
    assert counter.state(message_id) is S.UNCONFIRMED
    assert counter.row(message_id)["reason"] == "person"
    after = counter.queues("verder")
    counter.clock.advance(s=1)
    assert counter.attempt().outgoing.message_id == after


def test_present_but_pending_is_looked_at_again(counter: Counter) -> None:
    """The phone has it and sends it by itself; it is sent only when its tick says so."""
    message_id = in_doubt(counter)
    pending = Found(finding=Finding.PRESENT, proof=Proof(tick=Tick.PENDING))
    counter.work.looked(counter.look(), pending)
    assert counter.state(message_id) is S.UNCONFIRMED
    counter.clock.advance(s=60)
    proof = Proof(tick=Tick.SENT)
    counter.work.looked(counter.look(), Found(finding=Finding.PRESENT, proof=proof))
    assert counter.state(message_id) is S.SENT


def test_a_phone_that_does_not_answer_is_asked_less_and_less_and_then_a_person(
    counter: Counter,
) -> None:
    """Looks come at growing intervals; 15 minutes after the phone is back, a person decides."""
    message_id = in_doubt(counter)
    counter.clock.advance(s=HOUR_S)
    counter.phone_is(DeviceState.DEGRADED, Reason.NOT_ANSWERING, channels=BOTH)
    looks = []
    for second in range(0, 1_200, 5):
        found = counter.task()
        if isinstance(found, Look):
            looks.append(second)
            counter.work.looked(found, DeviceGone("no answer"))
        counter.clock.advance(s=5)
    assert counter.row(message_id)["reason"] == "person"
    gaps = [after - before for before, after in pairwise(looks)]
    assert gaps == sorted(gaps)
    assert 3 < len(looks) < 12
    assert looks[-1] >= 900


def test_an_attempt_without_a_tap_settles_without_the_device(counter: Counter) -> None:
    """The gate never opened, so nothing was tapped: it is queued without asking the phone."""
    message_id = counter.queues()
    counter.attempt()
    assert doubt_everything_in_hand(counter.store) == 1
    assert counter.state(message_id) is S.UNCONFIRMED
    again = counter.attempt()
    assert again.outgoing.message_id == message_id
    assert counter.row(message_id)["tries"] == 0


def test_what_was_in_hand_at_a_restart_is_in_doubt(counter: Counter) -> None:
    """Start-up turns `sending` into `unconfirmed`, never `queued`, and the phone is asked."""
    message_id = counter.queues()
    with tapping(counter.attempt()):
        pass
    waiting = counter.queues(to=BART)
    assert doubt_everything_in_hand(counter.store) == 1
    assert doubt_everything_in_hand(counter.store) == 0
    assert counter.state(message_id) is S.UNCONFIRMED
    assert counter.state(waiting) is S.QUEUED
    last = counter.events(EventKind.MESSAGE_STATE)[-1]
    assert (last.facts["why"], last.facts["to"]) == ("restarted", "unconfirmed")
    assert counter.look().outgoing.message_id == message_id


def test_a_look_waits_for_its_channel(counter: Counter) -> None:
    """While WhatsApp cannot be opened, nothing is asked over it."""
    in_doubt(counter)
    assert counter.task(frozenset({SMS})) is None
    assert counter.look()


def test_a_channel_that_stays_closed_leaves_it_to_a_person(counter: Counter) -> None:
    """A banned WhatsApp never answers: 15 minutes after the phone is back, a person decides."""
    message_id = in_doubt(counter)
    counter.phone_is(DeviceState.DEGRADED, Reason.WHATSAPP_STOPPED, channels=frozenset({SMS}))
    counter.clock.advance(s=14 * 60)
    assert counter.task(frozenset({SMS})) is None
    assert counter.row(message_id)["reason"] == "looking"
    counter.clock.advance(s=60)
    assert counter.task(frozenset({SMS})) is None
    assert counter.row(message_id)["reason"] == "person"


def test_the_baseline_goes_once_the_message_is_proven_sent(counter: Counter) -> None:
    """It answers a doubt; where there is none it would be half of what an attempt keeps."""
    counter.queues()
    in_doubt = counter.attempt()
    with tapping(in_doubt):
        pass
    counter.work.not_sent(in_doubt, Unconfirmed("No new row."))
    look = counter.look()
    assert look.baseline == {"rows": 0}
    counter.work.looked(look, Found(finding=Finding.PRESENT, proof=Proof(tick=Tick.SENT)))
    (row,) = counter.attempts(in_doubt.outgoing.message_id)
    assert (row["outcome"], row["baseline"]) == ("sent", None)
