"""A text of the office behind a slash: found, asked for what is missing, sent by a person only."""

from playwright.sync_api import expect

from appliance.desk.texts import canned_texts
from appliance.desk.texts.canned_texts import TextAuthor, TextWords
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.test_pages_inbox import bubble, row


def test_a_slash_puts_a_text_into_the_message(open_page: OpenPage, place: Place) -> None:
    """Whoever thinks better of it keeps what was typed."""
    words = TextWords(
        shortcut="loon",
        title="Wanneer komt het loon?",
        variants=["Hoi {voornaam}, je loon komt {dag}.", "Dag {voornaam}, {dag} is het er."],
    )
    place.store.write(lambda tx: canned_texts.add(tx, words, TextAuthor()))
    page = open_page()
    row(page, "Fatima El Idrissi").click()
    field = page.locator("#text")
    field.press_sequentially("Eerst dit. /lo")
    expect(page.locator("#text-choices [role=option]")).to_have_count(1)
    field.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("input")).to_be_focused()
    page.keyboard.press("Escape")
    expect(field).to_have_value("Eerst dit. /lo")
    field.press("End")
    field.press_sequentially("o")
    expect(page.locator("#text-choices [role=option]")).to_be_visible()
    field.press("Enter")
    dialog.get_by_label("What is to stand for {dag}?").fill("vrijdag")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Eerst dit. Dag Fatima, vrijdag is het er.")
    expect(field).to_be_focused()
    field.press("Enter")
    expect(bubble(page, "Eerst dit. Dag Fatima, vrijdag is het er.")).to_have_count(1)
    expect(field).to_have_value("")
