"""The phone's clock beside ours, and times of day without a day."""

import pytest

from appliance.devices.phone.phone_clock import (
    MS_PER_MINUTE,
    PhoneClock,
    is_between,
    minute_in,
    read_clock,
)
from appliance.errors import Transient

T_MS = 1_789_300_800_000
NOON_MS = T_MS // 86_400_000 * 86_400_000 + 12 * 60 * MS_PER_MINUTE
UTC = PhoneClock(ahead_ms=0, zone_minutes=0)


@pytest.mark.parametrize(
    ("label", "minute"),
    [
        ("22:37", 22 * 60 + 37),
        ("3:28\u202fPM", 15 * 60 + 28),
        ("8:15 pm", 20 * 60 + 15),
        ("12:00 am", 0),
        ("12:05 p.m.", 12 * 60 + 5),
        ("\u200e07:05", 7 * 60 + 5),
        ("Yesterday", None),
        ("", None),
    ],
)
def test_times_of_day_are_read_as_screens_write_them(label: str, minute: int | None) -> None:
    assert minute_in(label) == minute


def test_a_time_of_day_lies_between_two_others_across_midnight() -> None:
    """One minute of tolerance on each side; an unreadable time proves nothing against it."""
    assert is_between("23:58", 23 * 60 + 59, 1)
    assert is_between("0:02", 23 * 60 + 59, 1)
    assert not is_between("0:03", 23 * 60 + 59, 1)
    assert not is_between("23:57", 23 * 60 + 59, 1)
    assert is_between("gisteren", 0, 1)


def test_a_small_difference_is_no_difference() -> None:
    """`date` cuts to whole seconds, and the question takes time."""
    clock = read_clock(
        "1789300800 +0200", asked_ms=1_789_300_801_000, answered_ms=1_789_300_801_400
    )
    assert clock == PhoneClock(ahead_ms=0, zone_minutes=120)


def test_a_wrong_clock_is_measured() -> None:
    clock = read_clock(
        "1789300900 -0330", asked_ms=1_789_300_800_000, answered_ms=1_789_300_800_200
    )
    assert abs(clock.ahead_ms - 100_000) < 1000
    assert clock.zone_minutes == -210


def test_what_is_no_time_is_an_error_of_ours() -> None:
    with pytest.raises(Transient):
        read_clock("date: bad format", asked_ms=0, answered_ms=0)


def test_a_row_is_dated_by_the_last_time_its_minute_was() -> None:
    """Now while the minute runs, later its beginning, yesterday if it is still to come."""
    assert UTC.latest_ms("12:00", now_ms=NOON_MS + 5000) == NOON_MS + 5000
    assert UTC.latest_ms("11:58", now_ms=NOON_MS) == NOON_MS - 2 * MS_PER_MINUTE
    assert UTC.latest_ms("13:00", now_ms=NOON_MS) == NOON_MS - 23 * 60 * MS_PER_MINUTE
    assert UTC.latest_ms("?", now_ms=NOON_MS) == NOON_MS
