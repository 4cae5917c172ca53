"""A file in the composer of a real browser: attached, checked, sent, stopped."""

import os
import time

from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NARROW, OpenPage, Place
from tests.e2e.held import hold
from tests.e2e.writing import FATIMA, opened
from tests.media import samples

NAME = "rooster week 9 van de nachtploeg in de loods.pdf"
SENT = (
    "SELECT count(*) FROM message_media f JOIN message m ON m.id = f.message_id WHERE m.text = '{}'"
)


def choose(page: Page, content: bytes, name: str = NAME, kind: str = "application/pdf") -> None:
    page.locator("#file").set_input_files({"name": name, "mimeType": kind, "buffer": content})


def test_files_are_attached_with_words_and_sent_once(open_page: OpenPage, place: Place) -> None:
    """They wait in their own conversation, stand at once, and are no draft any more afterwards."""
    page = opened(open_page(look=NARROW), FATIMA)
    choose(page, b"x" * (17 * 1024 * 1024), "foto.jpg", "image/jpeg")
    expect(page.locator("#attach-note")).to_contain_text("at most 16 MB")
    expect(page.locator("#attached")).to_be_hidden()
    choose(page, samples.PDF)
    choose(page, samples.photo(), "helm.jpg", "image/jpeg")
    choose(page, samples.photo(), "mis.jpg", "image/jpeg")
    page.get_by_role("button", name="Remove the file mis.jpg").click()
    expect(page.locator("#attached li")).to_contain_text(["rooster week 9", "helm.jpg"])
    expect(page.locator("#attach-note")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW.width
    taken_back(page)
    page.locator("#text").fill("Je rooster")
    held = hold(page, "**/files")
    with page.expect_request("**/files"):
        page.get_by_role("button", name="Send", exact=True).click()
    pending = page.locator("#pending li")
    expect(pending).to_contain_text("rooster week 9")
    expect(page.locator("#attached")).to_be_hidden()
    held.pop().continue_()
    mine = page.locator("#messages li.line", has_text="Je rooster")
    expect(mine.get_by_role("link", name="rooster week 9")).to_be_visible()
    expect(mine.get_by_role("img")).to_have_count(1)
    expect(pending).to_have_count(0)
    assert place.count(SENT.format("Je rooster")) == 2
    stopped_and_refused(page)
    assert place.count(SENT.format("Toch niet")) == 0


def taken_back(page: Page) -> None:
    """In the five seconds after it: words and files stand in the composer again."""
    page.locator("#text").fill("Verkeerd rooster")
    page.clock.install()
    page.clock.pause_at(time.time() + 2)  # the five seconds last until the button is pressed
    page.get_by_role("button", name="Send", exact=True).click()
    page.get_by_role("button", name="Undo", exact=True).click()
    page.clock.resume()
    expect(page.locator("#text")).to_have_value("Verkeerd rooster")
    expect(page.locator("#attached li")).to_contain_text(["rooster week 9", "helm.jpg"])
    sent = page.locator("#messages li.line", has_text="Verkeerd rooster")
    expect(sent).to_have_attribute("data-state", "cancelled")


def stopped_and_refused(page: Page) -> None:
    """Either way the words and the file come back into the composer, which says why."""
    choose(page, samples.PDF)
    page.locator("#text").fill("Toch niet")
    held = hold(page, "**/files")
    page.get_by_role("button", name="Send", exact=True).click()
    page.locator("#pending").get_by_role("button", name="Cancel").click()
    expect(page.locator("#text")).to_have_value("Toch niet")
    expect(page.locator("#attached")).to_contain_text("rooster week 9")
    assert len(held) == 1
    page.get_by_role("button", name="Remove the file").click()
    choose(page, b"MZ a program", "setup.exe", "")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#composer-note")).to_contain_text("This file cannot be sent")
    expect(page.locator("#attached")).to_contain_text("setup.exe")


def test_a_note_takes_files_that_the_message_does_not_get(
    open_page: OpenPage, place: Place
) -> None:
    """Chosen in note mode they stand at the note alone, and in the thread for colleagues."""
    page = opened(open_page(), FATIMA)
    before = place.count("SELECT count(*) FROM message")
    page.get_by_role("tab", name="Note").click()
    choose(page, samples.photo(400, 300), "pas.jpg", "image/jpeg")
    expect(page.get_by_role("list", name="Files of the note")).to_contain_text("pas.jpg")
    page.get_by_role("tab", name="Reply").click()
    expect(page.locator("#attached")).to_be_hidden()
    page.get_by_role("tab", name="Note").click()
    page.get_by_role("textbox", name="Note").fill("Haar pas")
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/note-files.png")
    page.get_by_role("textbox", name="Note").press("Enter")
    note = page.get_by_role("listitem", name="note by Sanne de Wit")
    expect(note.get_by_role("img", name="Photo")).to_be_visible()
    expect(page.get_by_role("list", name="Files of the note")).to_be_hidden()
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/note-files-done.png")
    assert place.count("SELECT count(*) FROM message") == before


def test_a_note_whose_answer_was_lost_may_get_a_file(open_page: OpenPage, place: Place) -> None:
    """It is another note then: what is new is not refused because the first was kept."""
    page = opened(open_page(), FATIMA)
    page.get_by_role("tab", name="Note").click()

    def lose(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/notes", lose, times=1)
    page.get_by_role("textbox", name="Note").fill("Haar bewijs")
    with page.expect_event("requestfailed", lambda each: each.url.endswith("/notes")):
        page.get_by_role("textbox", name="Note").press("Enter")
    choose(page, samples.photo(400, 300), "pas.jpg", "image/jpeg")
    page.get_by_role("textbox", name="Note").press("Enter")
    note = page.get_by_role("listitem", name="note by Sanne de Wit").filter(has_text="Haar bewijs")
    expect(note).to_have_count(2)
    expect(note.get_by_role("img", name="Photo")).to_have_count(1)
    assert place.count("SELECT count(*) FROM note WHERE text = 'Haar bewijs'") == 2
