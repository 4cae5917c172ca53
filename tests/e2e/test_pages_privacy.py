"""The privacy officer in a browser: a request is taken, looked at, given out and done. In Dutch."""

import json
import zipfile

from playwright.sync_api import expect

from appliance.desk.search import following
from tests.e2e.conftest import Look, OpenPage, Place

DUTCH = Look(locale="nl-NL", width=360, height=740)


def test_a_request_is_answered_with_the_file(open_page: OpenPage, place: Place) -> None:
    """From the list to the answer; the file leaves without the names of colleagues."""
    place.desk.member("Olga Officier", role="privacy")
    while following.catch_up(place.store):
        pass
    page = open_page("/privacy", name="Olga Officier", look=DUTCH)
    page.get_by_role("link", name="Verzoek aannemen").click()
    page.get_by_label("Zoek de persoon").fill("Fatima")
    page.get_by_role("button", name="Zoeken").first.click()
    page.get_by_role("link", name="Fatima El Idrissi").click()
    page.get_by_label("Inzage").check()
    page.get_by_label("Hoe het is gevraagd").select_option(label="per e-mail")
    page.get_by_role("button", name="Verzoek aannemen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Inzage · Fatima El Idrissi")
    expect(page.get_by_role("button", name="Dossier opslaan")).to_have_count(0)
    page.get_by_label("Hoe we zeker weten wie het vraagt").select_option("number")
    page.get_by_role("button", name="Ik weet het zeker").click()
    page.get_by_role("link", name="Alles bekijken").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dossier van Fatima El Idrissi")
    page.go_back()
    page.get_by_label("Namen van collega's").check()
    with page.expect_download() as saved:
        page.get_by_role("button", name="Dossier opslaan").click()
    with zipfile.ZipFile(saved.value.path()) as package:
        told = json.loads(package.read("dossier.json"))
        assert package.read("dossier.pdf").startswith(b"%PDF")
    assert told["about"]["left_out"] == ["colleagues"]
    assert told["person"]["chosen_name"] == "Fatima El Idrissi"
    page.get_by_role("button", name="Klaar", exact=True).click()
    expect(page.locator(".tag")).to_have_text("Dossier gegeven")
    expect(page.locator(".history")).to_contain_text("Weggelaten: Namen van collega's")
    page.get_by_role("link", name="Verzoeken").first.click()
    expect(page.get_by_text("Niemand wacht op een antwoord.")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= DUTCH.width
