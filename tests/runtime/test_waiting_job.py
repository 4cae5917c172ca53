"""Balie looks every few seconds after those who wait too long."""

from pathlib import Path

from appliance.clock import ManualClock
from appliance.runtime.balie import Balie
from tests.desk.automatic_line import CHRIS, logs_in, said, told
from tests.queue.counter import MONDAY, Counter
from tests.queue.inbox_reader import Colleague


def test_who_waits_too_long_is_told_by_the_job(tmp_path: Path) -> None:
    """Once, also by a Balie that began anew meanwhile."""
    clock = ManualClock(MONDAY)
    for _ in range(2):
        balie = Balie(tmp_path, clock)
        try:
            counter = Counter(balie.store, clock, tmp_path / "evidence")
            if not counter.all("SELECT 1 FROM staff"):
                told(counter, welcome={"on": False}, all_busy={"on": True}, every_hours=0)
                logs_in(counter, Colleague(counter).id)
                counter.hears("Is er plek?", CHRIS)
            clock.advance(s=901)
            jobs = [each.func for each in balie._jobs._scheduler.get_jobs()]
            assert balie._jobs._tell_the_waiting in jobs
            balie._jobs._tell_the_waiting()
            assert said(counter, CHRIS) == ["all-busy"]
        finally:
            balie.store.close()
