"""A line that stops: which messages wait with it, and which go on over another device."""

import pytest

from appliance.channels import Channel
from appliance.devices.protocol import DeviceState, Status
from appliance.errors import LineStopped, NoCredit, Refused, SimMissing, Transient
from appliance.messages import MessageState
from appliance.queue.attempt import QueueAttempt, claim
from appliance.queue.plan import next_due
from appliance.store import devices, lines, routes
from appliance.store.store import Tx
from tests.queue.counter import ANNA, BOTH, SMS, Counter, tapping

ONLY_SMS = frozenset({SMS})


@pytest.fixture
def modem(counter: Counter) -> str:
    """A second device of the same line, for SMS alone."""

    def add(tx: Tx) -> str:
        device_id = devices.enrol(tx, kind="modem", address="/dev/ttyUSB0")
        routes.add_route(tx, line_id=counter.line_id, device_id=device_id, channel=Channel.SMS)
        return device_id

    device_id = counter.store.write(add)
    counter.reception.status(device_id, Status(state=DeviceState.READY, channels=ONLY_SMS))
    return device_id


def in_hand(counter: Counter) -> QueueAttempt:
    counter.knows(ANNA)
    counter.queues()
    counter.clock.advance(s=60)
    return counter.attempt()


def stopped(counter: Counter) -> str | None:
    return counter.store.read(lambda conn: lines.line(conn, counter.line_id)).stopped


@pytest.mark.parametrize("error", [SimMissing("no SIM"), NoCredit("no credit")])
def test_the_line_says_why_it_stopped(counter: Counter, error: LineStopped) -> None:
    """The pages have a sentence for its code; the message waits and nothing else leaves."""
    attempt = in_hand(counter)
    counter.work.not_sent(attempt, error)
    assert stopped(counter) == error.code
    row = counter.row(attempt.outgoing.message_id)
    assert (row["state"], row["reason"]) == ("queued", "line-stopped")
    assert counter.accepts("nog een").reason == "line-stopped"
    assert counter.task() is None


@pytest.mark.parametrize("error", [SimMissing("no SIM"), NoCredit("no credit")])
def test_another_device_of_the_line_goes_on(
    counter: Counter, modem: str, error: LineStopped
) -> None:
    """The same message takes the next route, and the stopped device gets no task."""
    attempt = in_hand(counter)
    counter.work.not_sent(attempt, error)
    assert counter.task() is None
    assert counter.accepts("nog een", typed=True).reason != "line-stopped"
    counter.clock.advance(s=60)
    taken = counter.work.next_task(modem, ONLY_SMS)
    assert isinstance(taken, QueueAttempt)
    assert taken.outgoing.message_id == attempt.outgoing.message_id
    assert taken.outgoing.channel is SMS


def test_a_ban_stops_every_device(counter: Counter, modem: str) -> None:
    """To go on from another number would be a disguise."""
    attempt = in_hand(counter)
    counter.work.not_sent(attempt, LineStopped("WhatsApp is closed for this number."))
    counter.clock.advance(s=60)
    assert counter.work.next_task(modem, ONLY_SMS) is None
    assert counter.accepts("nog een").reason == "line-stopped"


def test_two_stops_stop_the_line(counter: Counter, modem: str) -> None:
    """A person starts all of it again."""
    attempt = in_hand(counter)
    counter.work.not_sent(attempt, NoCredit("no credit"))
    counter.store.write(
        lambda tx: lines.stop_line(tx, counter.line_id, "sim-missing", device_id=modem)
    )
    counter.clock.advance(s=60)
    assert counter.work.next_task(modem, ONLY_SMS) is None
    counter.store.write(lambda tx: lines.resume_line(tx, counter.line_id, staff_id=None))
    assert counter.attempt().outgoing.message_id == attempt.outgoing.message_id


def test_a_stop_after_the_tap_is_a_doubt(counter: Counter) -> None:
    """It may have left: the device is asked, and nothing is sent over another device meanwhile."""
    attempt = in_hand(counter)
    with tapping(attempt):
        pass
    counter.work.not_sent(attempt, NoCredit("no credit"))
    assert counter.state(attempt.outgoing.message_id) is MessageState.UNCONFIRMED
    assert stopped(counter) == "no-credit"


def test_a_stop_reaches_what_another_device_has_in_hand(counter: Counter, modem: str) -> None:
    """A ban also stops the line before the modem's send command; the message waits."""
    counter.knows(ANNA)
    message_id = counter.queues(channel=SMS)
    counter.store.write(
        lambda tx: tx.conn.execute(
            "DELETE FROM route WHERE device_id = ? AND channel = 'sms'", (counter.device_id,)
        )
    )
    counter.clock.advance(s=60)
    taken = counter.work.next_task(modem, ONLY_SMS)
    assert isinstance(taken, QueueAttempt)
    counter.store.write(lambda tx: lines.stop_line(tx, counter.line_id, "banned"))
    with pytest.raises(Transient) as stop, tapping(taken):
        pytest.fail("the gate opened")
    counter.work.not_sent(taken, stop.value)
    assert counter.state(message_id) is MessageState.QUEUED
    assert counter.attempts(message_id)[0]["tapped_ms"] is None


def test_a_stop_between_the_choice_and_the_claim_is_seen(counter: Counter) -> None:
    """The claim checks again, in its own transaction."""
    counter.knows(ANNA)
    message_id = counter.queues()
    line = counter.store.read(lambda conn: lines.line(conn, counter.line_id))
    planned = counter.store.read(
        lambda conn: next_due(
            conn,
            line,
            counter.profile,
            device_id=counter.device_id,
            channels=BOTH,
            now_ms=counter.clock.now_ms(),
        )
    )
    assert planned is not None
    counter.store.write(lambda tx: lines.stop_line(tx, counter.line_id, "banned"))
    taken = counter.store.write(lambda tx: claim(tx, planned, counter.line_id, counter.device_id))
    assert taken is None
    assert counter.state(message_id) is MessageState.QUEUED


def test_nothing_leaves_a_line_that_is_gone(counter: Counter) -> None:
    """The line is removed between claim and tap: the message is cancelled with it."""
    attempt = in_hand(counter)
    counter.store.write(lambda tx: lines.remove_line(tx, counter.line_id))
    with pytest.raises(Refused) as refusal, tapping(attempt):
        pytest.fail("the gate opened")
    counter.work.not_sent(attempt, refusal.value)
    row = counter.row(attempt.outgoing.message_id)
    assert (row["state"], row["reason"]) == ("cancelled", "line-removed")


def test_ticks_are_read_while_another_device_is_stopped(counter: Counter, modem: str) -> None:
    """The phone's chats may be opened, unless this device or the whole line is stopped."""
    counter.knows(ANNA)
    counter.queues()
    counter.sends()
    counter.clock.advance(s=60)
    counter.store.write(
        lambda tx: lines.stop_line(tx, counter.line_id, "no-credit", device_id=modem)
    )
    assert counter.visit()
    counter.store.write(lambda tx: lines.stop_line(tx, counter.line_id, "banned"))
    assert counter.task() is None
