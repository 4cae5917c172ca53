"""One question to many, until the seats are taken: who is asked, and what answers do."""

import sqlite3
from collections.abc import Sequence

import pytest

from appliance.desk.contacts import joining, splitting
from appliance.desk.outgoing.sending import Author
from appliance.desk.rounds import deciding, hearing, starting
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.desk.rounds.askable import Askable, askable
from appliance.desk.rounds.starting import MOST_AT_FIRST, Draft, RoundOrder
from appliance.errors import Transient
from appliance.messages import MessageClass
from appliance.queue.pacing import DAY_MS, HOUR_MS
from appliance.reasons import Reason
from appliance.store import casework
from appliance.store.rounds import PersonState, RoundAuthor, RoundState
from appliance.store.store import Tx
from tests.desk.rounds_office import (
    ALL,
    CONFIRM,
    FULL,
    PLANNER,
    QUESTION,
    RESERVE,
    RoundsOffice,
    number,
    withdrawn,
)
from tests.desk.test_automatic import said, told
from tests.desk.test_reactions import reacts
from tests.queue.counter import Counter
from tests.queue.test_line_pacing import STRANGERS, agreed_on_paper

P, R = PersonState, RoundState
BY_HAND = Author()


@pytest.fixture
def office(counter: Counter) -> RoundsOffice:
    return RoundsOffice(counter)


def test_a_round_from_its_first_question_to_its_last_seat(office: RoundsOffice) -> None:
    """Three are asked for one seat; the first yes takes it, and what waits is withdrawn."""
    anna, bart, chris, dirk = office.knows(4)
    round_id = office.starts([anna, bart, chris, dirk])
    assert list(office.states(round_id).values()) == [P.ASKED, P.ASKED, P.ASKED, P.NOT_ASKED]
    assert [office.sends_next(), office.sends_next()] == [anna, bart]
    office.hears(bart, "Ja hoor!")
    assert office.about(round_id).state is R.FILLED
    assert list(office.states(round_id).values()) == [P.ASKED, P.YES, P.NOT_ASKED, P.NOT_ASKED]
    assert withdrawn(office) == 1
    office.hears(anna, "ja")
    office.sends_all()
    assert office.states(round_id)[anna] is P.RESERVE
    assert office.left == [
        (anna, QUESTION),
        (bart, QUESTION),
        (bart, CONFIRM),
        (anna, RESERVE),
    ]
    assert office.board(round_id).minutes_to_filled == 1


def test_everybody_who_says_no_lets_the_next_one_be_asked(office: RoundsOffice) -> None:
    """No more questions are open than was said, and none is sent to nobody's use."""
    people = office.knows(5)
    round_id = office.starts(people, at_once=2)
    for who in people[:3]:
        office.sends_next()
        office.hears(who, "nee")
    states = list(office.states(round_id).values())
    assert states == [P.NO, P.NO, P.NO, P.ASKED, P.ASKED]
    assert [to for to, _ in office.left] == list(people[:3])


def test_who_stays_silent_lets_the_next_one_be_asked(office: RoundsOffice) -> None:
    """Their answer counts all the same when it comes."""
    anna, bart, chris = office.knows(3)
    round_id = office.starts([anna, bart, chris], at_once=1)
    assert office.sends_next() == anna
    office.passes(16)
    assert office.states(round_id) == {anna: P.SILENT, bart: P.ASKED, chris: P.NOT_ASKED}
    office.hears(anna, "ja")
    assert office.states(round_id) == {anna: P.YES, bart: P.NOT_ASKED, chris: P.NOT_ASKED}


def test_what_is_not_plain_is_decided_by_a_person(office: RoundsOffice) -> None:
    """Until then nobody is told anything, and their conversation waits for a colleague."""
    anna, bart = office.knows(2)
    office.counter.queues("Dag Anna", to=anna, author=BY_HAND)
    office.sends_all()
    round_id = office.starts([anna, bart], at_once=1)
    office.sends_next()
    office.hears(anna, "Ja maar pas om 8 uur, kan dat?")
    assert office.states(round_id)[anna] is P.UNCLEAR
    assert waits(office, anna)
    office.decides(round_id, anna, AnswerReading.YES)
    office.sends_all()
    assert office.states(round_id)[anna] is P.YES
    assert office.texts_to(anna) == ["Dag Anna", QUESTION, CONFIRM]
    assert not waits(office, anna)


def test_a_plain_answer_waits_for_nobody(office: RoundsOffice) -> None:
    """But what they asked before still does."""
    anna, bart = office.knows(2)
    office.counter.queues("Graag gedaan", to=bart, author=BY_HAND)
    office.sends_all()
    round_id = office.starts([bart, anna], seats=2)
    office.sends_all()
    for who in (anna, bart):
        office.hears(who, "nee helaas")
    assert list(office.states(round_id).values()) == [P.NO, P.NO]
    assert (waits(office, anna), waits(office, bart)) == (True, False)


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


def test_nobody_is_asked_for_the_same_hours_by_two_rounds(office: RoundsOffice) -> None:
    """Nor again that day after a no; a later round may ask for other hours the next day."""
    anna, bart = office.knows(2)
    first = office.starts([anna, bart], at_once=2)
    same = office.starts([anna, bart])
    assert list(office.why(same).values()) == [Reason.OTHER_ROUND, Reason.OTHER_ROUND]
    office.sends_all()
    office.hears(anna, "nee")
    about = office.about(first)
    other = {"starts_ms": about.ends_ms, "ends_ms": about.ends_ms + 1000}
    later = office.starts([anna, bart], **other)
    assert office.why(later)[anna] is Reason.SAID_NO
    assert office.states(later)[bart] is P.NOT_ASKED, "their first question is still open"
    office.hears(bart, "ja")
    assert office.states(later)[bart] is P.ASKED
    starts_ms = about.ends_ms + DAY_MS
    open_longer = {"starts_ms": starts_ms, "ends_ms": starts_ms + 1000, "closes_ms": starts_ms}
    another = office.starts([anna], **open_longer)
    assert office.states(another) == {anna: P.NOT_ASKED}
    office.counter.clock.advance(ms=24 * HOUR_MS)
    office.follows()
    assert office.states(another) == {anna: P.ASKED}


def test_who_may_not_be_asked_is_named_with_the_reason(office: RoundsOffice) -> None:
    """They cost the others nothing. Who may want to stop waits until somebody has decided."""
    anna, bart, chris, dirk = office.knows(4)
    office.hears(bart, "STOP")
    office.hears(chris, "Haal mij van de lijst, ik wil stoppen met appjes")
    silent(office, dirk)
    round_id = office.starts([anna, bart, chris, dirk, "+31687654399", "Jan"])
    why = office.why(round_id)
    assert why == {
        anna: None,
        bart: Reason.OPTED_OUT,
        chris: None,
        dirk: Reason.UNANSWERED,
        "+31687654399": Reason.CONSENT_REQUIRED,
        "Jan": Reason.INVALID_NUMBER,
    }
    assert office.states(round_id)[chris] is P.NOT_ASKED


def test_a_thumb_on_the_question_answers_it(office: RoundsOffice) -> None:
    """It is about this question and no other; another emoji is for a person to read."""
    anna, bart = office.knows(2)
    round_id = office.starts([anna, bart], at_once=2, variants=["Vraag A", "Vraag B"])
    office.sends_all()
    for who, question, emoji in ((bart, "Vraag B", "❤️"), (anna, "Vraag A", "👍🏽")):
        reacts(office.counter, question, emoji, sender=who)
        office.follows()
    assert office.states(round_id) == {anna: P.YES, bart: P.UNCLEAR}
    assert [each.answer for each in office.board(round_id).people] == ["👍🏽", "❤️"]


def test_no_rule_has_to_answer_a_plain_word(office: RoundsOffice) -> None:
    """While the question is open, and for whoever has it."""
    anna, bart = office.knows(2)

    def plain(who: str, text: str) -> bool:
        about = {"contact_id": office.counter.contact_id(who), "line_id": office.counter.line_id}
        now_ms = office.counter.clock.now_ms()
        return office.counter.store.read(
            lambda conn: hearing.is_plain_answer(conn, text=text, now_ms=now_ms, **about)
        )

    office.starts([anna], at_once=1)
    assert not plain(anna, "ja"), "it has not left"
    office.sends_all()
    assert (plain(anna, "ja"), plain(anna, "hoe laat?"), plain(bart, "ja")) == (True, False, False)
    office.hears(anna, "ja")
    assert not plain(anna, "nee")


def test_a_plain_word_after_a_round_answers_nothing(office: RoundsOffice) -> None:
    """What was asked about is over, whether they answered or not."""
    (anna,) = office.knows(1)
    office.starts([anna])
    office.sends_all()
    about = {"contact_id": office.counter.contact_id(anna), "line_id": office.counter.line_id}

    def plain() -> bool:
        now_ms = office.counter.clock.now_ms()
        return office.counter.store.read(
            lambda conn: hearing.is_plain_answer(conn, text="ja", now_ms=now_ms, **about)
        )

    assert plain()
    office.passes(30 * 60)
    assert not plain()


def test_an_answer_after_hours_is_no_question(office: RoundsOffice) -> None:
    """Who says yes hears of their seat, and nobody that the branch is closed; a question does."""
    anna, bart = office.knows(2)
    counter = office.counter
    told(counter, outside_hours={"on": True})
    office.starts([anna, bart], seats=2, at_once=2, closes_ms=counter.clock.now_ms() + 19 * HOUR_MS)
    office.sends_all()
    counter.clock.advance(ms=9 * HOUR_MS)
    office.hears(anna, "ja")
    office.hears(bart, "hoe laat?")
    assert said(counter, anna).count("outside-hours") == 0
    assert said(counter, bart).count("outside-hours") == 1


def test_a_line_asks_36_people_in_three_quarters_of_an_hour(office: RoundsOffice) -> None:
    """Who wrote today is asked sooner. This is said before it starts."""
    office.counter.clock.advance(ms=21 * DAY_MS)  # a new line begins little on a day
    now_ms = office.counter.clock.now_ms()
    people = office.knows(36)
    today = reach(office, people)
    office.counter.clock.advance(ms=25 * HOUR_MS)
    later = reach(office, people)
    assert (today.reach[-1].count, later.reach[-1].count) == (36, 36)
    assert 20 <= (today.reach[-1].by_ms - now_ms) / 60_000 <= 30
    assert 40 <= (later.reach[-1].by_ms - now_ms) / 60_000 - 25 * 60 <= 50
    assert later.enough_ms == later.reach[-1].by_ms
    assert later.seats_today == 12


def test_stop_is_no_answer(office: RoundsOffice) -> None:
    """It comes first, and the question that waits is gone."""
    anna, bart = office.knows(2)
    round_id = office.starts([anna, bart], at_once=2)
    office.sends_next()
    for who in (anna, bart):
        office.hears(who, "stop")
    assert set(office.why(round_id).values()) == {Reason.OPTED_OUT}


def test_two_open_questions_make_a_plain_word_unclear(office: RoundsOffice) -> None:
    """And so does what a colleague wrote in between: nobody guesses what is answered."""
    anna, bart = office.knows(2)
    first = office.starts([anna], at_once=1)
    office.sends_next()
    office.passes(16)
    about = office.about(first)
    hours = {"starts_ms": about.ends_ms, "ends_ms": about.ends_ms + 1000}
    second = office.starts([anna, bart], seats=2, **hours)
    office.sends_all()
    office.hears(anna, "ja")
    assert office.states(first)[anna] is P.SILENT
    assert office.states(second)[anna] is P.UNCLEAR
    office.counter.queues("Heb je je uren doorgegeven?", to=bart, author=BY_HAND)
    office.sends_all()
    office.hears(bart, "nee")
    assert office.states(second)[bart] is P.UNCLEAR


def test_a_no_to_a_colleague_gives_no_seat_back(office: RoundsOffice) -> None:
    """What is said after a colleague wrote is ordinary talk."""
    (anna,) = office.knows(1)
    round_id = office.starts([anna])
    office.sends_all()
    office.hears(anna, "ja")
    office.counter.queues("Heb je nog vragen?", to=anna, author=BY_HAND)
    office.sends_all()
    office.hears(anna, "Nee")
    assert office.states(round_id)[anna] is P.YES
    assert waits(office, anna)


def test_a_round_closes_at_its_time(office: RoundsOffice) -> None:
    """What waits is withdrawn, and who still says yes is on the reserve list and told once."""
    anna, bart = office.knows(2)
    now_ms = office.counter.clock.now_ms()
    round_id = office.starts([anna, bart], closes_ms=now_ms + 2 * 60_000, seats=2, at_once=1)
    office.sends_next()
    office.passes(3)
    assert office.about(round_id).state is R.CLOSED
    for text in ("ja", "toch niet meer?", "ja"):
        office.hears(anna, text)
    office.sends_all()
    assert office.states(round_id) == {anna: P.RESERVE, bart: P.NOT_ASKED}
    assert office.texts_to(anna) == [QUESTION, FULL]


def test_a_question_in_the_hands_of_a_phone_counts_as_asked(office: RoundsOffice) -> None:
    """It cannot be withdrawn any more; where it did not leave after all, it is."""
    anna, bart = office.knows(2)
    round_id = office.starts([anna, bart], at_once=2)
    office.sends_next()
    office.counter.clock.advance(ms=90_000)
    attempt = office.counter.attempt()
    office.hears(anna, "ja")
    assert office.states(round_id)[bart] is P.ASKED
    office.counter.work.not_sent(attempt, Transient("another chat"))
    office.follows()
    assert office.states(round_id)[bart] is P.NOT_ASKED
    office.sends_all()
    assert office.texts_to(bart) == []


def test_the_longest_without_work_is_asked_first(office: RoundsOffice) -> None:
    """By the last yes to a round whose work has begun; who never had one comes before."""
    anna, bart, chris = office.knows(3)
    now_ms = office.counter.clock.now_ms()
    for who, hour in ((anna, 30), (bart, 25)):
        starts_ms = now_ms + hour * HOUR_MS
        office.starts([who], starts_ms=starts_ms, ends_ms=starts_ms + HOUR_MS)
        office.sends_all()
        office.hears(who, "ja")
    office.counter.clock.advance(ms=48 * HOUR_MS)
    office.knows(3)
    last = office.starts([anna, bart, chris], order=RoundOrder.LONGEST)
    assert list(office.states(last)) == [chris, bart, anna]


def test_two_people_who_are_one_have_one_place(office: RoundsOffice) -> None:
    """The place that was asked stays, and their answer finds it."""
    anna, bart = office.knows(2)
    round_id = office.starts([anna, bart], at_once=1)
    office.sends_next()
    kept, other = office.counter.contact_id(bart), office.counter.contact_id(anna)
    office.counter.store.write(lambda tx: joining.join(tx, kept, other, "s"))
    office.hears(anna, "ja")
    assert [each.state for each in office.board(round_id).people] == [P.YES]


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


def test_a_large_round_begins_in_small_steps(office: RoundsOffice) -> None:
    """Its first questions are kept with it, the others by and by; nobody is judged twice before."""
    people = office.knows(60)
    request = office.request(people, seats=20)

    def look(conn: sqlite3.Connection) -> Draft | None:
        now_ms = office.counter.clock.now_ms()
        return starting.foresee(conn, ALL, lambda: request, now_ms=now_ms)

    seen = office.counter.store.read(look)
    office.hears(people[0], "STOP")
    round_id = office.counter.store.write(lambda tx: starting.start(tx, ALL, request, seen))
    assert len(office.board(round_id).asked) == MOST_AT_FIRST
    assert office.why(round_id)[people[0]] is Reason.OPTED_OUT
    office.follows()
    assert len(office.board(round_id).asked) == 59


def settle_case(office: RoundsOffice, who: str) -> None:
    """A colleague closes their conversation."""
    contact_id = office.counter.contact_id(who)

    def work(tx: Tx) -> None:
        row = tx.conn.execute("SELECT id FROM conversation WHERE contact_id = ?", (contact_id,))
        casework.close(
            tx, casework.of(tx.conn, row.fetchone()["id"]), note=None, facts={}, staff_id=None
        )

    office.counter.store.write(work)


def call_off(office: RoundsOffice, round_id: str) -> None:
    office.counter.store.write(lambda tx: deciding.cancel(tx, office.about(round_id), by=PLANNER))


def join_two(office: RoundsOffice, kept: str, other: str) -> None:
    keep_id, other_id = office.counter.contact_id(kept), office.counter.contact_id(other)
    office.counter.store.write(lambda tx: joining.join(tx, keep_id, other_id, "s"))
    office.follows()


def blocks(office: RoundsOffice, who: str) -> None:
    contact_id = office.counter.contact_id(who)
    office.counter.store.write(
        lambda tx: tx.conn.execute("UPDATE contact SET blocked_ms = 1 WHERE id = ?", (contact_id,))
    )


def waits(office: RoundsOffice, who: str) -> bool:
    contact = office.counter.contact_id(who)
    return bool(
        office.counter.one("SELECT waiting_ms FROM conversation WHERE contact_id = ?", contact)[
            "waiting_ms"
        ]
    )


def silent(office: RoundsOffice, who: str) -> None:
    """Three messages that nobody asked for left, and they did not answer."""
    office.counter.clock.advance(ms=25 * HOUR_MS)
    for text in ("Een", "Twee", "Drie"):
        office.counter.queues(text, to=who, typed=False)
    office.sends_all()
    office.counter.knows(*(each for each in map(number, range(3)) if each != who))


def test_first_conversations_that_were_begun_today_are_no_longer_free(
    office: RoundsOffice,
) -> None:
    """A line begins two a day."""
    agreed_on_paper(office.counter, *STRANGERS)
    assert [each.count for each in reach(office, STRANGERS).reach][-1] == 2
    office.counter.queues("Welkom", to=STRANGERS[0], kind=MessageClass.LIST, typed=False)
    office.sends_all()
    assert [each.count for each in reach(office, STRANGERS[1:]).reach][-1] == 1


def reach(office: RoundsOffice, people: Sequence[str]) -> Askable:
    now_ms = office.counter.clock.now_ms()
    request = office.request(people, seats=12)

    def look(conn: sqlite3.Connection) -> Askable:
        found = starting.draft(conn, ALL, request, round_id="0" * 32, now_ms=now_ms)
        return askable(conn, ALL, found, now_ms=now_ms)

    return office.counter.store.read(look)
