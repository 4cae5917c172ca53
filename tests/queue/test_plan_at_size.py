"""A long queue: decisions stay small, replies stay quick, and promises stay true."""

import sqlite3
from collections import Counter as Tally
from itertools import pairwise

import pytest

from appliance.channels import Channel
from appliance.desk.outgoing.room import Room
from appliance.desk.outgoing.sending import Accepted, Author, SendRequest, accept
from appliance.devices.protocol import DeviceState, Proof, Status, Tick
from appliance.errors import LineFull
from appliance.events import EventKind
from appliance.identities import tel
from appliance.messages import MessageClass, MessageState
from appliance.queue import rows
from appliance.queue.attempt import QueueAttempt
from appliance.queue.lanes import Lane, Queued
from appliance.queue.planner import FAR_TOLERANCE, FAR_WRITTEN, MAX_WRITTEN, NEAR, Planner
from appliance.queue.profile import checked
from appliance.reasons import Reason
from appliance.store import devices, line_settings, lines, routes
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BART, HOUR_S, Counter, tapping
from tests.sqlite_steps import steps

MANY = 300


def people(count: int) -> list[str]:
    return [f"+31612{place:06d}" for place in range(count)]


def known(counter: Counter, count: int = MANY) -> list[str]:
    """This many people wrote an hour ago; no message to them waits."""
    numbers = people(count)
    counter.clock.advance(s=-HOUR_S)
    counter.knows(*numbers)
    counter.clock.advance(s=HOUR_S)
    return numbers


def listed(counter: Counter, numbers: list[str]) -> list[str]:
    """The ids of a list's messages, accepted in one transaction."""

    def work(tx: Tx) -> list[str]:
        return [
            accept_one(tx, counter, number, f"Dienst {place}").id
            for place, number in enumerate(numbers)
        ]

    return counter.store.write(work)


def accept_one(tx: Tx, counter: Counter, number: str, text: str) -> Accepted:
    return accept(
        tx,
        SendRequest(
            line_id=counter.line_id,
            identity=tel(number),
            text=text,
            author=Author(rule="test"),
            kind=MessageClass.LIST,
        ),
    )


def test_a_list_leaves_in_its_own_order(counter: Counter) -> None:
    """First in, first out, even when a later message drew a shorter pause."""
    ids = listed(counter, known(counter, 60))
    left = leave(counter, minutes=20)
    assert len(left) > 15
    assert left == ids[: len(left)]


def test_a_reply_never_waits_for_a_list(counter: Counter) -> None:
    """While a list is sent, a reply that staff type is the next message that the phone gets."""
    listed(counter, known(counter))
    counter.knows(ANNA)
    for _ in range(10):
        leave(counter, minutes=2)
        reply = counter.queues("Ja, dat is goed.", to=ANNA)
        counter.clock.advance(s=1)
        assert counter.sends() == reply


def test_an_automatic_message_goes_before_a_list(counter: Counter) -> None:
    listed(counter, known(counter, 50))
    counter.knows(BART)
    leave(counter, minutes=3)
    automatic = counter.queues("Je dienst begint.", BART, kind=MessageClass.AUTOMATIC, typed=False)
    left = leave(counter, minutes=3)
    assert left[0] == automatic


def test_two_lines_on_one_sim_have_one_queue(counter: Counter) -> None:
    """A reply from one line goes before a list from the other, whichever line comes first."""
    other_id, _ = counter.add_line("+31600000009", "R58M999")
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE route SET device_id = ? WHERE line_id = ?", (counter.device_id, other_id)
        )
    )
    counter.knows(ANNA, BART)
    consent = "INSERT INTO consent (value, scheme, contact_id, line_id, kind, recorded_by, at_ms)"
    contact_id = counter.contact_id(BART)
    counter.store.write(
        lambda tx: tx.conn.execute(
            f"{consent} VALUES (?, 'tel', ?, ?, 'wrote_first', 'test', ?)",
            (BART, contact_id, other_id, tx.now_ms),
        )
    )
    for first, second in ((counter.line_id, other_id), (other_id, counter.line_id)):
        counter.clock.advance(s=600)
        people_of = {counter.line_id: ANNA, other_id: BART}
        listing = counter.queues("Lijst", people_of[first], line_id=first, kind=MessageClass.LIST)
        reply = counter.queues(
            "Antwoord", people_of[second], line_id=second, kind=MessageClass.REPLY
        )
        counter.clock.advance(s=1)
        assert counter.sends() == reply
        counter.clock.advance(s=600)
        assert counter.sends() == listing


def test_a_decision_reads_no_more_of_a_long_queue_than_of_a_short_one(counter: Counter) -> None:
    """When the first of a lane has to wait, the messages behind it are not even read."""
    listed(counter, known(counter))

    def given(conn: sqlite3.Connection) -> list[Queued]:
        reading = rows.Reading(conn, counter.line_id, now_ms=counter.clock.now_ms())
        closed: set[Lane] = set()
        found = []
        for message in reading.in_order(closed):
            found.append(message)
            closed.add(message.lane)
        return found

    assert len(counter.store.read(given)) == 1


def test_a_round_writes_a_bounded_number_of_promises(counter: Counter) -> None:
    """However much changed at once, a round writes only so much; the next rounds write the rest."""
    listed(counter, known(counter))
    counter.planner.round()
    counter.phone_is(DeviceState.ABSENT, Reason.NOT_PLUGGED_IN)
    for _ in range(6):
        seq = counter.last_seq()
        counter.planner.round()
        planned = counter.events(EventKind.MESSAGE_PLANNED, after=seq)
        assert len(planned) <= NEAR + FAR_WRITTEN <= MAX_WRITTEN
        counter.clock.advance(s=300)
    reasons = Tally(
        row["reason"] for row in counter.all("SELECT reason FROM message WHERE state = 'queued'")
    )
    assert reasons == {"device-absent": MANY}


def test_promises_far_ahead_are_in_order_and_near_the_truth(counter: Counter) -> None:
    """The last of a list is announced within a tenth of its real wait, with the order as near."""
    ids = listed(counter, known(counter, 150))
    for _ in range(4):
        counter.planner.round()
        counter.clock.advance(s=1)
    began_ms = counter.clock.now_ms()
    promised = [counter.row(each)["expected_ms"] for each in ids]
    for ahead, behind in pairwise(promised):
        assert ahead <= behind + FAR_TOLERANCE * (behind - began_ms)
    left: dict[str, int] = {}
    while len(left) < len(ids):
        left |= dict.fromkeys(leave(counter, minutes=1), counter.clock.now_ms())
    off = [
        abs(at_ms - left[each]) / (left[each] - began_ms)
        for each, at_ms in zip(ids, promised, strict=True)
    ]
    assert sum(share <= 0.1 for share in off[10:]) >= 0.8 * len(off[10:])


def test_a_plan_outlives_a_restart(counter: Counter) -> None:
    """A new planner plans everything and gets the same result: no event is written."""
    listed(counter, known(counter, 60))
    for _ in range(3):
        counter.planner.round()
    seq = counter.last_seq()
    Planner(counter.store, counter.profile, counter.due.append).round()
    assert counter.events(EventKind.MESSAGE_PLANNED, after=seq) == []


def test_parked_messages_hold_up_nobody_however_many(counter: Counter) -> None:
    """More people than one decision looks at have three unanswered messages; others go on."""
    numbers = people(rows.MAX_CONSIDERED + 30)
    counter.knows(*numbers, ANNA)
    counter.clock.advance(s=3 * 24 * HOUR_S)
    counter.store.write(lambda tx: park(tx, counter, numbers))
    ids = listed(counter, numbers)
    behind = counter.queues("Werk?", ANNA, kind=MessageClass.LIST, typed=False)
    for _ in range(12):
        counter.planner.round()
        counter.clock.advance(s=40)
    assert counter.state(behind) is MessageState.QUEUED
    assert counter.row(ids[0])["reason"] == "unanswered"
    assert leave(counter, minutes=2) == [behind]


def test_who_waits_for_a_day_is_not_held_up_by_who_waits_for_an_answer(counter: Counter) -> None:
    """Behind many who do not answer stands one whose wait ends with time alone."""
    numbers = people(NEAR + 20)
    counter.knows(*numbers, ANNA)
    counter.clock.advance(s=3 * 24 * HOUR_S)
    counter.store.write(lambda tx: park(tx, counter, numbers))
    listed(counter, numbers)
    behind = counter.queues("Werk?", ANNA, kind=MessageClass.LIST, typed=False)
    for _ in range(6):
        counter.planner.round()
        counter.clock.advance(s=40)
    counter.store.write(
        lambda tx: tx.conn.execute(
            "UPDATE message SET reason = 'first-contacts' WHERE id = ?", (behind,)
        )
    )
    assert leave(counter, minutes=5) == [behind]


def test_whoever_answers_is_written_to_again(counter: Counter) -> None:
    """A parked message far behind others is freed when its person writes."""
    numbers = people(60)
    counter.knows(*numbers)
    counter.clock.advance(s=3 * 24 * HOUR_S)
    counter.store.write(lambda tx: park(tx, counter, numbers))
    ids = listed(counter, numbers)
    for _ in range(6):
        counter.planner.round()
        counter.clock.advance(s=40)
    assert {counter.row(each)["reason"] for each in ids} == {"unanswered"}
    counter.hears("Ja graag", numbers[50])
    for _ in range(3):
        counter.planner.round()
        counter.clock.advance(s=40)
    assert ids[50] in leave(counter, minutes=3)


def test_a_line_that_is_full_takes_no_more_from_software(counter: Counter) -> None:
    """Software is refused and told when to come back; people at the counter and rules are not."""
    numbers = known(counter, 12)
    room = Room(10)
    for number in numbers[:10]:
        counter.accepts(to=number, room=room)
    with pytest.raises(LineFull) as full:
        counter.accepts(to=numbers[10], room=room)
    assert 60 <= full.value.retry_after_s <= 3600
    assert counter.accepts(to=numbers[11]).state is MessageState.QUEUED
    assert counter.outgoing(numbers[10])[-1]["state"] == "cancelled"
    leave(counter, minutes=5)
    assert counter.accepts(to=numbers[10], room=room).state is MessageState.QUEUED


def park(tx: Tx, counter: Counter, numbers: list[str]) -> None:
    """Each of these people got three messages, and nobody answered."""
    for number in numbers:
        for _ in range(3):
            sent = accept_one(tx, counter, number, "Werk?").id
            tx.conn.execute(
                "UPDATE message SET state = 'sent', sent_ms = ?, answering = 0 WHERE id = ?",
                (tx.now_ms - 1, sent),
            )


def leave(counter: Counter, *, minutes: int) -> list[str]:
    """The messages that leave in this many minutes when the phone asks every two seconds."""
    left = []
    for _ in range(minutes * 30):
        task = counter.task()
        if isinstance(task, QueueAttempt):
            with tapping(task):
                pass
            counter.work.sent(task, Proof(tick=Tick.READ))
            left.append(task.outgoing.message_id)
        counter.clock.advance(s=2)
    return left


@pytest.mark.parametrize("why", ["no-route", "sms-limit"])
def test_what_cannot_leave_holds_up_nobody_however_many(counter: Counter, why: str) -> None:
    """More messages than one decision looks at have no route, or exceed the phone's SMS limit.
    Messages behind them leave all the same, and do not get their reason.
    """
    if why == "sms-limit":
        pacing = checked({"sms_parts": 1})
        counter.store.write(lambda tx: lines.pace_line(tx, counter.line_id, pacing, by="test"))
    numbers = known(counter, 3 * rows.MAX_CONSIDERED)
    counter.knows(ANNA)
    if why == "no-route":
        counter.store.write(
            lambda tx: tx.conn.execute(
                "UPDATE contact_identity SET on_whatsapp = 0 WHERE value <> ?", (ANNA,)
            )
        )
    channel = Channel.WHATSAPP if why == "no-route" else Channel.SMS
    for number in numbers:
        counter.queues("Dienst", number, kind=MessageClass.LIST, channel=channel, typed=False)
    behind = counter.queues("Werk?", ANNA, kind=MessageClass.LIST, typed=False)
    for _ in range(3):
        counter.planner.round()
        counter.clock.advance(s=2)
    row = counter.row(behind)
    assert row["reason"] != why
    assert row["expected_ms"] is not None
    assert behind in leave(counter, minutes=4)


def test_the_pause_of_one_device_holds_up_no_other(counter: Counter) -> None:
    """Two SIMs of one line are two people: a wait for one does not close the other."""
    numbers = known(counter, 4)
    modem = add_modem(counter)
    counter.clock.advance(s=600)
    for number in numbers[:3]:
        counter.queues("Dienst", number, kind=MessageClass.LIST, typed=False)
    counter.clock.advance(s=30)
    counter.sends()
    by_sms = counter.queues("Sms", numbers[3], kind=MessageClass.LIST, channel=Channel.SMS)
    counter.store.write(
        lambda tx: tx.conn.execute(
            "DELETE FROM route WHERE device_id = ? AND channel = 'sms'", (counter.device_id,)
        )
    )
    counter.clock.advance(s=10)
    assert not isinstance(counter.task(), QueueAttempt)
    taken = counter.work.next_task(modem, frozenset({Channel.SMS}))
    assert isinstance(taken, QueueAttempt)
    assert taken.outgoing.message_id == by_sms


def add_modem(counter: Counter) -> str:
    def work(tx: Tx) -> str:
        device_id = devices.enrol(tx, kind="modem", address="/dev/ttyUSB0")
        routes.add_route(tx, line_id=counter.line_id, device_id=device_id, channel=Channel.SMS)
        only_lists = {"fallback_classes": ["list"]}
        line_settings.change(tx, counter.line_id, only_lists, by="test")
        return device_id

    device_id = counter.store.write(work)
    status = Status(state=DeviceState.READY, channels=frozenset({Channel.SMS}))
    counter.reception.status(device_id, status)
    return device_id


def test_what_was_said_at_one_moment_is_read_once_for_a_promise(counter: Counter) -> None:
    """A program may write many texts to a person in one transaction, all of one millisecond."""
    counter.knows(ANNA)

    def say(tx: Tx, times: int) -> int:
        """The steps of the last one."""
        costs = [
            steps(tx.conn, lambda: accept_one(tx, counter, ANNA, "Dienst")) for _ in range(times)
        ]
        return costs[-1]

    few = counter.store.write(lambda tx: say(tx, 20))
    many = counter.store.write(lambda tx: say(tx, 80))
    assert many < few * 5
