"""What a report says of rounds is what their boards show, put together."""

from typing import Any

from appliance.desk.reports import asking, house
from appliance.desk.reports.asking import Report, ReportKind, ReportWish
from appliance.desk.reports.round_figures import RoundsEntry
from appliance.desk.reports.sheets import By
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.desk.rounds.starting import RoundOrder
from appliance.desk.team import labels, staff
from appliance.queue.pacing import DAY_MS, HOUR_MS
from appliance.store import lines
from appliance.store.rounds import RoundAuthor
from tests.desk.rounds_office import ALL, RoundsOffice, office

__all__ = ["office"]  # the fixture


def report(office: RoundsOffice, by: By = By.LINE, **about: Any) -> Report:
    wish = ReportWish(kind=ReportKind.ROUNDS, by=by, **about)
    now_ms = office.counter.clock.now_ms()
    return office.counter.store.read(lambda conn: asking.report(conn, ALL, wish, now_ms=now_ms))


def total(office: RoundsOffice, **about: Any) -> RoundsEntry:
    found: RoundsEntry = report(office, **about).total
    return found


def asks(office: RoundsOffice, people: int, first: int, **about: Any) -> str:
    """A round that has asked so many people."""
    numbers = office.knows(people, first=first)
    round_id = office.starts(numbers, at_once=people, **about)
    for _ in numbers:
        assert office.sends_next()
    return round_id


def test_rounds_are_counted_as_their_boards_show_them(office: RoundsOffice) -> None:
    """Also what is taken back: then a seat is free, and the round is not filled."""
    filled = asks(office, 3, 0)
    anna, bart, chris = list(office.states(filled))
    office.hears(bart, "nee")
    office.hears(chris, "Hoe laat precies?")
    office.passes(5)
    office.hears(anna, "ja")
    asks(office, 1, 7, seats=2)
    office.passes(20)
    found, took = total(office), office.board(filled).minutes_to_filled
    assert took
    assert took >= 5
    assert (found.rounds, found.filled, found.seats, found.taken) == (2, 1, 3, 1)
    assert (found.minutes_to_filled.median, found.minutes_to_filled.p90) == (took, took)
    said = (found.asked, found.yes, found.no, found.unclear, found.silent)
    assert (*said, found.yes_rate) == (4, 1, 1, 1, 1, 0.25)
    office.hears(anna, "nee")
    found = total(office)
    assert (found.filled, found.taken, found.minutes_to_filled.median) == (0, 0, None)
    assert (found.yes, found.no, found.yes_rate) == (0, 2, 0)


def test_who_was_not_asked_is_in_no_share(office: RoundsOffice) -> None:
    """A planner gives a seat to somebody whose question never left: a seat, and no yes of any."""
    (anna,) = office.knows(1)
    round_id = office.starts([anna])
    office.decides(round_id, anna, AnswerReading.YES)
    found = total(office)
    assert (found.taken, found.filled, found.yes, found.yes_rate) == (1, 1, 0, None)


def test_a_round_over_two_numbers_counts_for_each_and_once_in_all(office: RoundsOffice) -> None:
    """Who was asked counts for the number that asked them."""
    counter = office.counter
    other, _ = counter.add_line("+31687654322", "R58M124")
    known = counter.store.read(lambda conn: [lines.line(conn, counter.line_id)])
    second = counter.store.read(lambda conn: [lines.line(conn, other)])
    asks(office, 2, 0, lines=[*known, *second])
    asked = "UPDATE round_person SET line_id = ? WHERE position = 1"
    counter.store.write(lambda tx: tx.conn.execute(asked, (other,)))
    found = {each.whom.id: each for each in report(office).entries}
    assert {line: (each.rounds, each.asked) for line, each in found.items()} == {
        counter.line_id: (1, 1),
        other: (1, 1),
    }
    assert (total(office).rounds, total(office).asked) == (1, 2)
    assert (total(office, line_id=other).rounds, total(office, line_id=other).asked) == (1, 1)


def test_a_round_belongs_to_the_day_on_which_it_began(office: RoundsOffice) -> None:
    """By the clock of the branch: at half past midnight a new day has begun there, not in UTC."""
    clock = office.counter.clock
    clock.advance(ms=14 * HOUR_MS + HOUR_MS // 2)
    (anna,) = office.knows(1)
    office.starts([anna])
    clock.advance(ms=2 * DAY_MS)
    days = {each.whom.id: each.rounds for each in report(office, By.TIME).entries}
    assert {day for day, rounds in days.items() if rounds} == {"2026-06-16"}
    assert total(office, first="2026-06-16", last="2026-06-16").rounds == 1
    assert total(office, first="2026-06-15", last="2026-06-15").rounds == 0


def test_a_round_is_its_colleagues_and_its_labels(office: RoundsOffice) -> None:
    """Of a program it is nobody's; without a label it is under none."""
    counter = office.counter
    sanne = counter.store.write(
        lambda tx: staff.add(tx, "Sanne", role="staff", branch_id=counter.branch_id)
    )
    counter.store.write(lambda tx: labels.add(tx, "Heftruck", counter.branch_id))
    counter.store.write(lambda tx: house.set_per_person(tx, on=True, staff_id=sanne))
    anna, bart = office.knows(2)
    by = RoundAuthor(staff_id=sanne)
    office.starts([anna], by=by, order=RoundOrder.LABEL, label="heftruck")
    office.starts([bart])
    by_staff = [(each.whom.name, each.rounds) for each in report(office, By.STAFF).entries]
    assert by_staff == [("Sanne", 1), (None, 1)]
    by_label = [(each.whom.name, each.rounds) for each in report(office, By.LABEL).entries]
    assert by_label == [("Heftruck", 1)]
