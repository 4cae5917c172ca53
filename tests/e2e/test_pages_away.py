"""A page without Balie behind it: it says so, keeps what is typed, and catches up afterwards."""

import contextlib

from playwright.sync_api import Error, Page, expect

from tests.e2e.conftest import OpenPage, Place
from tests.e2e.held import hangs, hold
from tests.e2e.listening import live
from tests.e2e.writing import FATIMA, SENT, opened, write
from tests.running_demo import eventually

SAID_MS = 5000
ANSWER_MS = 60000
AGAIN_MS = 2500
"""After it a page without a stream has asked for one, and one that has a stream is not silent."""


def timed(page: Page) -> Page:
    """A page whose clock the test moves on."""
    page.clock.install()
    page.reload()
    return opened(page, FATIMA)


def test_a_server_that_hangs_is_said_and_nothing_is_lost(open_page: OpenPage, place: Place) -> None:
    """It takes connections and answers nothing. It is said within five seconds; what is sent then
    goes by itself afterwards, once; and what came meanwhile is fetched.
    """
    page = timed(open_page())
    with hangs(place.web):
        page.clock.run_for(SAID_MS)
        expect(page.locator("#offline")).to_contain_text("No connection")
        write(page, "Tot straks op het station")
        page.locator("#text").fill("Nog niet af")
        page.clock.run_for(ANSWER_MS)
        pending = page.locator("#pending li", has_text="station")
        expect(pending).to_contain_text("It goes by itself once Balie answers.")
        place.desk.receive("Utrecht", FATIMA, "+31612345611", "Bent u er nog?")
        place.desk.receive("Utrecht", "Nora Yilmaz", "+31612345630", "Hoi, is er werk?")
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator("#messages li.line", has_text="station")).to_have_count(1)
    expect(page.locator("#messages li.line", has_text="Bent u er nog?")).to_have_count(1)
    expect(page.locator("#list a.row", has_text="Nora Yilmaz")).to_be_visible()
    expect(page.locator("#pending li")).to_have_count(0)
    expect(page.locator("#text")).to_have_value("Nog niet af")
    assert place.count(SENT.format("Tot straks op het station")) == 1


def test_a_stream_that_begins_late_stays(open_page: OpenPage, place: Place) -> None:
    """Balie did not answer while the page was loaded; afterwards one stream goes on, and what is
    asked for beside it is answered.
    """
    page = live(open_page())
    page.clock.install()
    held = hold(page, "**/live?*")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    eventually(lambda: page.title() and held, "the stream is asked for")
    page.clock.run_for(SAID_MS)
    expect(page.locator("#offline")).to_contain_text("No connection")
    held.pop().continue_()
    live(page)
    place.desk.receive("Utrecht", "Nora Yilmaz", "+31612345630", "Hoi, is er werk?")
    expect(page.locator("#list a.row", has_text="Nora Yilmaz")).to_be_visible()
    page.clock.run_for(AGAIN_MS)
    assert len([each for each in asked if "/live?" in each]) == 1


def test_what_is_typed_outlives_a_reload_without_connection(open_page: OpenPage) -> None:
    """What Balie has not taken waits in the browser, and is there when the page can be loaded."""
    page = opened(open_page(), FATIMA)
    page.context.set_offline(True)
    page.locator("#text").fill("Ik zoek het even op")
    with contextlib.suppress(Error):
        page.reload()
    page.context.set_offline(False)
    page.goto("/inbox/all")
    opened(page, FATIMA)
    live(page)
    expect(page.locator("#text")).to_have_value("Ik zoek het even op")
