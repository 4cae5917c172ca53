from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import ManualClock
from appliance.store.store import Store
from tests.fresh_store import fresh_store
from tests.relay.told import MORNING_MS
from tests.webhook_receiver import Receiver, receiving


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(MORNING_MS)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Iterator[Store]:
    opened = fresh_store(tmp_path / "balie.db", clock)
    yield opened
    opened.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as it:
        yield it


@pytest.fixture
def other() -> Iterator[Receiver]:
    with receiving() as it:
        yield it
