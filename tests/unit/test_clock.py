"""The clocks that Balie and its world live by."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.clock import ManualClock, ScaledClock, SystemClock, clock_for, scaled_from


def test_the_system_s_clock_tells_utc_milliseconds() -> None:
    """It stands between two readings of the system's own."""
    before = time.time_ns() // 1_000_000
    told = SystemClock().now_ms()
    assert before <= told <= time.time_ns() // 1_000_000


def test_two_scaled_clocks_with_one_origin_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    """Balie and its emulated world, in two processes, live in the same time."""
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_500 * 1_000_000)
    ours = ScaledClock(origin_ms=1_000_000, speed=60)
    theirs = ScaledClock(origin_ms=1_000_000, speed=60)
    assert ours.now_ms() == theirs.now_ms() == 1_030_000


@given(
    st.floats(min_value=0.1, max_value=10_000),
    st.lists(st.integers(min_value=0, max_value=2**41), min_size=2, max_size=9),
)
def test_a_scaled_clock_never_runs_back(speed: float, real_ms: list[int]) -> None:
    """Where the system's clock goes on, so does it, at any speed."""
    clock = ScaledClock(origin_ms=1_000, speed=speed)
    told = []
    with pytest.MonkeyPatch.context() as patch:
        for each in sorted(real_ms):
            patch.setattr(time, "time_ns", lambda each=each: each * 1_000_000)
            told.append(clock.now_ms())
    assert told == sorted(told)


def test_a_span_of_a_faster_clock_takes_less_real_time() -> None:
    """A minute of a world at sixty times the speed is a real second."""
    assert ScaledClock(origin_ms=0, speed=60).real_s(60_000) == pytest.approx(1)
    assert SystemClock().real_s(60_000) == pytest.approx(60)


def test_a_manual_clock_stands_still_until_told() -> None:
    """Simulations move it, and nobody waits for it."""
    clock = ManualClock(at_ms=5)
    assert (clock.now_ms(), clock.now_ms()) == (5, 5)
    clock.advance(ms=3, s=2)
    assert clock.now_ms() == 2_008
    assert clock.real_s(10**9) == 0


def test_only_another_speed_makes_a_scaled_clock() -> None:
    """At speed one it is the system's; else it starts at the origin given, or now."""
    assert isinstance(clock_for(), SystemClock)
    assert clock_for(speed=2, origin_ms=7) == ScaledClock(origin_ms=7, speed=2)
    started = clock_for(speed=2)
    assert isinstance(started, ScaledClock)
    assert started.origin_ms <= SystemClock().now_ms()


@given(speed=st.floats(min_value=1.5, max_value=1000), ahead_ms=st.integers(0, 10**10))
def test_a_faster_clock_can_go_on_from_any_moment(speed: float, ahead_ms: int) -> None:
    """It shows that moment now and runs on from there, so that time never runs back."""
    real_ms = SystemClock().now_ms()
    clock = scaled_from(real_ms + ahead_ms, real_ms=real_ms, speed=speed)
    shown_ms = clock.origin_ms + (real_ms - clock.origin_ms) * speed
    assert abs(shown_ms - (real_ms + ahead_ms)) <= speed
