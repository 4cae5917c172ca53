"""A month by the calendar, in which a request about somebody's data is answered."""

from datetime import date

import pytest

from appliance.desk.privacy.requests.due import LONGER_MONTHS, MONTHS, due_on


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-03-05", "2026-04-05"),
        ("2026-01-31", "2026-02-28"),
        ("2028-01-31", "2028-02-29"),
        ("2026-08-31", "2026-09-30"),
        ("2026-12-31", "2027-01-31"),
        ("2026-11-15", "2026-12-15"),
    ],
)
def test_it_ends_with_the_same_day_of_the_next_month_or_with_its_last(asked: str, due: str) -> None:
    assert due_on(date.fromisoformat(asked)) == date.fromisoformat(due)


def test_two_more_months_count_from_the_day_on_which_it_came() -> None:
    """Not from the end of the first one, which may be shorter."""
    assert due_on(date(2026, 11, 30), MONTHS + LONGER_MONTHS) == date(2027, 2, 28)
    assert due_on(date(2026, 1, 31), MONTHS + LONGER_MONTHS) == date(2026, 4, 30)
