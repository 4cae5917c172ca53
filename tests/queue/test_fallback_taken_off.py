"""A line gets another fallback, or none: what happens to its messages on the old modem."""

import pytest

from appliance.desk.lines import new_line
from appliance.desk.outgoing.decisions import Decision, decide
from appliance.desk.outgoing.sending import cancel
from appliance.devices.protocol import Proof, Tick
from appliance.errors import Refused, Transient, Unconfirmed
from appliance.messages import MessageState
from appliance.queue.attempt import QueueAttempt
from appliance.store import devices
from tests.queue.counter import ANNA, STAFF, Counter, tapping
from tests.queue.office import Modem, phone_is_away, told

LONG = "x" * 400
"""Three parts."""
OTHER_PORT = "/dev/ttyUSB7"


@pytest.fixture
def modem(counter: Counter) -> Modem:
    """The phone has been away for long enough."""
    counter.knows(ANNA)
    modem = Modem(counter)
    phone_is_away(counter)
    counter.clock.advance(s=3600)
    return modem


def in_hand(counter: Counter, modem: Modem) -> QueueAttempt:
    counter.queues(LONG, typed=True)
    attempt = modem.attempt()
    with tapping(attempt):
        pass
    return attempt


def falls_back_on(counter: Counter, port: str | None) -> None:
    counter.store.write(lambda tx: new_line.set_fallback(tx, counter.line_id, port, by="test"))


def modems(counter: Counter) -> list[str]:
    found = counter.store.read(devices.devices)
    return [each.id for each in found if each.kind == "modem"]


def test_the_modem_that_is_there_already_stays_who_it_is(counter: Counter, modem: Modem) -> None:
    """If the same modem is named again, it keeps its IMEI, its SIM and its history."""
    falls_back_on(counter, "/dev/ttyUSB0")
    assert modems(counter) == [modem.device_id]


@pytest.mark.parametrize("port", [None, OTHER_PORT])
def test_what_it_is_sending_is_not_taken_from_it(
    counter: Counter, modem: Modem, port: str | None
) -> None:
    """The modem has a message in hand: nothing changes until its outcome is known."""
    attempt = in_hand(counter, modem)
    with pytest.raises(Refused):
        falls_back_on(counter, port)
    assert modems(counter) == [modem.device_id]
    counter.work.sent(
        attempt, Proof(tick=Tick.SENT, facts=told(("sent", 1), ("sent", 2), ("sent", 3)))
    )
    falls_back_on(counter, port)
    assert modem.device_id not in modems(counter)


def test_the_rest_of_a_message_keeps_its_modem(counter: Counter, modem: Modem) -> None:
    """Only that SIM may send the missing parts; if nobody wants to wait, a person cancels it."""
    attempt = in_hand(counter, modem)
    facts = dict(told(("sent", 1), ("sent", 2), "missing"))
    counter.work.not_sent(attempt, Transient("The network was busy.", facts))
    with pytest.raises(Refused):
        falls_back_on(counter, None)
    counter.store.write(lambda tx: cancel(tx, attempt.outgoing.message_id, STAFF))
    falls_back_on(counter, None)
    assert modems(counter) == []


def test_a_doubt_that_nobody_will_look_up_is_a_persons(counter: Counter, modem: Modem) -> None:
    """A modem that is broken for good can be replaced; a person decides its doubt."""
    attempt = in_hand(counter, modem)
    counter.work.not_sent(attempt, Unconfirmed("The modem did not answer."))
    message_id = attempt.outgoing.message_id
    assert counter.row(message_id)["reason"] == "looking"
    falls_back_on(counter, OTHER_PORT)
    assert counter.row(message_id)["reason"] == "person"
    counter.store.write(lambda tx: decide(tx, message_id, Decision.SEND_AGAIN, staff_id="somebody"))
    assert counter.state(message_id) is MessageState.QUEUED
    assert counter.row(message_id)["bound_to"] is None


def test_what_waits_for_any_way_is_free(counter: Counter, modem: Modem) -> None:
    """A message without a sent part is bound to no modem."""
    waiting = counter.queues("Kom je morgen?", typed=True)
    falls_back_on(counter, None)
    assert counter.state(waiting) is MessageState.QUEUED
