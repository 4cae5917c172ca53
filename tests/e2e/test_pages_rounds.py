"""A round in the browser: from the first message until its seats are taken, and one taken back."""

import os
import re

from playwright.sync_api import Page, expect

from tests.e2e.alone import alone
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.listening import live
from tests.e2e.rounded import LIST, gather, leave, says

A_ROW_MOVES = 0.001
"""What the browser counts at least when a row of the board goes elsewhere."""
_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) if (!each.hadRecentInput) window.shifted += each.value;
}).observe({type: "layout-shift", buffered: true});
"""


def row(page: Page, name: str) -> str:
    """How somebody stands on the board."""
    return page.locator(".round-people > li", has_text=name).locator(".round-stands").inner_text()


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png")


def started(page: Page) -> None:
    """Filled in, looked at, and begun."""
    page.get_by_label("Seats", exact=True).fill("2")
    page.get_by_label("List", exact=True).select_option(LIST)
    page.get_by_label("What you ask", exact=True).fill(
        "Hoi {voornaam}, kun je morgen van 7 tot 15 werken?"
    )
    page.get_by_role("button", name="See who can be asked").click()
    preview = page.locator("#preview")
    expect(preview).to_contain_text(alone("4 people can be asked"))
    expect(preview).to_contain_text("Hoi Adam, kun je morgen van 7 tot 15 werken?")
    shot(page, "round-preview")
    preview.get_by_role("button", name="Start the round").click()
    page.wait_for_url(re.compile(r"/rounds/[0-9a-f-]{36}$"))


def test_a_round_is_filled_while_a_planner_looks_on(open_page: OpenPage, place: Place) -> None:
    """Plain answers fill it by themselves, the board follows without moving anything, a person
    decides the one that is not plain, and a seat that is taken back goes to the reserve.
    """
    gather(place)
    page = open_page("/rounds/new")
    started(page)
    live(page)
    score, unclear = page.locator(".round-score"), page.locator(".round-unclear")
    leave(place)
    expect(page.locator(".round-people > li")).to_have_count(4)
    expect(page.locator(".round-when", has_text="asked")).to_have_count(4)
    page.evaluate(_SHIFTS)
    says(place, "Adam Nowak", "Ja hoor 👍")
    expect(score).to_contain_text(alone("1 of 2"))
    says(place, "Bilal Haddad", "Hoe laat precies?")
    expect(unclear).to_contain_text("Hoe laat precies?")
    shot(page, "round-board")
    assert page.evaluate("window.shifted") < A_ROW_MOVES
    unclear.get_by_role("button", name="Yes").click()
    expect(score).to_contain_text(alone("2 of 2"))
    expect(score).to_contain_text("Filled")
    expect(unclear).to_contain_text("Nothing to decide.")
    says(place, "Chiara Bos", "evet")
    expect(page.locator(".is-reserve")).to_contain_text("Chiara Bos")
    says(place, "Deniz Kaya", "nee")
    expect(page.locator(".is-no")).to_contain_text("Deniz Kaya")
    adam = page.locator(".round-people > li", has_text="Adam Nowak")
    adam.locator("summary").click()
    shot(page, "round-take-back")
    adam.get_by_role("button", name="Take the seat back").click()
    expect(adam).to_have_class("is-no")
    assert row(page, "Chiara Bos") == "Yes"
    expect(score).to_contain_text(alone("2 of 2"))
    page.get_by_role("link", name="Bilal Haddad").click()
    page.locator("#messages").get_by_role("link", name="Round").first.click()
    page.wait_for_url(re.compile(r"/rounds/"))
    assert place.count("SELECT count(*) FROM round_person WHERE state = 'yes'") == 2
