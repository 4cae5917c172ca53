"""Who has a seat in a round, who moves up when one is free, and what they are told."""

import pytest

from appliance.desk.contacts import splitting
from appliance.desk.outgoing.sending import Author
from appliance.desk.rounds import deciding
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.errors import Transient
from appliance.queue.pacing import HOUR_MS
from appliance.store.rounds import PersonState, RoundAuthor, RoundState
from tests.desk.rounds_office import (
    ALL,
    CONFIRM,
    FULL,
    PLANNER,
    QUESTION,
    RESERVE,
    RoundsOffice,
    join_two,
    office,
    settle_case,
)

__all__ = ["office"]  # the fixture

P, R = PersonState, RoundState

BY_HAND = Author()


def test_a_yes_that_is_taken_back_moves_the_reserve_up(office: RoundsOffice) -> None:
    """By the worker or by the planner; without a reserve the round goes on asking."""
    anna, bart, chris = office.knows(3)
    round_id = office.starts([anna, bart, chris], at_once=2)
    office.sends_next()
    office.sends_next()
    office.hears(anna, "ja")
    office.hears(bart, "Yes")
    office.sends_all()
    office.hears(anna, "kan niet")
    assert office.states(round_id) == {anna: P.NO, bart: P.YES, chris: P.NOT_ASKED}
    assert office.about(round_id).state is R.FILLED
    office.sends_all()
    office.decides(round_id, bart, AnswerReading.NO)
    assert office.states(round_id) == {anna: P.NO, bart: P.NO, chris: P.ASKED}
    assert office.about(round_id).state is R.RUNNING
    office.sends_all()
    assert office.texts_to(anna) == [QUESTION, CONFIRM]
    assert office.texts_to(bart) == [QUESTION, RESERVE, CONFIRM]


@pytest.mark.parametrize("how", ["worker", "planner", "cancelled", "stopped"])
def test_a_seat_that_is_gone_is_not_confirmed(office: RoundsOffice, how: str) -> None:
    """What waits to be said of it is withdrawn; in the hands of a phone, once it comes back."""
    anna, bart = office.knows(2)
    round_id = office.starts([anna, bart], at_once=1)
    office.sends_next()
    office.hears(anna, "ja")
    if how == "cancelled":
        office.counter.clock.advance(ms=90_000)
        in_hand = office.counter.attempt()
        call_off(office, round_id)
        office.counter.work.not_sent(in_hand, Transient("another chat"))
        office.follows()
    elif how == "planner":
        office.decides(round_id, anna, AnswerReading.NO)
    else:
        office.hears(anna, "nee" if how == "worker" else "stop")
    office.sends_all()
    assert CONFIRM not in office.texts_to(anna)


def test_who_moves_up_is_told_the_last_only(office: RoundsOffice) -> None:
    """That they are on the reserve list is withdrawn while it waits."""
    anna, bart = office.knows(2)
    office.starts([anna, bart])
    office.sends_next()
    office.sends_next()
    for who, text in ((anna, "ja"), (bart, "ja"), (anna, "nee")):
        office.hears(who, text)
    office.sends_all()
    assert (office.texts_to(anna), office.texts_to(bart)) == ([QUESTION], [QUESTION, CONFIRM])


def test_joining_two_people_loses_no_seat(office: RoundsOffice) -> None:
    """The place that got further stays, also a yes that a planner entered; a seat that comes free
    is given away, and an undo gives back both places.
    """
    anna, bart, chris, dirk = office.knows(4)
    round_id = office.starts([anna, bart, chris, dirk], seats=2, at_once=4)
    for _ in range(3):
        office.sends_next()
    office.hears(anna, "nee")
    office.decides(round_id, dirk, AnswerReading.YES)
    office.hears(bart, "ja")
    office.hears(chris, "ja")
    join_two(office, anna, dirk)
    assert list(office.states(round_id).values()) == [P.YES, P.RESERVE, P.YES]
    join_two(office, bart, anna)
    states = [each.state for each in office.board(round_id).people]
    assert states == [P.YES, P.YES], "chris moved up"
    kept = office.counter.contact_id(bart)
    office.counter.store.write(lambda tx: splitting.undo(tx, kept, BY_HAND, sight=ALL))
    office.follows()
    after = sorted(each.state.value for each in office.board(round_id).people)
    assert after == ["reserve", "yes", "yes"]


def test_a_mark_is_no_seat(office: RoundsOffice) -> None:
    """Of how it went one may be asked while a question of a round is open."""
    anna, bart = office.knows(2)
    round_id = office.starts([anna, bart], at_once=1)
    office.sends_next()
    settle_case(office, anna)
    office.counter.queues("Hoe ging het, van 1 tot 5?", to=anna, author=Author(rule="after-done"))
    office.sends_all(10)
    assert len(office.texts_to(anna)) == 2
    office.hears(anna, "1")
    assert office.states(round_id)[anna] is P.UNCLEAR


def test_a_seat_goes_to_somebody_who_can_be_told(office: RoundsOffice) -> None:
    """The next of the reserve list, or the round asks again."""
    anna, bart, chris, dirk = office.knows(4)
    round_id = office.starts([anna, bart, chris, dirk], at_once=3)
    for _ in range(3):
        office.sends_next()
    for who in (anna, bart, chris):
        office.hears(who, "ja")
    office.sends_all()
    blocks(office, bart)
    office.hears(anna, "nee")
    assert office.states(round_id) == {
        anna: P.NO,
        bart: P.RESERVE,
        chris: P.YES,
        dirk: P.NOT_ASKED,
    }
    office.hears(chris, "nee")
    assert office.states(round_id)[dirk] is P.ASKED


def test_nobody_moves_up_to_work_that_has_begun(office: RoundsOffice) -> None:
    """And what is said of a seat is of no use after that."""
    anna, bart = office.knows(2)
    starts_ms = office.counter.clock.now_ms() + HOUR_MS
    hours = {"starts_ms": starts_ms, "ends_ms": starts_ms + 8 * HOUR_MS, "closes_ms": starts_ms}
    round_id = office.starts([anna, bart], **hours)
    office.sends_next()
    office.sends_next()
    office.hears(anna, "ja")
    office.hears(bart, "ja")
    found = office.counter.all("SELECT expires_ms FROM message WHERE text = ?", CONFIRM)
    assert [row["expires_ms"] for row in found] == [starts_ms]
    office.passes(61)
    office.hears(anna, "nee")
    assert office.states(round_id)[bart] is P.RESERVE
    assert office.about(round_id).state is R.CLOSED


def test_who_was_told_that_nobody_is_needed_does_not_move_up(office: RoundsOffice) -> None:
    """A planner may still give them the seat."""
    anna, bart = office.knows(2)
    round_id = office.starts([anna, bart], seats=2)
    office.sends_next()
    office.sends_next()
    office.hears(anna, "ja")
    office.counter.store.write(lambda tx: deciding.close(tx, office.about(round_id), by=PLANNER))
    office.passes(1)
    office.hears(bart, "ja")
    office.hears(anna, "nee")
    office.sends_all()
    assert office.states(round_id)[bart] is P.RESERVE
    bart_id, by = office.counter.contact_id(bart), RoundAuthor(token_id="t")
    office.counter.store.write(
        lambda tx: deciding.decide(tx, office.about(round_id), bart_id, AnswerReading.YES, by=by)
    )
    office.sends_all()
    assert office.states(round_id)[bart] is P.YES
    assert office.texts_to(bart) == [QUESTION, FULL, CONFIRM]


def call_off(office: RoundsOffice, round_id: str) -> None:
    office.counter.store.write(lambda tx: deciding.cancel(tx, office.about(round_id), by=PLANNER))


def blocks(office: RoundsOffice, who: str) -> None:
    contact_id = office.counter.contact_id(who)
    office.counter.store.write(
        lambda tx: tx.conn.execute("UPDATE contact SET blocked_ms = 1 WHERE id = ?", (contact_id,))
    )
