"""People in a browser: an ugly file is taken in, and two contacts are joined and parted again."""

from playwright.sync_api import FilePayload, expect

from appliance.desk.search import following
from tests.e2e.conftest import OpenPage, Place
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
    expect(page.get_by_role("status").first).to_contain_text("1 new")
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
