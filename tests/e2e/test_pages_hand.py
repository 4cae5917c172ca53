"""The inbox in the hand: what somebody does by habit keeps their place and their words."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import NARROW, WIDE, Look, OpenPage, Place
from tests.e2e.filled import MINUTE_MS


def live(page: Page) -> Page:
    page.locator("#live[data-connected]").wait_for(state="attached")
    return page


def many(place: Place) -> None:
    """More conversations than a screen has room for; each has something unread."""
    for number in range(30):
        place.desk.receive(
            "Utrecht",
            f"Werkzoeker {number:02}",
            f"+316123458{number:02}",
            "Hoi, is er werk?",
            ago_ms=(100 + number) * MINUTE_MS,
        )


_STRAY = """() => [...document.querySelectorAll("body, body *")].filter((each) => {
  const { overflowX, overflowY, position } = getComputedStyle(each);
  const scrolls = [overflowX, overflowY].some((how) => ["auto", "scroll"].includes(how));
  return scrolls && position === "static" && each.querySelector(".visually-hidden");
}).map((each) => each.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("look", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_search_in_the_page_moves_no_page_away(
    open_page: OpenPage, place: Place, look: Look
) -> None:
    """Ctrl+F shows what it finds, here words for a screen reader at the end of the list: the list
    goes there, the bar stays.
    """
    many(place)
    page = open_page(look=look)
    page.locator("#list a.row").last.wait_for()
    page.locator("#list .visually-hidden").last.evaluate("found => found.scrollIntoView()")
    assert page.evaluate("document.scrollingElement.scrollTop + document.body.scrollTop") == 0
    expect(page.locator(".bar")).to_be_in_viewport()
    assert page.evaluate("document.getElementById('list').scrollTop") > 0


@pytest.mark.parametrize("address", ["/c/{}", "/new", "/devices", "/settings"])
def test_what_scrolls_holds_what_is_in_it(open_page: OpenPage, place: Place, address: str) -> None:
    """No word that only a screen reader meets lies outside the box in which its line scrolls."""
    kees = place.desk.filled.conversations["Kees Verhoeven"]
    page = open_page(address.format(kees), name="Marit Hoekstra")
    assert page.evaluate(_STRAY) == []
