"""What counts as an answer to the question of a round, and what is decided by a person."""

from appliance.desk.outgoing.sending import Author
from appliance.desk.rounds import hearing
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.queue.pacing import HOUR_MS
from appliance.reasons import Reason
from appliance.store.rounds import PersonState, RoundState
from tests.desk.automatic_line import said, told
from tests.desk.rounds_office import (
    CONFIRM,
    QUESTION,
    RoundsOffice,
    office,
)
from tests.desk.test_reactions import reacts

__all__ = ["office"]  # the fixture

P, R = PersonState, RoundState

BY_HAND = Author()


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


def waits(office: RoundsOffice, who: str) -> bool:
    contact = office.counter.contact_id(who)
    return bool(
        office.counter.one("SELECT waiting_ms FROM conversation WHERE contact_id = ?", contact)[
            "waiting_ms"
        ]
    )
