"""One question to many, until the seats are taken: who is asked, in which order, till when."""

import sqlite3
from collections.abc import Sequence

from appliance.desk.contacts import joining
from appliance.desk.rounds import starting
from appliance.desk.rounds.askable import Askable, askable
from appliance.desk.rounds.starting import MOST_AT_FIRST, Draft, RoundOrder
from appliance.errors import Transient
from appliance.messages import MessageClass
from appliance.queue.pacing import DAY_MS, HOUR_MS
from appliance.reasons import Reason
from appliance.store.rounds import PersonState, RoundState
from tests.desk.rounds_office import (
    ALL,
    CONFIRM,
    FULL,
    QUESTION,
    RESERVE,
    RoundsOffice,
    office,
    silent,
    withdrawn,
)
from tests.queue.test_line_pacing import STRANGERS, agreed_on_paper

__all__ = ["office"]  # the fixture

P, R = PersonState, RoundState


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
