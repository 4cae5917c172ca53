"""Office hours: weekdays, lunch and public holidays, in the branch's own zone."""

from dataclasses import replace
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.queue.office_hours import OfficeHours, hours_of
from appliance.store import branches
from tests.queue.counter import MONDAY, Counter, at

DUTCH = OfficeHours(
    zone="Europe/Amsterdam",
    opens=time(8, 30),
    closes=time(17, 30),
    weekdays=frozenset({1, 2, 3, 4, 5}),
    lunch=(time(12, 30), time(13)),
    holidays="NL",
)
YEAR_MS = 366 * 24 * 3600 * 1000


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-06-15 12:29", "2026-06-15 12:29"),
        ("2026-06-15 12:30", "2026-06-15 13:00"),
        ("2026-06-15 13:00", "2026-06-15 13:00"),
        ("2026-12-31 18:00", "2027-01-04 08:30"),  # New Year's Day is a Friday
        ("2026-04-03 18:00", "2026-04-07 08:30"),  # over Easter Monday
        ("2026-04-27 10:00", "2026-04-28 08:30"),  # King's Day
        ("2026-05-14 10:00", "2026-05-15 08:30"),  # Ascension Day
        ("2026-12-24 18:00", "2026-12-28 08:30"),  # both days of Christmas
    ],
)
def test_nobody_begins_anything_over_lunch_or_on_a_holiday(now: str, opens: str) -> None:
    """The office is closed on Dutch public holidays and for half an hour at noon."""
    assert DUTCH.open_from(at(now)) == at(opens)


def test_a_branch_keeps_lunch_and_dutch_holidays_unless_it_says_otherwise(
    counter: Counter,
) -> None:
    """The hours are those of the table for a branch that nobody changed."""
    branch = counter.store.read(lambda conn: branches.branch(conn, counter.branch_id))
    assert hours_of(branch) == DUTCH
    said = branch.settings.model_copy(update={"lunch": "", "holidays": ""})
    plain = replace(branch, settings=said)
    assert hours_of(plain).open_from(at("2026-04-27 12:45")) == at("2026-04-27 12:45")


def test_a_country_that_nobody_knows_has_no_holidays() -> None:
    """A typing error in a setting stops no branch."""
    nowhere = replace(DUTCH, holidays="XX")
    assert nowhere.open_from(at("2026-04-27 10:00")) == at("2026-04-27 10:00")


def test_a_lunch_that_swallows_the_day_leaves_it_closed() -> None:
    """Nobody can know when it opens; a lunch outside the hours changes nothing."""
    assert replace(DUTCH, lunch=(time(8), time(18))).open_from(MONDAY) is None
    early = replace(DUTCH, lunch=(time(7), time(8)))
    assert early.open_from(at("2026-06-15 12:45")) == at("2026-06-15 12:45")


def test_a_branch_that_works_on_mondays_only_outlives_the_holidays() -> None:
    """Easter Monday is closed, so the next open day is two weeks away; its time is still known."""
    mondays = replace(DUTCH, weekdays=frozenset({1}))
    assert mondays.open_from(at("2026-03-30 18:00")) == at("2026-04-13 08:30")


WEEK = replace(
    DUTCH,
    week=(
        ((510, 750), (780, 1050)),  # Monday, with a break
        (),
        ((510, 600), (660, 720), (780, 1440)),
        *[((510, 1050),)] * 4,
    ),
    exceptions=(
        (date(2026, 6, 16), ((600, 660),)),  # on the Tuesday, which else is closed
        (date(2026, 6, 22), ()),
        (date(2026, 4, 27), ((600, 720),)),  # on King's Day
    ),
)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-06-15 12:45", "2026-06-15 13:00"),
        ("2026-06-15 17:30", "2026-06-16 10:00"),
        ("2026-06-16 11:00", "2026-06-17 08:30"),
        ("2026-06-17 10:30", "2026-06-17 11:00"),
        ("2026-06-17 23:59", "2026-06-17 23:59"),
        ("2026-06-21 18:00", "2026-06-24 08:30"),
        ("2026-04-27 08:00", "2026-04-27 10:00"),
        ("2026-04-27 12:00", "2026-04-29 08:30"),
    ],
)
def test_each_day_has_its_own_hours_and_some_days_differ(now: str, opens: str) -> None:
    """Breaks, hours until midnight, and dates that count in place of weekday and holiday."""
    assert WEEK.open_from(at(now)) == at(opens)


@given(st.integers(MONDAY, MONDAY + YEAR_MS))
def test_what_opens_is_open(now_ms: int) -> None:
    """The named moment is never before the asked one, and the office is open at it."""
    opens_ms = DUTCH.open_from(now_ms)
    assert opens_ms is not None
    assert opens_ms >= now_ms
    assert DUTCH.open_from(opens_ms) == opens_ms
