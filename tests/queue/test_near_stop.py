"""Messages that come near to STOP: marked, not obeyed, and decided by a person."""

import threading

import pytest

from appliance.desk import sign_off, staff
from appliance.desk.near_stop import Answer
from appliance.errors import NotFound, Refused
from appliance.messages import MessageState
from appliance.store import consent
from tests.queue.counter import ANNA, SMS, Counter, tapping

NEAR = "stop. dank je"


@pytest.fixture
def sanne(counter: Counter) -> str:
    return counter.store.write(
        lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=counter.branch_id)
    )


def asked(counter: Counter) -> str:
    """The id of the message that somebody should look at."""
    found = counter.one("SELECT message_id FROM near_stop WHERE decision IS NULL")
    return str(found["message_id"])


def code(counter: Counter) -> str:
    return counter.store.read(lambda conn: consent.verdict(conn, counter.line_id, ANNA)).code


def test_it_is_marked_and_not_obeyed(counter: Counter) -> None:
    """Consent and what waits stay as they are until somebody looked."""
    counter.knows(ANNA)
    waiting = counter.queues()
    counter.hears(NEAR)
    assert counter.row(asked(counter))["text"] == NEAR
    assert code(counter) == "ok"
    assert counter.state(waiting) is MessageState.QUEUED


def test_it_gets_no_welcome(counter: Counter) -> None:
    """Who seems to want nothing is not greeted; their next message is."""
    counter.hears(NEAR)
    assert counter.outgoing() == []
    counter.hears("Of toch: is er werk?")
    (welcome,) = counter.outgoing()
    assert welcome["rule"] == "welcome"


def test_sign_off_is_an_opt_out_with_a_name(counter: Counter, sanne: str) -> None:
    """The ledger says who recorded it and why, what waits is cancelled, and it is confirmed."""
    counter.knows(ANNA)
    waiting = counter.queues()
    counter.hears(NEAR, channel=SMS)
    message_id = asked(counter)
    sign_off.decide(counter.store, counter.gate, message_id, Answer.SIGN_OFF, staff_id=sanne)
    entry = counter.one("SELECT * FROM consent ORDER BY seq DESC")
    assert (entry["kind"], entry["recorded_by"]) == ("opted_out", f"staff:{sanne}")
    assert entry["message_id"] == message_id
    assert counter.state(waiting) is MessageState.CANCELLED
    confirmation = counter.outgoing()[-1]
    assert (confirmation["class"], confirmation["wanted"]) == ("confirmation", "sms")
    counter.clock.advance(s=60)
    assert counter.sends() == confirmation["id"]
    assert code(counter) == "opted-out"


def test_leaving_it_changes_nothing_else(counter: Counter, sanne: str) -> None:
    """The decision is kept with its name, once."""
    counter.knows(ANNA)
    waiting = counter.queues()
    counter.hears(NEAR)
    message_id = asked(counter)
    sign_off.decide(counter.store, counter.gate, message_id, Answer.LEAVE, staff_id=sanne)
    row = counter.one("SELECT * FROM near_stop")
    assert (row["decision"], row["staff_id"]) == ("leave", sanne)
    assert (code(counter), counter.state(waiting)) == ("ok", MessageState.QUEUED)
    with pytest.raises(Refused) as refusal:
        sign_off.decide(counter.store, counter.gate, message_id, Answer.SIGN_OFF, staff_id=sanne)
    assert refusal.value.code == "nothing-to-decide"
    assert code(counter) == "ok"


def test_a_real_stop_answers_the_question(counter: Counter, sanne: str) -> None:
    """There is nothing left to decide, and one confirmation."""
    counter.knows(ANNA)
    counter.hears(NEAR)
    message_id = asked(counter)
    counter.hears("STOP")
    with pytest.raises(Refused):
        sign_off.decide(counter.store, counter.gate, message_id, Answer.SIGN_OFF, staff_id=sanne)
    kinds = [row["class"] for row in counter.outgoing()]
    assert kinds.count("confirmation") == 1


def test_only_marked_messages_can_be_decided(counter: Counter, sanne: str) -> None:
    """Nobody is signed off because of any other message."""
    counter.hears("Hoi")
    message_id = str(counter.one("SELECT id FROM message WHERE direction = 'in'")["id"])
    with pytest.raises(NotFound):
        sign_off.decide(counter.store, counter.gate, message_id, Answer.SIGN_OFF, staff_id=sanne)


def test_sign_off_waits_for_the_tap(counter: Counter, sanne: str) -> None:
    """It is committed when nothing is being sent to them, like a STOP."""
    counter.knows(ANNA)
    counter.queues()
    counter.hears(NEAR)
    message_id = asked(counter)
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    thread = threading.Thread(
        target=sign_off.decide,
        args=(counter.store, counter.gate, message_id, Answer.SIGN_OFF),
        kwargs={"staff_id": sanne},
    )
    with tapping(attempt):
        thread.start()
        thread.join(0.05)
        assert code(counter) == "ok"
    thread.join(10)
    assert code(counter) == "opted-out"
