"""The page of updates, and where else it is said that a version came back."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.box.keeper.state import Phase, StateFile, UpdateOutcome
from appliance.box.updates import request, sources
from appliance.box.updates.door import UpdateDoor
from appliance.clock import ManualClock
from appliance.desk.lines.incidents.machine_rules import MachineFacts
from appliance.desk.lines.incidents.watch import IncidentWatch
from appliance.events import EventKind
from appliance.runtime.machine.machine import Machine
from appliance.store import events
from appliance.update_settings import UpdateSettings
from tests.api.browser import Browser, log_in
from tests.api.office import Office, WebServer, open_office
from tests.box.toy_world import ToyBox, build_package

PAGE = "/settings/updates"


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[ToyBox]:
    box = ToyBox(box=tmp_path / "box")
    box.box.mkdir()
    box.furnish(build_package(tmp_path, "1.0"))
    yield box
    box.power_off()


@pytest.fixture
def door(toy: ToyBox, tmp_path: Path) -> UpdateDoor:
    return UpdateDoor(UpdateSettings(folder=toy.folder), tmp_path / "data", system=str(toy.root))


@pytest.fixture
def office(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, door: UpdateDoor
) -> Iterator[Office]:
    with open_office(web_server, tmp_path / "data", clock, updates=door) as opened:
        yield opened


@pytest.fixture
def ivo(office: Office) -> Iterator[Browser]:
    """Looks after the machine."""
    browser = log_in(office, "Ivo", role="admin", branch_id=None)
    browser.client.headers["Accept-Language"] = "en"
    yield browser
    browser.client.close()


def came_back(toy: ToyBox) -> None:
    file = StateFile(toy.folder)
    for phase in (Phase.WAITING, Phase.HOLDING, Phase.INSTALLING, Phase.TRYING, Phase.GOING_BACK):
        file.move(phase, version="1.1", mark="m", before="1.0")
    file.end(UpdateOutcome.CAME_BACK, "not-ready")


def test_a_version_on_a_stick_is_found_and_root_is_asked_for_it(
    office: Office,
    ivo: Browser,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The page lays down a path; it neither copies nor installs anything. An event says who."""
    stick, labels, mounts = tmp_path / "stick", tmp_path / "labels", tmp_path / "mounts"
    for folder in (stick, labels):
        folder.mkdir()
    package = build_package(stick, "1.1")
    (labels / sources.LABEL).symlink_to(stick)
    mounts.write_text(f"{stick} {stick} vfat ro 0 0\n")
    monkeypatch.setattr(sources, "BY_LABEL", labels)
    monkeypatch.setattr(sources, "MOUNTS", mounts)
    assert "Version 1.0 runs" in ivo.get(PAGE).text
    ivo.post(f"{PAGE}/install", {}, part=False)
    assert not request.is_asked(tmp_path / "data")
    ivo.post(f"{PAGE}/check", {}, part=False)
    assert "Version 1.1 can be installed." in ivo.get(PAGE).text
    ivo.post(f"{PAGE}/install", {}, part=False)
    assert "the box begins in a moment" in ivo.get(PAGE).text
    assert request.take_request(tmp_path / "data") == package
    log = office.store.read(lambda conn: events.after(conn, 0, limit=100))
    asked = [each for each in log if each.kind is EventKind.UPDATE_ASKED]
    assert [each.facts for each in asked] == [{"version": "1.1"}]


def test_a_version_that_came_back_is_said_until_somebody_knows(
    office: Office, ivo: Browser, toy: ToyBox, door: UpdateDoor, tmp_path: Path
) -> None:
    """On the page, in the inbox, as an incident on the devices, and as a figure."""
    office.desk("Utrecht", "+31612345678")
    watch = IncidentWatch(office.store, Machine(tmp_path / "data", came_back=door.unseen).facts)
    watch.look()
    came_back(toy)
    for page in (PAGE, "/inbox/waiting"):
        assert "Version 1.1 was tried and came back." in ivo.get(page).text, page
    watch.look()
    assert "Version 1.1 of Balie was tried and was not well" in ivo.get("/devices").text
    assert office.count("incident WHERE kind = 'version-back' AND until_ms IS NULL") == 1
    assert "balie_version_came_back 1.0" in office.client.get("/metrics").text
    ivo.post(f"{PAGE}/seen", {}, part=False)
    assert "was tried and came back." not in ivo.get("/inbox/waiting").text
    assert "Version 1.1 was tried and came back." in ivo.get(PAGE).text
    assert "I know" not in ivo.get(PAGE).text
    watch.look()
    assert office.count("incident WHERE kind = 'version-back' AND until_ms IS NULL") == 0
    assert "balie_version_came_back 0.0" in office.client.get("/metrics").text


def test_who_writes_sees_in_the_inbox_that_a_version_is_on_trial(
    web_server: WebServer, tmp_path: Path, clock: ManualClock
) -> None:
    with open_office(web_server, tmp_path, clock, on_trial=True) as office:
        tilburg = office.desk("Tilburg", "+31612345678")
        sanne = log_in(office, "Sanne", role="staff", branch_id=tilburg.branch_id)
        sanne.client.headers["Accept-Language"] = "en"
        assert "on trial" in sanne.get("/").text
        assert "balie_on_trial 1.0" in office.client.get("/metrics").text
        assert office.client.get("/readyz").json() == {"status": "trial"}
        sanne.client.close()


def test_facts_of_the_machine_name_no_version_where_none_came_back(tmp_path: Path) -> None:
    assert Machine(tmp_path, root=tmp_path).facts().came_back == MachineFacts().came_back == ""


def test_head_office_gets_the_version_that_it_asks_for_or_the_reason(
    door: UpdateDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root is asked for that version alone, and for none that runs already."""
    stick, labels, mounts = tmp_path / "stick", tmp_path / "labels", tmp_path / "mounts"
    for folder in (stick, labels, tmp_path / "data"):
        folder.mkdir()
    (labels / sources.LABEL).symlink_to(stick)
    mounts.write_text(f"{stick} {stick} vfat ro 0 0\n")
    monkeypatch.setattr(sources, "BY_LABEL", labels)
    monkeypatch.setattr(sources, "MOUNTS", mounts)
    assert door.take() == "nothing-there"
    build_package(stick, "1.1")
    assert door.take("1.0") == "same"
    assert door.take("1.2") == "other-version"
    assert not door.is_asked
    assert door.take("1.1") == ""
    assert door.is_asked
