"""People in a browser: files are taken in, and two contacts are joined and parted again."""

from playwright.sync_api import FilePayload, expect

from appliance.desk.search import following
from appliance.runtime.import_watcher import ImportWatcher
from tests.e2e.alone import alone
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.left_files import FOLDER, leave_file
from tests.e2e.test_pages_axe import line_and_person

FILE = (
    "Voornaam;Achternaam;Mobiel;Pers.nr;BH\r\n"
    "Zoë;Büchner;612345699;007;\r\n"
    "Dirk;;12;;\r\n"
    "Zoë;nog eens;+31 6 12345699;;\r\n"
).encode("cp1252")


def test_a_file_is_taken_in_and_two_contacts_become_one(open_page: OpenPage, place: Place) -> None:
    """Each row has its verdict before anything is kept; a joining is undone with one button."""
    page = open_page("/people/import")
    chosen = FilePayload(name="uitzendkrachten.csv", mimeType="text/csv", buffer=FILE)
    page.get_by_label("CSV file").set_input_files(chosen)
    page.get_by_role("button", name="Look at it first").click()
    rows = page.get_by_role("region", name="Rows").get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.filter(has_text="nog eens")).to_contain_text("The same person as in row 2.")
    page.get_by_label("Leave out what nobody can decide").check()
    page.get_by_role("button", name="Take 1 row in").click()
    expect(page.get_by_role("status").first).to_contain_text(alone("1 new"))
    page.get_by_role("link", name="Zoë Büchner").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoë Büchner")
    first = page.url
    _, other = place.store.read(line_and_person)
    page.goto(f"/people/{other}")
    name = page.get_by_role("heading", level=1).inner_text().lstrip("~")
    page.goto(first)
    page.get_by_label("Find the other contact").fill(name)
    while following.catch_up(place.store):
        pass
    page.locator("#same").get_by_role("button", name="Search").click()
    page.get_by_role("button", name=f"Join {name}").click()
    expect(page.locator(".undo")).to_contain_text(f"Joined with {name}")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".undo")).to_have_count(0)


def test_a_file_of_the_night_is_taken_in_once_somebody_looked(
    open_page: OpenPage, place: Place
) -> None:
    """A folder is chosen, never written; the first file waits; each row has its verdict."""
    base = place.services.import_folder
    assert base is not None
    leave_file(base)
    watcher = ImportWatcher(place.store, place.services.gate, base)
    page = open_page("/people/import", name="Marit Hoekstra")
    page.get_by_role("link", name="Watched folders and what came in them").click()
    page.get_by_label("Folder", exact=True).select_option(FOLDER)
    page.get_by_label("New people belong to").select_option("Utrecht")
    page.get_by_role("button", name="Watch it", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Saved")
    watcher.catch_up()
    page.reload()
    files = page.get_by_role("region", name="Files")
    expect(files).to_contain_text("Say first what its columns are.")
    files.get_by_role("link", name="nacht.csv").click()
    page.get_by_label("Uurloon").select_option("Own field")
    page.get_by_role("button", name="Take 2 rows in").click()
    expect(page.get_by_text("is taken in")).to_be_visible()
    watcher.catch_up()
    page.reload()
    rows = page.get_by_role("region", name="Rows").get_by_role("row")
    expect(rows).to_have_count(4)
    expect(rows.filter(has_text="cannot be taken in")).to_contain_text("no telephone number")
    page.get_by_role("link", name="Zoë de Wit").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zoë de Wit")
