"""The page of imports: folders that are watched, files that wait, and what came of each row."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from appliance.clock import ManualClock
from appliance.desk.contacts.importing.folder_files import READY
from appliance.runtime.import_watcher import ImportWatcher
from appliance.store import import_folders
from appliance.store.import_folders import ImportRun
from tests.api.browser import Browser, log_in
from tests.api.office import Office, WebServer, open_office

ENGLISH = {"Accept-Language": "en"}
PAGE = "/people/imports"
FILE = "Pers.nr;Naam;Mobiel;Maat\r\n007;Zoë Büchner;612345699;XL\r\n008;Dirk;12;M\r\n"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "exports"
    (folder / "tilburg").mkdir(parents=True)
    return folder


@pytest.fixture
def office(
    web_server: WebServer, tmp_path: Path, clock: ManualClock, base: Path
) -> Iterator[Office]:
    data = tmp_path / "data"
    data.mkdir()
    with open_office(web_server, data, clock, import_folder=base) as opened:
        yield opened


@pytest.fixture
def lead(office: Office) -> Iterator[Browser]:
    branch_id = office.desk("Tilburg", "+31612345678").branch_id
    browser = log_in(office, "Carla", role="lead", branch_id=branch_id)
    browser.client.headers["Accept-Language"] = "en"
    yield browser
    browser.client.close()


@pytest.fixture
def admin(office: Office) -> Iterator[Browser]:
    browser = log_in(office, "Ada", role="admin", branch_id=None)
    browser.client.headers["Accept-Language"] = "en"
    yield browser
    browser.client.close()


def posted(browser: Browser, address: str, **form: str | list[str]) -> httpx.Response:
    return browser.client.post(address, data={"csrf": browser.csrf, **form})


def look(office: Office, base: Path) -> None:
    ImportWatcher(office.store, office.gate, base).catch_up()


def the_run(office: Office) -> ImportRun:
    return office.store.read(import_folders.newest_runs)[0]


def leaves(base: Path, text: str = FILE) -> None:
    (base / "tilburg" / "nacht.csv").write_bytes(text.encode("cp1252"))
    (base / "tilburg" / f"nacht.csv{READY}").touch()


def watched(office: Office, admin: Browser) -> str:
    """The address of the branch's folder."""
    branch_id = office.store.read(
        lambda conn: str(conn.execute("SELECT id FROM branch").fetchone()["id"])
    )
    assert posted(admin, PAGE, folder="tilburg", branch=branch_id).status_code == 303
    return f"{PAGE}/folders/{office.store.read(import_folders.folders)[0].id}"


def test_a_file_waits_until_its_columns_are_named(
    office: Office, base: Path, lead: Browser, admin: Browser
) -> None:
    """The administrator has the folder watched, the lead says what its columns are."""
    watched(office, admin)
    leaves(base)
    look(office, base)
    assert "Say first what its columns are." in lead.get(PAGE).text
    assert "1 file of people waits for you." in lead.get("/people").text
    address = f"{PAGE}/{the_run(office).id}"
    seen = lead.get(address).text
    assert "Zoë Büchner" in seen
    assert "is no telephone number" in seen
    assert office.count("contact") == 0
    columns = ["personnel_number", "office_name", "number", "field:Maat"]
    looked = posted(lead, address, column=columns, do="look")
    assert (looked.status_code, 'value="field:Maat" selected' in looked.text) == (200, True)
    no_key = posted(lead, address, column=["", "office_name", "", ""], do="take")
    assert no_key.status_code == 422
    assert posted(lead, address, column=columns, do="take").status_code == 303
    look(office, base)
    done = lead.get(address).text
    assert "taken in" in done
    assert "Zoë Büchner" in done
    assert "“…” is no telephone number" in done
    again = posted(lead, address, do="refuse")
    assert again.status_code == 422
    assert "nothing-to-decide" in again.text
    assert "1 new, 1 cannot be taken in" in lead.get(PAGE).text


def test_only_who_may_is_shown_a_folder(
    office: Office, base: Path, lead: Browser, admin: Browser
) -> None:
    """A lead watches none; a stranger sees neither folder nor file; no page names a path."""
    folder = watched(office, admin)
    leaves(base)
    look(office, base)
    address = f"{PAGE}/{the_run(office).id}"
    breda = office.desk("Breda", "+31612345679")
    stranger = log_in(office, "Youssef", role="lead", branch_id=breda.branch_id)
    assert "nacht.csv" not in stranger.get(PAGE).text
    assert stranger.get(address).status_code == 404
    assert posted(stranger, address, do="take").status_code == 404
    assert posted(stranger, folder, do="leave").status_code == 404
    stranger.client.close()
    other = posted(admin, PAGE, folder="../data", branch="company")
    assert other.status_code == 422
    assert posted(admin, PAGE, folder="tilburg", branch="company").status_code == 422
    assert posted(admin, folder, do="change", most_percent="101").status_code == 422
    assert posted(admin, folder, do="change", most_percent="10").status_code == 303
    assert 'value="10"' in admin.get(PAGE).text
    assert posted(admin, folder, do="leave").status_code == 303
    assert office.store.read(import_folders.folders) == []
    assert lead.get(PAGE).status_code == 200
