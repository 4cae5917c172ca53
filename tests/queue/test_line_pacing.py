"""A line's pacing in the queue: its own profile, first contacts, SMS, and two staff at once."""

from dataclasses import replace

import pytest

from appliance.channels import Channel
from appliance.devices.protocol import DeviceState, Proof, Sim, Tick
from appliance.identities import tel
from appliance.messages import MessageClass
from appliance.queue.attempt import QueueAttempt
from appliance.queue.profile import checked
from appliance.queue.work import QueueWork
from appliance.store import consent, contacts, lines
from appliance.store.consent import ConsentKind
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, BOTH, HOUR_S, SMS, WHATSAPP, Counter, tapping
from tests.queue.plans import plan

STRANGERS = [f"+3160000000{place}" for place in range(4)]
LIST = MessageClass.LIST


def agreed_on_paper(counter: Counter, *numbers: str) -> None:
    """These people never wrote and gave consent to SMS on paper."""

    def work(tx: Tx) -> None:
        for number in numbers:
            consent.record(
                tx,
                identity=tel(number),
                contact_id=contacts.ensure(tx, tel(number)),
                line_id=counter.line_id,
                kind=ConsentKind.OPTED_IN,
                channel=Channel.SMS,
                words="Ja, stuur mij sms over diensten",
                recorded_by="test",
            )

    counter.store.write(work)


def test_a_line_keeps_to_what_it_may_do_itself(counter: Counter) -> None:
    """A stored profile counts from the next decision on, until it is removed."""
    counter.knows(ANNA, BART)
    counter.queues()
    second = counter.queues(to=BART)
    slower = checked({"apart_ms": 20_000})
    counter.store.write(lambda tx: lines.pace_line(tx, counter.line_id, slower, by="test"))
    counter.sends()
    counter.clock.advance(s=10)
    assert counter.task() is None
    assert plan(counter)[second] == (10_000, "busy")
    counter.store.write(lambda tx: lines.pace_line(tx, counter.line_id, None, by="test"))
    assert counter.sends() == second


def test_a_profile_written_by_hand_takes_no_brake_off(counter: Counter) -> None:
    """Of seven typed replies at once the seventh waits for a minute, whatever the row says."""
    counter.knows(ANNA)
    by_hand = '{"per_minute": 600, "apart_ms": 0, "headroom": 9}'
    counter.store.write(lambda tx: lines.pace_line(tx, counter.line_id, by_hand, by="test"))
    for _ in range(7):
        counter.queues()
    for _ in range(6):
        counter.sends()
        counter.clock.advance(s=1)
    assert counter.task() is None
    assert [reason for _, reason in plan(counter).values()] == ["ceiling-minute"]


def test_two_members_of_staff_at_once_send_one_after_the_other(counter: Counter) -> None:
    """Both replies were typed in the same millisecond; a SIM sends them as one person would."""
    counter.knows(ANNA, BART)
    counter.queues(to=ANNA)
    counter.queues(to=BART)
    counter.sends()
    assert counter.task() is None
    counter.clock.advance(s=1)
    counter.sends()
    tapped = [row["tapped_ms"] for row in counter.all("SELECT tapped_ms FROM attempt ORDER BY id")]
    assert tapped[1] - tapped[0] == 1_000


def test_few_conversations_are_begun_in_a_day(counter: Counter) -> None:
    """Two who never wrote are reached; the others wait for tomorrow, an answer does not."""
    counter.knows(ANNA)
    agreed_on_paper(counter, *STRANGERS)
    counter.clock.advance(s=25 * HOUR_S)
    waiting = {number: counter.queues(to=number, kind=LIST, typed=False) for number in STRANGERS}
    known = counter.queues(to=ANNA, kind=LIST, typed=False)
    left = []
    for _ in range(60):
        task = counter.task()
        if isinstance(task, QueueAttempt):
            with tapping(task):
                pass
            counter.work.sent(task, Proof(tick=Tick.SENT))
            left.append(task.outgoing.message_id)
        counter.clock.advance(s=60)
    assert left == [waiting[STRANGERS[0]], waiting[STRANGERS[1]], known]
    late = plan(counter)[waiting[STRANGERS[2]]]
    assert late[1] in ("first-contacts", "office-hours")
    assert (late[0] or 0) > 20 * HOUR_S * 1000
    counter.hears(sender=STRANGERS[3])
    answered = plan(counter)[waiting[STRANGERS[3]]]
    assert (answered[0] or 0) < HOUR_S * 1000


def test_the_phone_s_limit_of_sms_holds_in_the_queue(counter: Counter) -> None:
    """Thirty parts in half an hour; the next SMS waits and a WhatsApp message does not."""
    counter.knows(ANNA, BART)
    for _ in range(30):
        counter.queues(channel=SMS)
        counter.sends()
        counter.clock.advance(s=20)
    held = counter.queues(channel=SMS, kind=LIST, typed=False)
    after = counter.queues(channel=WHATSAPP, kind=LIST, typed=False)
    free = counter.queues(channel=WHATSAPP, to=BART)
    planned = plan(counter)
    assert planned[held][1] == "sms-limit"
    assert 0 < (planned[held][0] or 0) <= 25 * 60_000
    assert (planned[after][0] or 0) > (planned[held][0] or 0)  # in order to the same person
    assert planned[free] == (0, None)


@pytest.mark.parametrize("iccid", ["8931080000000000019", None])
def test_a_sim_keeps_its_history_when_its_line_is_added_again(
    counter: Counter, iccid: str | None
) -> None:
    """Neither a new line nor another phone empties the windows of a SIM."""
    counter.work = QueueWork(
        counter.store,
        counter.gate,
        replace(counter.profile, per_hour=1),
        evidence=counter.evidence,
    )
    sim = Sim(iccid=iccid, number=None)
    counter.reception.sim_seen(counter.device_id, sim)
    counter.knows(ANNA)
    counter.queues()
    counter.sends()
    counter.store.write(lambda tx: lines.remove_line(tx, counter.line_id))
    serial = "R58M123" if iccid is None else "another phone"
    counter.line_id, counter.device_id = counter.add_line("+31687654321", serial)
    counter.phone_is(DeviceState.READY, channels=BOTH)
    counter.reception.sim_seen(counter.device_id, sim)
    counter.clock.advance(s=60)
    counter.knows(ANNA)
    counter.queues()
    assert not isinstance(counter.task(), QueueAttempt)
    counter.clock.advance(s=HOUR_S)
    counter.sends(Tick.READ)
