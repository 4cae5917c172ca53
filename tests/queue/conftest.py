"""One branch's counter, fresh for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.store.store import Store
from tests.fresh_store import fresh_store
from tests.queue.counter import ANNA, BART, MONDAY, Counter


@pytest.fixture
def clock() -> ManualClock:
    """Monday morning, in office hours."""
    return ManualClock(at_ms=MONDAY)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    opened = fresh_store(tmp_path / "balie.db", clock)
    yield opened
    opened.close()


@pytest.fixture
def counter(store: Store, clock: ManualClock, tmp_path: Path) -> Counter:
    return Counter(store, clock, tmp_path / "evidence")


@pytest.fixture
def known(counter: Counter) -> None:
    counter.knows(ANNA, BART)
