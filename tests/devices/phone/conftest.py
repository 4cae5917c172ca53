"""One emulated phone for each test, and its driver."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.devices.protocol import DeviceState
from appliance.emulated.phone.sms.screens import SmsGeneration
from appliance.emulated.phone.spec import PhoneSpec
from tests.devices.phone.driver_kit import OWN, Desk, World
from tests.devices.phone.own_server import OwnServer


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


@pytest.fixture
def own_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnServer]:
    """Not started yet."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(port))
    server = OwnServer(tmp_path, port)
    yield server
    server.end()


OLDER_DUTCH = PhoneSpec(
    number=OWN, lookup_ms=40, whatsapp="older", sms=SmsGeneration.VIEWS, sdk=31, language="nl"
)
RECENT_ENGLISH = PhoneSpec(number=OWN, lookup_ms=40, language="en", sdk=36)
