"""What tests of copies share."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.box.stick import Stick
from appliance.clock import ManualClock
from appliance.copy_settings import CopySettings
from appliance.runtime.copier import Copier
from tests.box.kit import Pair, furnish, make_pair
from tests.runtime.copied_house import NIGHT, House


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return make_pair(tmp_path_factory.mktemp("pair"))


@pytest.fixture
def house(tmp_path: Path, pair: Pair) -> Iterator[House]:
    clock = ManualClock(NIGHT)
    store = furnish(tmp_path / "data", clock)
    by_label, mounts, folder = tmp_path / "by-label", tmp_path / "mounts", tmp_path / "stick"
    by_label.mkdir()
    rdev = Path("/dev/null").stat().st_rdev
    numbers = f"{os.major(rdev)}:{os.minor(rdev)}"
    mounts.write_text(f"90 25 {numbers} / {folder} rw shared:7 - ext4 /dev/sda1 rw\n")
    stick = Stick(by_label=by_label, mounts=mounts)
    copier = Copier(store, CopySettings(recipient=pair.recipient, keep=2), stick)
    yield House(store, clock, stick, folder, copier)
    store.close()
