"""One emulated phone for each test, and its driver."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.devices.protocol import DeviceState
from appliance.emulated.phone.sms.screens import SmsGeneration
from appliance.emulated.phone.spec import PhoneSpec
from tests.devices.phone.driver_kit import OWN, Desk, World


@pytest.fixture
def spec(request: pytest.FixtureRequest) -> PhoneSpec:
    """The phone; a test may order another by parametrising it indirectly."""
    return getattr(request, "param", None) or PhoneSpec(number=OWN, lookup_ms=40)


@pytest.fixture
def world(adb_server_port: int, spec: PhoneSpec) -> Iterator[World]:
    emulated = World(spec)
    try:
        emulated.connect()
        yield emulated
    finally:
        emulated.close()


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Iterator[Desk]:
    """A driver that has found its phone ready."""
    ready = Desk(world, tmp_path)
    try:
        status = ready.driver.probe()
        assert status.state is DeviceState.READY, status
        yield ready
    finally:
        ready.driver.close()


OLDER_DUTCH = PhoneSpec(
    number=OWN, lookup_ms=40, whatsapp="older", sms=SmsGeneration.VIEWS, sdk=31, language="nl"
)
RECENT_ENGLISH = PhoneSpec(number=OWN, lookup_ms=40, language="en", sdk=36)
