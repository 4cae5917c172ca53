"""Rows of the list as they change: only they come, each to its place, and nothing jumps."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, Place
from tests.e2e.listening import live

NORA, NUMBER = "Nora Yilmaz", "+31612345630"
_SHIFTS = """() => {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) if (!each.hadRecentInput) shifts.push(each.value);
  }).observe({ type: "layout-shift", buffered: false });
}"""
SEEN_AS_ONE = 0.01
"""Less than this is no shift that anybody sees: good is said to be 0.1."""


def first(page: Page, text: str) -> None:
    expect(page.locator("#list a.row").first).to_contain_text(text)


def shifted(page: Page) -> float:
    """The sum since they are watched, once all that moves has arrived."""
    page.wait_for_function("() => document.getAnimations().length === 0")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return float(page.evaluate("() => shifts.reduce((sum, each) => sum + each, 0)"))


def write(place: Place, name: str, number: str, text: str) -> None:
    place.desk.receive("Utrecht", name, number, text)


@contextmanager
def hanging(place: Place) -> Iterator[None]:
    """Balie is there and answers nothing, as one whose disk hangs."""
    hangs, ends = threading.Event(), threading.Event()

    async def hang() -> None:
        hangs.set()
        ends.wait()

    waiting = asyncio.run_coroutine_threadsafe(hang(), place.web.loop)
    hangs.wait()
    yield
    ends.set()
    waiting.result()


def test_a_message_brings_its_row_and_no_list(open_page: OpenPage, place: Place) -> None:
    """The row comes with the stream, the counts with it; the page asks for nothing."""
    page = open_page()
    live(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    write(place, NORA, NUMBER, "Hoi, is er werk?")
    first(page, NORA)
    expect(page).to_have_title("(5) Balie")
    write(place, "Fatima El Idrissi", "+31612345611", "Ik heb de bus gemist")
    first(page, "Ik heb de bus gemist")
    expect(page.locator("#list a.row", has_text=NORA)).to_have_count(1)
    assert [url for url in asked if "/list" in url] == []


def test_a_row_that_came_alone_is_as_any_other(open_page: OpenPage, place: Place) -> None:
    """It opens its conversation, and a list of one number keeps to that number."""
    page = open_page("/inbox/unread")
    live(page)
    write(place, NORA, NUMBER, "Hoi, is er werk?")
    page.locator("#list a.row", has_text=NORA).click()
    expect(page.locator("#thread-title")).to_have_text(NORA)
    expect(page).to_have_url(re.compile("view=unread"))
    expect(page.locator("#list a.row", has_text=NORA)).to_have_count(0)


def test_a_saved_view_follows_what_happens(open_page: OpenPage, place: Place) -> None:
    """Balie alone knows what belongs in it, so the page asks for its list anew."""
    page = open_page("/settings/views/new?view=waiting")
    page.get_by_label("Name").fill("Ziek, wacht")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#tabs [aria-current]")).to_have_text("Ziek, wacht")
    live(page)
    write(place, NORA, NUMBER, "Hoi, is er werk?")
    expect(page.locator("#list a.row", has_text=NORA)).to_have_count(1)
    expect(page).to_have_title("(5) Balie")


def test_rows_keep_still_under_the_pointer(open_page: OpenPage, place: Place) -> None:
    """They change where they are; once the pointer has left the list they go to their places."""
    page = open_page()
    live(page)
    below = page.locator("#list a.row").nth(2)
    pointed = below.get_attribute("data-title")
    page.evaluate(_SHIFTS)
    below.hover()
    for number in range(3):
        write(place, f"Werkzoeker {number}", f"+3161234570{number}", "Hoi, is er werk?")
        expect(page).to_have_title(f"({5 + number}) Balie")
    assert page.locator("#list a.row").nth(2).get_attribute("data-title") == pointed
    expect(page.locator("#new-rows")).to_have_text("3 new")
    page.mouse.move(900, 400)
    first(page, "Werkzoeker 2")
    expect(page.locator("#new-rows")).to_be_empty()
    assert shifted(page) < SEEN_AS_ONE


def test_rows_that_move_shift_nothing(open_page: OpenPage, place: Place) -> None:
    """They glide to their place, and what the browser counts as a jump stays nothing."""
    page = open_page()
    live(page)
    page.evaluate(_SHIFTS)
    for number in range(3):
        write(place, f"Werkzoeker {number}", f"+3161234570{number}", "Hoi, is er werk?")
        first(page, f"Werkzoeker {number}")
    write(place, "Fatima El Idrissi", "+31612345611", "Ik heb de bus gemist")
    first(page, "Ik heb de bus gemist")
    assert shifted(page) < SEEN_AS_ONE


def test_a_server_that_hangs_is_said_within_five_seconds(open_page: OpenPage, place: Place) -> None:
    """By the page's own clock; when it goes on, the page says nothing any more."""
    page = open_page("/settings")
    page.clock.install()
    page.goto("/")
    live(page)
    with hanging(place):
        page.clock.run_for(5_500)
        expect(page.locator("#offline")).to_be_visible()
    page.clock.resume()
    expect(page.locator("#offline")).to_be_hidden()
