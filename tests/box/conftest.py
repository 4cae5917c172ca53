"""What tests of the machine under Balie share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.store.store import Store
from tests.box.kit import Pair, furnish, make_pair
from tests.queue.counter import MONDAY


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("pair"))


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MONDAY)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    found = furnish(tmp_path / "data", clock)
    yield found
    found.close()
