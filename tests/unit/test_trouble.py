"""A failure that lasts: told when it begins, once a minute, and when it is over."""

import logging

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appliance.trouble import EVERY_S, Trouble

log = logging.getLogger("tests.trouble")
WHAT = "phone-1"


class Seconds:
    at_s = 1000.0

    def __call__(self) -> float:
        return self.at_s


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO, logger=log.name)
    return caplog


def test_an_hour_of_failures_is_sixty_lines(lines: pytest.LogCaptureFixture) -> None:
    """Two a second were met; the last line says that it is over."""
    now_s = Seconds()
    trouble = Trouble(log, WHAT, now_s=now_s)
    for _ in range(7200):
        trouble.met("no answer")
        now_s.at_s += 0.5
    assert trouble.lasts_s == 3600.0
    trouble.over()
    trouble.over()
    assert lines.messages[:-1] == [f"{WHAT}: no answer"] * 60
    assert lines.messages[-1] == f"{WHAT}: well again after 3600 s"
    assert trouble.lasts_s is None


def test_what_was_never_wrong_is_never_well_again(lines: pytest.LogCaptureFixture) -> None:
    Trouble(log, WHAT).over()
    assert lines.messages == []


def test_a_failure_of_balie_itself_shows_where(lines: pytest.LogCaptureFixture) -> None:
    Trouble(log, WHAT).met("Balie itself failed", exc=ValueError("a slip"))
    (record,) = lines.records
    assert record.exc_info is not None


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.floats(0.0, 30.0)), max_size=200))
def test_what_comes_and_goes_is_told_as_rarely(
    lines: pytest.LogCaptureFixture, steps: list[tuple[bool, float]]
) -> None:
    """Two lines a minute at most: one for the failure, one for its end."""
    lines.clear()
    now_s = Seconds()
    trouble = Trouble(log, WHAT, now_s=now_s)
    begun_s = now_s.at_s
    for fails, pause_s in steps:
        if fails:
            trouble.met("no answer")
        else:
            trouble.over()
        now_s.at_s += pause_s
    assert len(lines.messages) <= 2 * ((now_s.at_s - begun_s) // EVERY_S + 1)
