"""The doors of enrolment: the page that follows the phones, and the command line."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner, Result

from appliance.__main__ import app
from appliance.api.services import Services
from appliance.clock import SystemClock
from appliance.desk.lines import new_line
from appliance.emulated.phone.spec import PhoneSpec
from appliance.queue.gate import ConsentGate
from appliance.runtime.balie import Balie
from appliance.runtime.enrolments import Enrolments
from appliance.runtime.instance_lock import is_running, only_instance
from appliance.store import branches, device_settings, devices, lines
from appliance.store.feed import EventFeed
from appliance.store.store import Store, Tx
from tests.api.browser import Browser, log_in
from tests.api.office import Office, WebServer, run_web_server
from tests.devices.phone.driver_kit import OWN, World
from tests.emulated.phone_bench import eventually
from tests.fresh_store import fresh_store

OTHER = "+31612345688"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("BALIE_DATA", str(tmp_path))
    return tmp_path


@pytest.fixture
def store(data: Path) -> Iterator[Store]:
    opened = fresh_store(data / "balie.db", SystemClock())
    yield opened
    opened.close()


@pytest.fixture
def line_id(store: Store) -> str:
    """A number of Utrecht that has no phone."""

    def add(tx: Tx) -> str:
        return lines.add_line(tx, branch_id=branches.add_branch(tx, "Utrecht"), number=OWN)

    return store.write(add)


def balie(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def told(*words: str) -> dict[str, Any]:
    done = balie(*words, "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def carrying(store: Store) -> list[str]:
    return [each.address for each in store.read(devices.carrying)]


def test_the_command_line_enrols_and_releases(world: World, store: Store, line_id: str) -> None:
    """The phone has its number afterwards, and every setting can be put back, whoever has it."""
    before = dict(world.handset.settings)
    found = told("device", "enrol", "--serial", world.serial, "--line", OWN)
    assert (found["serial"], found["number"], found["line"]) == (world.serial, OWN, line_id)
    assert carrying(store) == [world.serial]
    assert {each["outcome"] for each in found["settings"]} <= {"set", "already"}
    again = told("device", "enrol", "--serial", world.serial, "--line", line_id)
    assert again["id"] == found["id"]
    told("line", "remove", OWN)
    back = told("device", "release", "--serial", world.serial)
    assert {each["outcome"] for each in back["settings"]} == {"put-back"}
    assert back["number"] is None
    assert told("device", "release", "--serial", world.serial)["settings"] == []
    left = {key: value for key, value in world.handset.settings.items() if key in before}
    assert left == before
    assert world.truth() == []


def test_without_a_line_a_phone_is_only_looked_at(world: World) -> None:
    """It says what the phone is and the one thing that comes next; nothing on it is changed."""
    before = dict(world.handset.settings)
    found = told("device", "enrol", "--serial", world.serial)
    assert (found["to_do"], found["step"], found["numbers"]) == ("number", 5, [OWN])
    assert (found["android"], found["language"]) == ("14", "nl-NL")
    assert "Choose the number" in found["remedy"]
    assert (dict(world.handset.settings), world.traffic.http_requests) == (before, 0)
    assert told("device", "enrol", "--serial", "R58M000")["to_do"] == "plug-in"


def test_alone_it_tells_of_each_plugged_phone_what_it_is_and_what_comes_next(
    world: World,
) -> None:
    """One that does not answer keeps the others from nothing; none is changed."""
    bare = World(PhoneSpec(number=OTHER, whatsapp_installed=False))
    before = dict(world.handset.settings)
    try:
        bare.connect()
        items = {each["serial"]: each["to_do"] for each in told("device", "enrol")["items"]}
        assert items[world.serial] == "number"
        assert items[bare.serial] == "install-whatsapp"
        bare.fault("stream-cut", times=None)
        said = balie("device", "enrol").stdout
    finally:
        bare.close()
    assert f"({world.serial}) · Android 14" in said
    assert f"{bare.serial}\nThe phone does not answer as it should." in said
    assert dict(world.handset.settings) == before


def test_what_is_in_the_way_is_one_sentence_with_its_remedy(
    world: World, store: Store, line_id: str
) -> None:
    """On stderr, with status 1; nothing is bound and nothing is set."""
    world.inject(kind="by-person", whatsapp=False)
    done = balie("device", "enrol", "--serial", world.serial, "--line", line_id)
    assert (done.exit_code, done.stdout) == (1, "")
    assert "WhatsApp is not installed on the phone. Install WhatsApp" in done.stderr
    assert (carrying(store), store.read(device_settings.set_up_addresses)) == ([], frozenset())
    nowhere = balie("device", "enrol", "--serial", "R58M000", "--line", line_id)
    assert "not plugged in" in nowhere.stderr
    assert "--line NUMBER" in balie("device", "enrol", "--line", line_id).stderr


def test_where_the_account_s_number_does_not_show_a_person_is_asked_to_compare(
    world: World, store: Store, line_id: str
) -> None:
    world.inject(kind="own-profile", number="")
    done = balie("device", "enrol", "--serial", world.serial, "--line", line_id)
    assert "cannot read with which number" in done.stdout
    assert carrying(store) == [world.serial]


def test_one_number_is_in_one_phone(world: World, store: Store, line_id: str) -> None:
    """A line that has another phone is refused before this one is touched."""
    told("device", "enrol", "--serial", world.serial, "--line", line_id)
    asked = len(world.traffic.shell_lines)
    refused = balie("device", "enrol", "--serial", "R58M000", "--line", line_id)
    assert f"The phone {world.serial} has the SIM of this line" in refused.stderr
    assert len(world.traffic.shell_lines) == asked


def test_a_new_phone_takes_the_place_of_a_lost_one(
    world: World, store: Store, line_id: str
) -> None:
    """The line stays; the old phone need not be there any more."""

    def lost(tx: Tx) -> None:
        new_line.carry(tx, line_id, kind="phone", address="R58MOLD", by="cli")

    store.write(lost)
    found = told("device", "replace", "--serial", world.serial, "--for", "R58MOLD")
    assert (found["line"], found["for"], found["stopped"]) == (line_id, "R58MOLD", None)
    assert carrying(store) == [world.serial]
    assert (
        "No line has its SIM in the phone R58MOLD"
        in balie("device", "replace", "--serial", world.serial, "--for", "R58MOLD").stderr
    )


def test_the_lock_says_whether_a_balie_runs(data: Path) -> None:
    """The command line leaves a phone to the Balie that drives it."""
    assert not is_running(data)
    with only_instance(data):
        assert is_running(data)
    assert not is_running(data)


def test_beside_a_running_balie_the_phone_s_own_thread_tests_it(
    world: World, store: Store, data: Path
) -> None:
    """The command line sets the phone up and waits for what the driver says of it."""
    wanted = new_line.NewLine(
        branch_id=store.write(lambda tx: branches.add_branch(tx, "Utrecht")),
        number=OWN,
        kind="phone",
        address=world.serial,
    )
    added = store.write(lambda tx: new_line.add(tx, wanted))
    with only_instance(data):
        running = Balie(data, SystemClock())
        running.start()
        try:
            found = told("device", "enrol", "--serial", world.serial, "--line", OWN)
        finally:
            running.stop()
    assert found["id"] == added.device_id
    assert "whatsapp" not in found["passed"]
    assert store.read(lambda conn: devices.device(conn, added.device_id)).state == "ready"
    assert world.handset.settings["global", "animator_duration_scale"] == "0"
    assert not any("LAUNCHER" in line for line in world.traffic.shell_lines)


@pytest.fixture(scope="module")
def web() -> Iterator[WebServer]:
    with run_web_server() as running:
        yield running


@pytest.fixture
def ivo(web: WebServer, store: Store, line_id: str, data: Path) -> Iterator[Browser]:
    """The IT of Utrecht."""
    services = Services(
        store=store,
        gate=ConsentGate(),
        clock=store.clock,
        feed=EventFeed(store, poll_s=0.05),
        planned=lambda: None,
        ready=tuple,
        data_dir=data,
        enrolment=Enrolments(store, store.clock),
    )
    with web.serving(services), httpx.Client(base_url=web.url, timeout=60) as client:
        office = Office(store, store.clock, web.url, client)
        branch_id = store.read(lambda conn: lines.line(conn, line_id)).branch_id
        browser = log_in(office, "Ivo", role="branch-it", branch_id=branch_id)
        yield browser
        browser.client.close()


def part(browser: Browser) -> str:
    return browser.get("/devices/enrol", **{"HX-Request": "true"}).text


def test_the_page_follows_a_phone_to_its_number(
    world: World, store: Store, ivo: Browser, line_id: str
) -> None:
    """It appears by itself with what it is and what comes next; one form makes it work."""
    world.inject(kind="by-person", whatsapp=False)
    assert eventually(
        lambda: "WhatsApp is not installed" in part(ivo) or "WhatsApp staat" in part(ivo)
    )
    world.inject(kind="by-person", whatsapp=True)
    assert eventually(lambda: 'name="line"' in part(ivo))
    form = {"kind": "phone", "address": world.serial, "line": line_id}
    assert ivo.post("/devices/enrol", form).status_code == 204
    assert eventually(lambda: carrying(store) == [world.serial])
    assert eventually(lambda: "/devices/enrol/release" in part(ivo))
    assert ivo.post("/devices/enrol/release", form).status_code == 204
    assert eventually(lambda: not store.read(device_settings.set_up_addresses))
    assert carrying(store) == [world.serial]
    assert "/devices#n-" not in part(ivo)
    store.write(lambda tx: lines.stop_line(tx, line_id, "seen"))
    assert "/devices#n-" in part(ivo)
    assert world.truth() == []


def test_a_new_number_of_an_own_branch_is_added_with_its_phone(
    world: World, store: Store, ivo: Browser, line_id: str
) -> None:
    """Only once the phone is ready; another branch's number does not exist for them."""
    breda = store.write(lambda tx: branches.add_branch(tx, "Breda"))
    utrecht = store.read(lambda conn: lines.line(conn, line_id)).branch_id
    store.write(lambda tx: lines.remove_line(tx, line_id))
    assert eventually(lambda: 'name="line"' in part(ivo))
    form = {"kind": "phone", "address": world.serial, "number": "06 1234 5601"}
    assert ivo.post("/devices/enrol", form | {"line": f"new:{breda}"}).status_code == 404
    wrong = ivo.post("/devices/enrol", form | {"line": f"new:{utrecht}", "number": "12"})
    assert wrong.status_code == 422
    assert ivo.post("/devices/enrol", form | {"line": f"new:{utrecht}"}).status_code == 204
    assert eventually(lambda: carrying(store) == [world.serial])
    assert [each.number for each in store.read(lines.lines)] == [OWN]


def test_without_an_adb_server_the_page_says_so(
    ivo: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty page would send branch IT to the cable."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    monkeypatch.setenv("ANDROID_ADB_SERVER_PORT", str(port))
    assert 'data-code="adb"' in part(ivo)


def test_another_branch_s_phone_is_not_on_the_page(
    world: World, store: Store, ivo: Browser
) -> None:
    """Who does not manage it can neither see it nor put its settings back."""

    def elsewhere(tx: Tx) -> None:
        branch_id = branches.add_branch(tx, "Breda")
        wanted = new_line.NewLine(
            branch_id=branch_id, number=OTHER, kind="phone", address=world.serial
        )
        new_line.add(tx, wanted)

    store.write(elsewhere)
    assert world.serial not in part(ivo)
    form = {"kind": "phone", "address": world.serial}
    assert ivo.post("/devices/enrol/release", form).status_code == 404
