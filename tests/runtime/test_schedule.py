"""The scheduler of the jobs under a clock that leaps: the real one, with a time passed in."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import apscheduler.schedulers.base
import pytest
from apscheduler.executors.base import BaseExecutor
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.runtime import schedule
from appliance.runtime.jobs import LOOK_S
from appliance.runtime.schedule import At, Every, Scheduler

MORNING = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)
A_DAY = dt.timedelta(days=1)
TEN_YEARS = 3653 * A_DAY
A_LOOK = dt.timedelta(seconds=LOOK_S)


class Told(dt.datetime):
    """The time that the scheduler is told."""

    at = MORNING

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> Any:
        return cls.at.astimezone(tz)


class Runs(BaseExecutor):  # type: ignore[misc]
    """Keeps which jobs were run, and runs none."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def _do_submit_job(self, job: Any, run_times: Sequence[dt.datetime]) -> None:
        del run_times
        self.names.append(job.id)
        self._run_job_success(job.id, [])


class Steps(Scheduler):
    """Its loop does one step whenever a test asks."""

    def __init__(self) -> None:
        self.runs = Runs()
        super().__init__(timezone="UTC", executors={"default": self.runs})
        self.add_job(print, Every(LOOK_S), id="look")
        self.add_job(print, At(hour=2, minute=15), id="copy")
        self.start()

    def _main_loop(self) -> None:
        """No thread steps by itself."""

    def step(self, at: dt.datetime) -> Sequence[str]:
        """What was run when it looked at this time. No job may have listed what it missed."""
        Told.at = at
        missed = [len(job._get_run_times(at)) for job in self.get_jobs()]
        assert max(missed) <= 1
        before = len(self.runs.names)
        wait_s = self._process_jobs()
        assert wait_s is not None
        assert wait_s <= LOOK_S
        return self.runs.names[before:]


@pytest.fixture(scope="module")
def _told() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (apscheduler.schedulers.base, schedule):
            patch.setattr(module, "datetime", Told)
        yield


@pytest.fixture
def steps(_told: None) -> Iterator[Steps]:
    Told.at = MORNING
    scheduler = Steps()
    yield scheduler
    scheduler.shutdown()


def test_jobs_run_when_they_are_due(steps: Steps) -> None:
    """The nightly one once a night, the short one each time its span is over."""
    assert steps.step(MORNING + A_LOOK / 2) == []
    assert steps.step(MORNING + A_LOOK) == ["look"]
    night = MORNING + A_DAY - dt.timedelta(hours=5, minutes=45)
    assert sorted(steps.step(night)) == ["copy", "look"]
    assert steps.step(night + A_LOOK) == ["look"]


@pytest.mark.parametrize("leap", [A_DAY, TEN_YEARS])
def test_a_clock_that_leaps_ahead_costs_one_run(steps: Steps, leap: dt.timedelta) -> None:
    """And the jobs go on from there."""
    steps.step(MORNING + A_LOOK)
    assert sorted(steps.step(MORNING + leap)) == ["copy", "look"]
    assert steps.step(MORNING + leap + A_LOOK) == ["look"]


def test_a_clock_that_was_put_back_leaves_no_job_in_the_future(steps: Steps) -> None:
    """Nobody waits ten years for the nightly copy."""
    steps.step(MORNING + TEN_YEARS)
    assert steps.step(MORNING) == []
    assert steps.step(MORNING + A_LOOK) == ["look"]
    assert "copy" in steps.step(MORNING + A_DAY)


@settings(max_examples=40)
@given(st.lists(st.integers(-4 * 10**8, 4 * 10**8), min_size=1, max_size=12))
@pytest.mark.usefixtures("_told")
def test_no_series_of_leaps_costs_more(leaps_s: list[int]) -> None:
    """Each job runs at most once a step, and is due within its own span afterwards."""
    Told.at = MORNING
    steps = Steps()
    try:
        for leap_s in leaps_s:
            at = MORNING + dt.timedelta(seconds=leap_s)
            ran = steps.step(at)
            assert len(ran) == len(set(ran))
            due = {job.id: job.next_run_time - at for job in steps.get_jobs()}
            assert dt.timedelta() < due["look"] <= A_LOOK
            assert dt.timedelta() < due["copy"] <= A_DAY
    finally:
        steps.shutdown()
