"""A scheduler whose jobs are due by the wall clock, and which survives a leap of that clock.

APScheduler lists every time that a job has missed before it picks one to run, and waits for the
next time however far away it is. Here the next time follows from now alone, so that no job waits
for a wrong future after the clock was put back.
"""

from datetime import datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

# The library has no types, so mypy sees Any as the base of each class below.
_MOMENT = timedelta(microseconds=1)


class Every(BaseTrigger):  # type: ignore[misc]
    """Each `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self._span = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        del previous_fire_time
        return now + self._span


class At(CronTrigger):  # type: ignore[misc]
    """The next such time of the calendar after now, in UTC."""

    def __init__(self, *, minute: int, hour: int | None = None) -> None:
        super().__init__(hour=hour, minute=minute, timezone="UTC")

    def get_next_fire_time(
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime | None:
        after = now if previous_fire_time is None else now + _MOMENT
        found: datetime | None = super().get_next_fire_time(None, after)
        return found


class Scheduler(BackgroundScheduler):  # type: ignore[misc]
    """It waits no longer than its shortest job does, so it soon notices that the clock leapt."""

    def _process_jobs(self) -> float | None:
        self._bring_near()
        wait_s: float | None = super()._process_jobs()
        return wait_s

    def _bring_near(self) -> None:
        """No job waits for longer than it would if it began now."""
        now = datetime.now(self.timezone)
        for job in self.get_jobs():
            soon = job.trigger.get_next_fire_time(None, now)
            if soon is not None and soon < job.next_run_time:
                job.modify(next_run_time=soon)
