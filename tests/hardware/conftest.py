"""A real phone: `pytest tests/hardware --serial SERIAL`, with `--to NUMBER` also what sends.

Without a serial nothing here is collected. Nothing is sent but to the number that is named, and no
text of the phone is printed.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.clock import SystemClock
from appliance.devices.phone.driver import PhoneDriver
from tests.devices.floor_above import Recorder


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--serial", metavar="SERIAL", help="The phone, as `adb devices` names it.")
    parser.addoption("--to", metavar="NUMBER", help="Who gets one message from it: +31612345678.")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    del collection_path
    return None if config.getoption("--serial", None) else True


@pytest.fixture(scope="session")
def serial(pytestconfig: pytest.Config) -> str:
    return str(pytestconfig.getoption("--serial"))


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


@pytest.fixture
def driver(serial: str, recorder: Recorder) -> Iterator[PhoneDriver]:
    made = PhoneDriver(device_id="phone", serial=serial, listener=recorder, clock=SystemClock())
    yield made
    made.session.leave()
    made.close()
