"""Many pages of one browser: they share one stream, and none of them misses an event."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import PATIENCE_MS, OpenPage, Place
from tests.e2e.listening import live
from tests.running_demo import eventually

PAGES = 10
"""All visible, as windows beside each other; HTTP/1.1 has six connections for them."""


def row_of(page: Page, name: str) -> None:
    expect(page.locator("#list a.row", has_text=name)).to_be_visible(timeout=PATIENCE_MS)


def streams(place: Place) -> int:
    return place.services.feed._followers


def one_stream(place: Place) -> None:
    eventually(lambda: streams(place) == 1, "one stream is open")


@pytest.fixture
def windows(open_page: OpenPage, place: Place) -> list[Page]:
    first = open_page()
    opened = [first, *(first.context.new_page() for _ in range(PAGES - 1))]
    for page in opened[1:]:
        page.goto(place.url)
    for page in opened:
        live(page)
    return opened


def test_ten_pages_of_one_browser_are_all_live(windows: list[Page], place: Place) -> None:
    """Each loads, shows new messages, and answers its reader; they share one stream."""
    one_stream(place)
    place.desk.receive("Utrecht", "Nora Yilmaz", "+31612345630", "Hoi, is er werk?")
    for page in windows:
        row_of(page, "Nora Yilmaz")
    windows[-1].locator("#list a.row", has_text="Nora Yilmaz").click()
    expect(windows[-1].locator("#thread-title")).to_have_text("Nora Yilmaz")
    assert streams(place) == 1


def test_another_page_goes_on_with_the_stream(windows: list[Page], place: Place) -> None:
    """Pages close one by one, also the one that holds the stream; no event in between is lost."""
    for number in range(PAGES - 1):
        windows[number].close()
        name = f"Werkzoeker {number}"
        place.desk.receive("Utrecht", name, f"+3161234570{number}", "Hoi, is er werk?")
        for page in windows[number + 1 :]:
            row_of(page, name)
    one_stream(place)


def test_a_page_that_is_opened_during_a_message_has_it(windows: list[Page], place: Place) -> None:
    """A page asks for the hints between its drawing and its first contact with the other pages."""
    late = windows[0].context.new_page()

    def meanwhile(route: Route) -> None:
        _writes(place)
        route.continue_()

    late.route("**/static/tabs.js*", meanwhile)
    late.goto(place.url)
    row_of(late, "Nora Yilmaz")


def _writes(place: Place) -> None:
    place.desk.receive("Utrecht", "Nora Yilmaz", "+31612345630", "Hoi, is er werk?")


def test_who_takes_the_stream_over_says_how_far_it_has_heard(
    open_page: OpenPage, place: Place
) -> None:
    """The stream resumes after the last hint that this page had, whichever page passed it on."""
    first = open_page()
    second = first.context.new_page()
    second.goto(place.url)
    for page in (first, second):
        live(page)
    one_stream(place)
    _writes(place)
    row_of(second, "Nora Yilmaz")
    heard = second.locator("#live").get_attribute("data-at")
    with second.expect_request("**/live?*") as asked:
        first.close()
    assert asked.value.all_headers()["last-event-id"] == heard


@pytest.mark.parametrize("times", [1, 2])
def test_a_stream_that_could_not_begin_is_asked_for_again(
    open_page: OpenPage, place: Place, times: int
) -> None:
    """As when Balie restarts while the page loads; each try requests one stream."""
    page = live(open_page())

    def fail(route: Route) -> None:
        route.abort()

    page.route("**/live?*", fail, times=times)
    page.reload()
    live(page)
    place.desk.receive("Utrecht", "Nora Yilmaz", "+31612345630", "Hoi, is er werk?")
    row_of(page, "Nora Yilmaz")
    one_stream(place)
