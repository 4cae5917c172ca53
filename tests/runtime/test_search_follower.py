"""The thread of the search: what is written is found a moment later, and it ends with Balie."""

import threading
from contextlib import closing
from pathlib import Path

from appliance.clock import ManualClock
from appliance.desk.search import index
from appliance.runtime.search_follower import SearchFollower
from tests.fresh_store import fresh_store
from tests.queue.counter import MONDAY, Counter

PATIENCE_S = 60


def test_what_is_written_is_taken_in_by_itself(tmp_path: Path) -> None:
    """Each commit wakes the thread; after the end there is none."""
    clock = ManualClock(at_ms=MONDAY)
    with closing(fresh_store(tmp_path / "balie.db", clock)) as store:
        follower = SearchFollower(store)
        taken = threading.Event()

        def look() -> None:
            if store.read(index.counts).messages:
                taken.set()

        store.on_commit(look)
        follower.start()
        Counter(store, clock, tmp_path).hears("Hoi")
        assert taken.wait(PATIENCE_S)
        follower.stop()
    assert not any(each.name == "search-index" for each in threading.enumerate())
