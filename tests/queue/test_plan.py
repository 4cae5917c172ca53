"""Which message goes next, when, and why not now."""

from itertools import pairwise

import pytest

from appliance.channels import Channel
from appliance.devices.device_facts import DeviceFacts, SmsLimitFacts
from appliance.devices.protocol import DeviceState, Proof, Status, Tick, TickVisit
from appliance.errors import Transient
from appliance.events import EventKind
from appliance.messages import MessageClass
from appliance.reasons import Reason
from tests.queue.counter import ANNA, BART, BOTH, HOUR_S, SMS, WHATSAPP, Counter, at, tapping
from tests.queue.plans import plan, shown

CARLA = "+31633333333"


def test_confirmations_replies_automatic_messages_and_lists_in_this_order(
    counter: Counter,
) -> None:
    """The last message may leave first by its class; inside a class they leave in order."""
    counter.knows(ANNA, BART, CARLA)
    listed = counter.queues(to=ANNA, kind=MessageClass.LIST)
    automatic = counter.queues(to=ANNA, kind=MessageClass.AUTOMATIC)
    second_reply = [counter.queues(to=BART), counter.queues(to=CARLA)]
    confirmation = counter.queues(to=BART, kind=MessageClass.CONFIRMATION)
    order = list(plan(counter))
    assert order == [confirmation, *second_reply, automatic, listed]
    sent = []
    for _ in range(5):
        sent.append(counter.sends())
        counter.clock.advance(s=130)
    assert sent == order


def test_a_short_message_does_not_overtake_a_longer_one(counter: Counter) -> None:
    """Two texts of a program to one person arrive as they were written, whatever their length."""
    counter.knows(ANNA)
    long = counter.queues("a" * 300, typed=False)
    short = counter.queues("b", typed=False)
    planned = plan(counter)
    assert (planned[short][0] or 0) > (planned[long][0] or 0) > 60_000
    counter.clock.advance(s=60)
    assert counter.task() is None  # the short one could be typed by now
    counter.clock.advance(s=60)
    assert counter.sends() == long


def test_a_message_to_somebody_else_does_not_wait_for_a_longer_one(counter: Counter) -> None:
    """The order holds between two people; others go on."""
    counter.knows(ANNA, BART)
    counter.queues("a" * 300, typed=False)
    other = counter.queues("b", to=BART, typed=False)
    counter.clock.advance(s=10)
    assert counter.sends() == other


def test_nothing_overtakes_from_the_lane_beside_it(counter: Counter) -> None:
    """What is being typed for somebody who is answered holds up what is begun, the first too."""
    counter.knows(BART)
    counter.clock.advance(s=25 * HOUR_S)
    counter.knows(ANNA)
    counter.queues()
    counter.sends(Tick.READ)
    long = counter.queues("a" * 400, kind=MessageClass.LIST, typed=False)
    counter.queues("b", to=BART, kind=MessageClass.LIST, typed=False)
    counter.clock.advance(s=121)  # the longest pause before somebody is written to
    assert counter.task() is None
    counter.clock.advance(s=30)
    assert counter.sends() == long


def test_what_is_announced_is_what_leaves_first(counter: Counter) -> None:
    """A reply that may leave at once is not announced behind one that is still being typed."""
    counter.knows(ANNA, BART)
    long = counter.queues("a" * 300, typed=False)
    other = counter.queues("b", to=BART)
    planned = plan(counter)
    assert planned[other] == (0, None)
    assert (planned[long][0] or 0) > 60_000
    assert counter.sends() == other


def test_a_message_that_is_tried_again_keeps_its_place(counter: Counter) -> None:
    """A later message to the same person waits for it."""
    counter.knows(ANNA)
    first, second = counter.queues("een"), counter.queues("twee")
    attempt = counter.attempt()
    counter.work.not_sent(attempt, Transient("The chat did not open."))
    assert counter.task() is None
    assert plan(counter)[second][1] == "busy"
    counter.clock.advance(s=10)
    assert counter.sends() == first
    counter.clock.advance(s=1)
    assert counter.sends() == second


def test_a_try_that_failed_is_not_planned_for_later(counter: Counter) -> None:
    """What waits for its next try says so, in the plan's front and far behind it."""
    counter.knows(ANNA)
    message_id = counter.queues()
    for _ in range(3):
        counter.work.not_sent(counter.attempt(), Transient("The chat did not open."))
        assert plan(counter)[message_id][1] == "retry"
        counter.planner.round()
        assert counter.row(message_id)["reason"] == "retry"
        counter.clock.at_ms = counter.row(message_id)["not_before_ms"]


def test_a_message_for_later_holds_up_nobody(counter: Counter) -> None:
    """A message for tomorrow does not hold what is written now to the same person."""
    counter.knows(ANNA, BART)
    tomorrow_ms = counter.clock.now_ms() + 24 * HOUR_S * 1000
    later = counter.queues("morgen", not_before_ms=tomorrow_ms)
    now = counter.queues("nu", typed=False)
    other = counter.queues("ook nu", to=BART)
    planned = plan(counter)
    assert planned[later] == (24 * HOUR_S * 1000, "not-before")
    assert (planned[now][0] or 0) < 10_000
    assert (planned[other][0] or 0) < 10_000
    assert counter.sends() == other


def test_what_waits_for_the_morning_does_not_move_what_may_leave_at_night(
    counter: Counter,
) -> None:
    """A welcome at night is announced for tonight, although a list stands in the queue."""
    counter.knows(BART)
    counter.clock.at_ms = at("2026-06-16 23:00")
    listed = counter.queues(to=BART, kind=MessageClass.AUTOMATIC)
    counter.hears("Hallo?", ANNA)
    (welcome,) = counter.outgoing(ANNA)
    assert (welcome["expected_ms"] - counter.clock.now_ms()) < 120_000
    planned = plan(counter)
    assert planned[listed] == (9.5 * HOUR_S * 1000, "office-hours")
    assert (planned[welcome["id"]][0] or 0) < 120_000


def test_planned_messages_count_for_those_behind_them(counter: Counter) -> None:
    """Ten messages to ten people are announced one after another, with pauses."""
    people = [f"+3161234500{i}" for i in range(10)]
    counter.knows(*people)
    for number in people:
        counter.queues("Er is werk.", to=number, kind=MessageClass.LIST)
    moments = [moment or 0 for moment, _ in plan(counter).values()]
    gaps = [after - before for before, after in pairwise(moments)]
    assert min(gaps) >= 30_000


@pytest.mark.parametrize(
    ("state", "reason", "channels", "says"),
    [
        (DeviceState.ABSENT, Reason.NOT_PLUGGED_IN, frozenset(), "device-absent"),
        (DeviceState.UNAUTHORIZED, Reason.NOT_ALLOWED, frozenset(), "device-unauthorized"),
        (DeviceState.OFFLINE, Reason.CONNECTION_DEAD, frozenset(), "device-offline"),
        (DeviceState.DEGRADED, Reason.LOCKED, frozenset(), "device-locked"),
        (DeviceState.DEGRADED, Reason.OTHER_SIM, frozenset(), "other-sim"),
        (DeviceState.DEGRADED, Reason.TOO_HOT, frozenset(), "too-hot"),
        (DeviceState.DEGRADED, Reason.SERVER_WILL_NOT_START, frozenset(), "device-degraded"),
    ],
)
def test_a_phone_that_cannot_send_promises_no_time(
    counter: Counter,
    state: DeviceState,
    reason: Reason,
    channels: frozenset[Channel],
    says: str,
) -> None:
    """The message is accepted, has a reason, and no expected time until the phone is back."""
    counter.knows(ANNA)
    counter.phone_is(state, reason, channels=channels)
    accepted = counter.accepts()
    assert (accepted.expected_ms, accepted.reason) == (None, says)
    assert shown(counter, accepted.id) == (None, says)
    counter.phone_is(DeviceState.READY, channels=BOTH)
    counter.clock.advance(s=60)
    assert shown(counter, accepted.id)[0] is not None


def test_a_line_without_a_route_says_so(counter: Counter) -> None:
    """A text too long for SMS to somebody without WhatsApp has no route."""
    counter.knows(ANNA)
    counter.store.write(lambda tx: tx.conn.execute("UPDATE contact_identity SET on_whatsapp = 0"))
    accepted = counter.accepts("x" * 2_000)
    assert (accepted.expected_ms, accepted.reason) == (None, "no-route")
    assert shown(counter, accepted.id) == (None, "no-route")


def test_the_planner_writes_what_it_knows_and_calls_who_is_due(counter: Counter) -> None:
    """Each message gets a time with its reason; the line's devices are woken when one may leave."""
    counter.knows(ANNA)
    message_id = counter.queues("a" * 60, typed=False)
    expected_ms, reason = shown(counter, message_id)
    assert expected_ms == counter.clock.now_ms() + 24_806  # 16 characters read, 60 typed
    assert reason == "typing"
    assert counter.due == []
    counter.clock.advance(s=25)
    assert shown(counter, message_id) == (counter.clock.now_ms(), None)
    assert counter.due == [counter.line_id]


def test_the_planner_writes_nothing_when_nothing_changed(counter: Counter) -> None:
    """A second round, and one a few seconds later, add no event to the log."""
    counter.knows(ANNA, BART)
    counter.queues("a" * 900, typed=False)
    counter.queues("morgen", to=BART, not_before_ms=counter.clock.now_ms() + 86_400_000)
    counter.queues("lijst", to=BART, kind=MessageClass.LIST)
    counter.planner.round()
    seq = counter.last_seq()
    for _ in range(3):
        counter.planner.round()
        counter.clock.advance(s=3)
    assert counter.events(after=seq) == []


def test_each_change_of_plan_is_one_event(counter: Counter) -> None:
    """The browser is told of a new time or reason by its code, without words."""
    counter.knows(ANNA)
    message_id = counter.queues()
    counter.planner.round()
    seq = counter.last_seq()
    counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)
    counter.planner.round()
    planned = counter.events(EventKind.MESSAGE_PLANNED, after=seq)
    assert [(e.message_id, dict(e.facts)) for e in planned] == [
        (message_id, {"expected_ms": None, "reason": "device-absent"})
    ]


def test_three_unanswered_messages_and_no_more(counter: Counter) -> None:
    """Balie's own messages stop after three without an answer, and go on when the person writes."""
    counter.knows(ANNA)
    counter.clock.at_ms = at("2026-06-17 10:00")
    ids = [counter.queues(f"Nog werk? {i}") for i in range(4)]
    for _ in range(3):
        counter.sends()
        counter.clock.advance(s=400)
    assert shown(counter, ids[3]) == (None, "unanswered")
    assert isinstance(counter.task(), TickVisit)  # and nothing to send
    counter.hears("Ja!")
    counter.clock.advance(s=400)
    assert counter.sends() == ids[3]


def test_proof_that_comes_late_does_not_count_as_unanswered(counter: Counter) -> None:
    """A message counts from its tap: an answer that came before the proof still answers it."""
    counter.knows(ANNA)
    attempt_of = counter.queues()
    attempt = counter.attempt()
    with tapping(attempt):
        tapped_ms = counter.clock.now_ms()
    counter.clock.advance(s=60)
    counter.hears("Ja, graag")
    counter.clock.advance(s=60)
    counter.work.sent(attempt, Proof(tick=Tick.READ))
    assert counter.row(attempt_of)["sent_ms"] == tapped_ms


def test_a_clock_that_fell_back_sends_nothing(counter: Counter) -> None:
    """A clock behind the last time in the log is wrong; when it is right again, sending goes on."""
    counter.knows(ANNA)
    counter.queues()
    counter.clock.advance(s=-3600)
    assert counter.task() is None
    counter.clock.advance(s=3590)
    assert counter.attempt()


def test_the_order_of_routes_decides(counter: Counter) -> None:
    """WhatsApp first; SMS when the person is known not to be on WhatsApp, or by request."""
    counter.knows(ANNA, BART)
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE contact_identity SET on_whatsapp = 0 WHERE value = ?", (BART,)
        )
    )
    channels = {}
    for name, to, wanted in (("auto", ANNA, None), ("not there", BART, None), ("sms", ANNA, SMS)):
        counter.queues(to=to, channel=wanted)
        attempt = counter.attempt()
        channels[name] = attempt.outgoing.channel
        with tapping(attempt):
            pass
        counter.work.sent(attempt, Proof(tick=Tick.SENT))
        counter.clock.advance(s=10)
    assert channels == {"auto": WHATSAPP, "not there": SMS, "sms": SMS}


def test_the_limit_that_a_phone_tells_is_kept_on_that_phone(counter: Counter) -> None:
    """From its facts; what waits for it says so, and WhatsApp goes on meanwhile."""
    limit = SmsLimitFacts(sms_parts=2, sms_window_ms=600_000)
    ready = Status(state=DeviceState.READY, channels=BOTH, facts=DeviceFacts(sms_limit=limit))
    counter.reception.status(counter.device_id, ready)
    counter.knows(ANNA, BART)
    for _ in range(2):
        counter.queues(to=BART, channel=SMS)
        counter.sends()
        counter.clock.advance(s=2)
    third = counter.queues(channel=SMS)
    in_chat = counter.queues(to=BART)
    expected_ms, reason = shown(counter, third)
    assert reason == "sms-limit"
    assert expected_ms is not None
    assert expected_ms > counter.clock.now_ms() + 590_000
    assert counter.sends() == in_chat
    assert counter.task() is None
    counter.clock.at_ms = expected_ms
    assert counter.sends() == third
