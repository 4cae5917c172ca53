"""The thread of lists: it makes way for whoever writes to a person, within bounds."""

from contextlib import closing
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.runtime.list_follower import ListFollower
from tests.fresh_store import fresh_store
from tests.queue.counter import MONDAY


@pytest.mark.parametrize(("took_s", "rest_s"), [(0.01, 0.15), (0.5, 0.25)])
def test_a_piece_that_took_long_on_a_busy_machine_holds_up_no_list(
    tmp_path: Path, took_s: float, rest_s: float
) -> None:
    with closing(fresh_store(tmp_path / "balie.db", ManualClock(at_ms=MONDAY))) as store:
        assert ListFollower(store, lambda: None).rest_s(took_s) == pytest.approx(rest_s)
