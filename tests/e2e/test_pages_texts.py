"""A text of the office behind a slash, and a model's proposal: found, asked for what is missing,
sent by a person only.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from appliance.desk.texts import canned_texts
from appliance.desk.texts.canned_texts import TextAuthor, TextWords
from appliance.store import branch_settings, branches
from appliance.store.store import Tx
from tests.e2e.conftest import NARROW, OpenPage, Place
from tests.e2e.test_pages_axe import MODES, looked_at, put
from tests.e2e.test_pages_inbox import bubble, row
from tests.language_model import asking, proposing
from tests.webhook_receiver import Receiver, receiving


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


@pytest.fixture
def model(place: Place) -> Iterator[Receiver]:
    """A language model that every branch has chosen."""

    def choose(tx: Tx) -> None:
        for each in branches.branches(tx.conn):
            branch_settings.change(tx, each.id, {"model_suggests": True}, by="staff:test")

    place.store.write(choose)
    with receiving() as server:
        server.says = proposing("Hoi {voornaam}, die krijg je van ons. Je meldt je bij {plek}.")
        services = replace(place.services, suggester=asking(server)(place.store))
        with place.web.serving(services):
            yield server


def test_a_proposal_says_whose_it_is_and_a_click_puts_it_into_the_box(
    model: Receiver, open_page: OpenPage, place: Place
) -> None:
    """On a phone, too; nothing leaves before a person sends it."""
    messages = place.count("SELECT count(*) FROM message")
    page = open_page()
    row(page, "Fatima El Idrissi").click()
    suggestions, field = page.locator("#suggestions"), page.locator("#text")
    expect(suggestions).to_contain_text("Suggested by llama3.2 at 127.0.0.1")
    expect(field).to_have_value("")
    suggestions.get_by_role("button", name="Hoi Fatima, die krijg je").click()
    page.get_by_label("What is to stand for {plek}?").fill("Janna")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Hoi Fatima, die krijg je van ons. Je meldt je bij Janna.")
    narrow = open_page(page.url, look=NARROW)
    expect(narrow.locator("#suggestions")).to_contain_text("Suggested by llama3.2")
    assert narrow.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert place.count("SELECT count(*) FROM message") == messages
    assert len(model.got) == 1


def test_axe_finds_nothing_where_a_model_proposes(model: Receiver, open_page: OpenPage) -> None:
    page = open_page()
    row(page, "Fatima El Idrissi").click()
    expect(page.locator("#suggestions .suggestion")).to_contain_text(["Hoi Fatima"])
    assert list(looked_at(page, page.url)) == []
    put(page, MODES["200 % text"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
