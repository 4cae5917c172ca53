"""A new conversation: whom it is to is found by name, its text behind a slash; it can be undone."""

from playwright.sync_api import expect

from appliance.desk.search import following
from appliance.desk.texts import canned_texts
from appliance.desk.texts.canned_texts import TextAuthor, TextWords
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.test_pages_inbox import bubble


def test_a_conversation_begins_by_the_keys_and_is_taken_back(
    open_page: OpenPage, place: Place
) -> None:
    """The verdict stands there before Send; what was taken back is in the field again."""
    words = TextWords(shortcut="loon", title="Loon", variants=["Hoi {voornaam}, het loon komt."])
    place.store.write(lambda tx: canned_texts.add(tx, words, TextAuthor()))
    while following.catch_up(place.store):
        pass
    page = open_page()
    page.locator("#new-button").click()
    field = page.get_by_label("To number or name")
    expect(field).to_be_focused()
    expect(page.locator("#new [name=undo]")).to_have_value("1")
    field.press_sequentially("fatima")
    expect(page.locator("#to-people [aria-selected=true]")).to_contain_text("Fatima El Idrissi")
    field.press("Enter")
    expect(page.locator("#new-verdict .fate")).to_contain_text("as WhatsApp")
    expect(page.locator("#new-verdict")).to_contain_text("Fatima El Idrissi")
    text = page.locator("#new-text")
    expect(text).to_be_focused()
    text.press_sequentially("/lo")
    expect(page.locator("#text-choices [role=option]")).to_have_count(1)
    text.press("Enter")
    expect(text).to_have_value("Hoi Fatima, het loon komt.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#thread-title")).to_have_text("Fatima El Idrissi")
    page.locator("#undo-button").click()
    expect(page.locator("#text")).to_have_value("Hoi Fatima, het loon komt.")
    expect(bubble(page, "Hoi Fatima, het loon komt.")).to_have_attribute("data-state", "cancelled")
