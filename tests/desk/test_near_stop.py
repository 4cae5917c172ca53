"""Messages that resemble STOP: they are marked, not obeyed, and a person decides."""

import threading

import pytest

from appliance.desk.access import tokens
from appliance.desk.access.tokens import Scope
from appliance.desk.consent.near_stop import NearStopAnswer
from appliance.desk.intake import sign_off
from appliance.desk.outgoing.lists import ListRequest, accept_list, preview
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import staff
from appliance.errors import NotFound, Refused, Transient
from appliance.identities import tel
from appliance.messages import MessageClass, MessageState
from appliance.queue import undecided
from appliance.store import consent, messages
from tests.queue.counter import ANNA, BART, SMS, Counter, tapping

NEAR = "stop. dank je"
HOUR_S = 3600


@pytest.fixture
def sanne(counter: Counter) -> str:
    return counter.store.write(
        lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=counter.branch_id)
    )


def asked(counter: Counter) -> str:
    """The id of the message that a person should look at."""
    found = counter.one("SELECT message_id FROM near_stop WHERE decision IS NULL")
    return str(found["message_id"])


def code(counter: Counter) -> str:
    return counter.store.read(lambda conn: consent.verdict(conn, counter.line_id, tel(ANNA))).code


def test_it_is_marked_and_not_obeyed(counter: Counter) -> None:
    """Consent and waiting messages stay as they are until somebody has looked."""
    counter.knows(ANNA)
    waiting = counter.queues()
    counter.hears(NEAR)
    assert counter.row(asked(counter))["text"] == NEAR
    assert code(counter) == "ok"
    assert counter.state(waiting) is MessageState.QUEUED


def test_it_gets_no_welcome(counter: Counter) -> None:
    """A person who seems to want no messages gets no welcome; their next message gets one."""
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
    sign_off.decide(
        counter.store, counter.gate, message_id, NearStopAnswer.SIGN_OFF, staff_id=sanne
    )
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
    """The decision is kept once, with the name of the person."""
    counter.knows(ANNA)
    waiting = counter.queues()
    counter.hears(NEAR)
    message_id = asked(counter)
    sign_off.decide(counter.store, counter.gate, message_id, NearStopAnswer.LEAVE, staff_id=sanne)
    row = counter.one("SELECT * FROM near_stop")
    assert (row["decision"], row["staff_id"]) == ("leave", sanne)
    assert (code(counter), counter.state(waiting)) == ("ok", MessageState.QUEUED)
    with pytest.raises(Refused) as refusal:
        sign_off.decide(
            counter.store, counter.gate, message_id, NearStopAnswer.SIGN_OFF, staff_id=sanne
        )
    assert refusal.value.code == "nothing-to-decide"
    assert code(counter) == "ok"


def test_a_real_stop_answers_the_question(counter: Counter, sanne: str) -> None:
    """No question is left, and there is one confirmation."""
    counter.knows(ANNA)
    counter.hears(NEAR)
    message_id = asked(counter)
    counter.hears("STOP")
    with pytest.raises(Refused):
        sign_off.decide(
            counter.store, counter.gate, message_id, NearStopAnswer.SIGN_OFF, staff_id=sanne
        )
    kinds = [row["class"] for row in counter.outgoing()]
    assert kinds.count("confirmation") == 1


def test_only_marked_messages_can_be_decided(counter: Counter, sanne: str) -> None:
    """No other message can sign anybody off."""
    counter.hears("Hoi")
    message_id = str(counter.one("SELECT id FROM message WHERE direction = 'in'")["id"])
    with pytest.raises(NotFound):
        sign_off.decide(
            counter.store, counter.gate, message_id, NearStopAnswer.SIGN_OFF, staff_id=sanne
        )


def test_sign_off_waits_for_the_tap(counter: Counter, sanne: str) -> None:
    """Like a STOP, it is committed when nothing is being sent to them."""
    counter.knows(ANNA)
    counter.hears(NEAR)
    message_id = asked(counter)
    counter.queues(author=Author(staff_id=sanne))
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    thread = threading.Thread(
        target=sign_off.decide,
        args=(counter.store, counter.gate, message_id, NearStopAnswer.SIGN_OFF),
        kwargs={"staff_id": sanne},
    )
    with tapping(attempt):
        thread.start()
        thread.join(0.05)
        assert code(counter) == "ok"
    thread.join(10)
    assert code(counter) == "opted-out"


# While nobody has decided


def waits(counter: Counter, message_id: str) -> tuple[MessageState, int | None, str | None]:
    row = counter.row(message_id)
    return MessageState(row["state"]), row["expected_ms"], row["reason"]


HELD = (MessageState.QUEUED, None, "near-stop")


@pytest.fixture
def software(counter: Counter) -> Author:
    made = counter.store.write(
        lambda tx: tokens.add(tx, name="Planning", scopes=[Scope.MESSAGES_WRITE], branch_id=None)
    )
    return Author(token_id=made.id)


def decide(counter: Counter, answer: NearStopAnswer, sanne: str) -> None:
    sign_off.decide(counter.store, counter.gate, asked(counter), answer, staff_id=sanne)


def test_what_nobody_writes_by_hand_waits(counter: Counter, sanne: str, software: Author) -> None:
    """A list, other software, a rule and an earlier plan wait, with the reason and no time."""
    counter.knows(ANNA)
    before = [
        counter.accepts(author=software).id,
        counter.accepts(kind=MessageClass.LIST, author=Author(staff_id=sanne)).id,
        counter.queues(author=Author(staff_id=sanne)),
    ]
    counter.hears(NEAR)
    after = [
        counter.accepts(author=software).id,
        counter.accepts(kind=MessageClass.LIST, author=Author(staff_id=sanne)).id,
        counter.accepts(kind=MessageClass.AUTOMATIC, author=Author(rule="test")).id,
        counter.accepts(kind=MessageClass.CONFIRMATION, author=Author(rule="call")).id,
    ]
    assert {waits(counter, each) for each in before + after} == {HELD}
    for _ in range(3):
        counter.planner.round()
        counter.clock.advance(s=HOUR_S)
        assert counter.task() is None
    assert {waits(counter, each) for each in before + after} == {HELD}


def test_an_answer_by_hand_leaves(counter: Counter, sanne: str) -> None:
    """A colleague who writes now has read their words, even when these are days old."""
    counter.knows(ANNA)
    counter.hears(NEAR)
    reply = counter.queues("Wil je echt niets meer horen?", author=Author(staff_id=sanne))
    counter.clock.advance(s=60)
    assert counter.sends() == reply
    counter.clock.advance(s=48 * HOUR_S)
    later = counter.queues("Nog één vraag", author=Author(staff_id=sanne))
    assert counter.row(later)["class"] == "automatic"
    counter.clock.advance(s=HOUR_S)
    assert counter.sends() == later


def test_others_are_not_held_up(counter: Counter, software: Author) -> None:
    """It is about one person on one line."""
    counter.knows(ANNA, BART)
    held = counter.accepts(author=software).id
    counter.hears(NEAR)
    other = counter.accepts(to=BART, author=software).id
    elsewhere, _ = counter.add_line("+31687654399", "R58M999")
    consented(counter, elsewhere)
    there = counter.accepts(line_id=elsewhere, author=software).id
    counter.clock.advance(s=HOUR_S)
    assert counter.sends() == other
    assert counter.row(there)["reason"] != "near-stop"
    assert waits(counter, held) == HELD


def consented(counter: Counter, line_id: str) -> None:
    counter.store.write(
        lambda tx: consent.record(
            tx,
            identity=tel(ANNA),
            contact_id=counter.contact_id(),
            line_id=line_id,
            kind=consent.ConsentKind.WROTE_FIRST,
            recorded_by="test",
        )
    )


def test_leaving_it_lets_what_waits_go_on(counter: Counter, sanne: str, software: Author) -> None:
    """They go on when the last such message has been decided."""
    counter.knows(ANNA)
    message_id = counter.accepts(author=software).id
    counter.hears(NEAR)
    counter.hears("geen berichten meer aub")
    decide(counter, NearStopAnswer.LEAVE, sanne)
    assert waits(counter, message_id) == HELD
    decide(counter, NearStopAnswer.LEAVE, sanne)
    counter.planner.round()
    state, expected_ms, _ = waits(counter, message_id)
    assert (state, expected_ms is None) == (MessageState.QUEUED, False)
    counter.clock.advance(s=HOUR_S)
    assert counter.sends() == message_id


def test_signing_off_cancels_what_waits(counter: Counter, sanne: str, software: Author) -> None:
    counter.knows(ANNA)
    message_id = counter.accepts(author=software).id
    counter.hears(NEAR)
    decide(counter, NearStopAnswer.SIGN_OFF, sanne)
    assert waits(counter, message_id)[0] is MessageState.CANCELLED
    assert counter.row(message_id)["reason"] == "opted-out"


def test_nobody_waits_for_ever(counter: Counter, software: Author) -> None:
    """A message expires if nobody decides in time."""
    counter.knows(ANNA)
    message_id = counter.accepts(author=software).id
    counter.hears(NEAR)
    counter.clock.advance(s=25 * HOUR_S)
    counter.planner.round()
    assert waits(counter, message_id)[0] is MessageState.EXPIRED


def test_at_the_tap_it_is_asked_again(counter: Counter, sanne: str, software: Author) -> None:
    """Words that come between claim and tap hold the message, which does not count as sent."""
    counter.knows(ANNA)
    message_id = counter.accepts(author=software).id
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    counter.hears(NEAR)
    with pytest.raises(Transient) as held, tapping(attempt):
        pytest.fail("it was tapped")
    counter.work.not_sent(attempt, held.value)
    counter.planner.round()
    assert waits(counter, message_id) == HELD
    decide(counter, NearStopAnswer.LEAVE, sanne)
    counter.clock.advance(s=HOUR_S)
    assert counter.sends() == message_id


def test_such_words_wait_for_a_tap(counter: Counter, software: Author) -> None:
    """Nothing leaves after they are kept, so they are not kept during a tap."""
    counter.knows(ANNA)
    counter.accepts(author=software)
    counter.clock.advance(s=60)
    attempt = counter.attempt()
    thread = threading.Thread(target=counter.hears, args=(NEAR,))
    with tapping(attempt):
        thread.start()
        thread.join(0.05)
        assert counter.all("SELECT 1 FROM near_stop") == []
    thread.join(10)
    assert len(counter.all("SELECT 1 FROM near_stop")) == 1


def test_a_list_tells_who_waits_for_a_decision(counter: Counter, software: Author) -> None:
    """The dry run and the list itself say so, without a time; the others keep their times."""
    counter.knows(ANNA, BART)
    counter.hears(NEAR)
    request = ListRequest(
        line_id=counter.line_id, numbers=[ANNA, BART], texts=["Hoi", "Hallo"], author=software
    )
    told = counter.store.read(lambda conn: preview(conn, request, now_ms=counter.clock.now_ms()))
    kept = counter.store.write(lambda tx: accept_list(tx, request))
    for anna, bart in (told, kept):
        assert (anna.refusal, anna.expected_ms, anna.reason) == (None, None, "near-stop")
        assert bart.expected_ms is not None
    assert waits(counter, str(kept[0].message_id)) == HELD


def test_an_edit_holds_what_a_colleague_wrote_before_it(counter: Counter, sanne: str) -> None:
    """The words are new, though the message is old."""
    counter.hears("Ik denk na", key="k#0")
    counter.clock.advance(s=60)
    before = counter.queues(author=Author(staff_id=sanne))
    counter.hears(NEAR, key="k#0")
    since = counter.queues("Wil je stoppen?", author=Author(staff_id=sanne))
    assert counter.row(before)["reason"] == "near-stop"
    assert counter.row(since)["reason"] != "near-stop"


def test_sign_off_is_confirmed_whatever_was_confirmed_before(counter: Counter, sanne: str) -> None:
    """Another message of that class, cancelled or not, came after those words."""
    counter.hears(NEAR)
    message_id = asked(counter)
    counter.store.write(
        lambda tx: messages.enqueue(
            tx,
            messages.NewOutgoing(
                conversation_id=counter.row(message_id)["conversation_id"],
                line_id=counter.line_id,
                contact_id=counter.contact_id(),
                identity=tel(ANNA),
                text="Bel ons.",
                kind=MessageClass.CONFIRMATION,
                rule="call",
            ),
        )
    )
    sign_off.decide(
        counter.store, counter.gate, message_id, NearStopAnswer.SIGN_OFF, staff_id=sanne
    )
    (confirmation,) = [each for each in counter.outgoing() if each["rule"] == "stop"]
    assert confirmation["class"] == "confirmation"


def test_the_question_is_found_without_reading_all_messages(counter: Counter) -> None:
    """It is asked before each message that leaves."""
    plan = counter.all(f"EXPLAIN QUERY PLAN {undecided._ASKED}", counter.line_id)
    steps = [row["detail"] for row in plan]
    assert any("near_stop_open" in step for step in steps)
    assert not any(step.startswith("SCAN asked") for step in steps)
