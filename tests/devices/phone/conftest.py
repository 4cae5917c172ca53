"""One emulated phone for each test, and its driver."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.protocol import DeviceState, Group
from appliance.emulated.phone.sms.screens import SmsGeneration
from appliance.emulated.phone.spec import PhoneSpec
from appliance.emulated.world.numbers import group_jid
from appliance.media.kinds import MediaKind
from tests.devices.phone.driver_kit import ANNA, BEA, OWN, Desk, World
from tests.devices.phone.own_server import OwnServer


@pytest.fixture
def spec(request: pytest.FixtureRequest) -> PhoneSpec:
    """The phone; a test may order another by parametrising it indirectly."""
    return getattr(request, "param", None) or PhoneSpec(number=OWN, lookup_ms=40)


@pytest.fixture
def speed(request: pytest.FixtureRequest) -> float:
    """How fast the world's clock runs; a test that has a span of it may choose a slow one."""
    return float(getattr(request, "param", 1.0))


@pytest.fixture
def world(adb_server_port: int, spec: PhoneSpec, speed: float) -> Iterator[World]:
    emulated = World(spec, speed=speed)
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
VENLO = "Team Venlo"


@pytest.fixture
def venlo(world: World, desk: Desk) -> Group:
    """A group in which Bea posted; Anna is in it, too, and the line is an admin."""
    world.on_loop(lambda: world.handset.contacts.update({ANNA: "Anna", BEA: "Bea"}))
    world.write(BEA, "Wie kan morgen?", group=VENLO)
    for what in ({"what": "add", "person": ANNA}, {"what": "make-admin"}):
        world.inject(kind="group", group=VENLO, by=BEA, notify=False, **what)
    desk.driver.receive()
    return Group(jid=group_jid(VENLO), name=VENLO, known=("Wie kan morgen?",))


@pytest.fixture
def logo(tmp_path: Path) -> OutgoingFile:
    path = tmp_path / "content"
    path.write_bytes(b"\x89PNG\r\n\x1a\n logo")
    return OutgoingFile(path=path, name="logo.png", type="image/png", kind=MediaKind.IMAGE)
