"""The privacy officer says how long things are kept, makes an archive and erases. In Dutch."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from appliance.api.services import Services
from appliance.media.files import FOLDER, MediaFiles
from appliance.runtime.archivist import Archivist
from appliance.runtime.erasure_follower import ErasureFollower
from appliance.runtime.retention import RetentionThread
from tests.e2e.alone import alone
from tests.e2e.conftest import Look, OpenPage, Place
from tests.running_demo import eventually

DUTCH = Look(locale="nl-NL", width=360, height=740)
OFFICER = "Olga Officier"


@pytest.fixture
def workers(place: Place) -> Iterator[Services]:
    """The threads that do what an officer asks for, as a running Balie has them."""
    services = place.services
    store, data = services.store, services.data_dir
    threads = (
        Archivist(store, data, MediaFiles(data / FOLDER)),
        RetentionThread(store, data),
        ErasureFollower(store, lambda: None),
    )
    for each in threads:
        each.start()
    yield services
    for each in threads:
        each.stop()


@pytest.fixture
def officer(workers: Services, place: Place, open_page: OpenPage) -> Page:
    place.desk.member(OFFICER, role="privacy")
    return open_page("/privacy", name=OFFICER, look=DUTCH)


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth") <= DUTCH.width)


def test_terms_are_tried_out_before_they_hold(officer: Page, place: Place) -> None:
    """Nothing goes before they were saved; then the run lets go, and it says of how much."""
    officer.goto("/privacy/retention")
    expect(officer.get_by_text("Niemand heeft nog termijnen gekozen")).to_be_visible()
    officer.get_by_role("link", name="Vul ons voorstel in").click()
    officer.locator('input[name="any.texts"]').fill("1")
    officer.get_by_role("button", name="Proberen").click()
    tried = officer.locator(".tried .figure").inner_text()
    messages, people = (int(each) for each in re.findall(r"\d+", tried)[:2])
    assert messages > 0
    assert people > 0
    kept = place.count("SELECT count(*) FROM message WHERE text > ''")
    officer.get_by_role("button", name="Deze termijnen bewaren").click()
    expect(officer.get_by_role("status")).to_contain_text("Opgeslagen")
    assert place.count("SELECT count(*) FROM message WHERE text > ''") == kept
    officer.get_by_role("button", name="Nu opruimen").click()
    expect(officer.get_by_role("status")).to_contain_text("Het is begonnen")
    report = officer.locator("[aria-labelledby=runs] li").first
    gone = alone(f"{messages} bericht")

    def tells() -> bool:
        officer.goto("/privacy/retention")
        return bool(gone.search(report.inner_text()))

    eventually(tells, "the run is over", pause_s=0.2)
    expect(report).to_contain_text(OFFICER)
    assert place.count("SELECT count(*) FROM message WHERE text > ''") <= kept - messages
    assert fits(officer)


def test_an_archive_is_made_and_taken(officer: Page) -> None:
    """It is made while the officer looks on, and the file is the archive of that number."""
    officer.goto("/privacy/archive")
    officer.get_by_label("Periode").select_option("days")
    officer.locator("#format").select_option("json")
    officer.get_by_role("button", name="Archief maken").click()
    with officer.expect_download() as saved:
        officer.get_by_role("link", name=re.compile("^Archief van")).first.click()
    told = json.loads(saved.value.path().read_text("utf-8"))
    assert told["entries"]
    assert fits(officer)


def test_a_person_is_erased_after_the_word_was_typed(officer: Page, place: Place) -> None:
    """A wrong word is told, and at the end nothing of them is found."""
    contact_id = place.store.read(
        lambda conn: conn.execute(
            "SELECT id FROM contact WHERE chosen_name = 'Fatima El Idrissi'"
        ).fetchone()[0]
    )
    officer.goto(f"/privacy/people/{contact_id}/erase")
    officer.get_by_label("Waarom").fill("Zij vroeg het per brief")
    officer.get_by_label("Typ ERASE").fill("erase")
    officer.get_by_role("button", name="Deze persoon wissen").click()
    expect(officer.get_by_role("alert")).to_contain_text("ERASE")
    officer.get_by_label("Typ ERASE").fill("ERASE")
    officer.get_by_role("button", name="Deze persoon wissen").click()
    expect(officer.locator("#erasure .tag")).to_have_text("Klaar")
    assert fits(officer)
    assert officer.goto(f"/privacy/people/{contact_id}/erase")
    expect(officer.get_by_role("heading", level=1)).not_to_contain_text("Fatima")
    assert place.count("SELECT count(*) FROM contact WHERE chosen_name LIKE 'Fatima%'") == 0
