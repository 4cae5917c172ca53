"""The frame of the pages: its weight, its widths, and that nothing in it jumps."""

from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.e2e.carried import CARRIED
from tests.e2e.conftest import NARROW, Look, OpenPage, Place

FATIMA = "Fatima El Idrissi"
MOST_KB, MOST_AGAIN_KB = 120, 15
VISITS = 3
"""What moves in each of them moves by itself; a busy machine may draw one page in parts."""
SEEN_AS_STILL = 0.02
_SHIFTED = """() => new Promise((done) => {
  let sum = 0;
  new PerformanceObserver((list) => {
    for (const each of list.getEntries()) sum += each.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 300);
})"""


def test_a_first_visit_is_light_and_still(open_page: OpenPage, place: Place) -> None:
    """A browser that has nothing of Balie's loads a conversation in 120 kB, asks no other host for
    anything, and shifts nothing that it has drawn.
    """
    page = open_page("/settings")
    hosts: set[str] = set()
    page.context.on("request", lambda asked: hosts.add(urlsplit(asked.url).netloc))
    client = page.context.new_cdp_session(page)
    shifted = []
    for _ in range(VISITS):
        client.send("Network.clearBrowserCache")
        page.goto(f"/c/{place.desk.filled.conversations[FATIMA]}")
        page.wait_for_load_state("load")
        shifted.append(page.evaluate(_SHIFTED))
        if shifted[-1] <= SEEN_AS_STILL:
            break
    assert min(shifted) <= SEEN_AS_STILL, shifted
    carried = page.evaluate(CARRIED)
    assert 20_000 < carried <= MOST_KB * 1000
    assert hosts == {urlsplit(place.url).netloc}
    assert page.evaluate("document.fonts.check('15px Inter', 'Fatima')")


def test_the_next_visit_brings_the_page_and_little_else(open_page: OpenPage, place: Place) -> None:
    page = open_page("/inbox/all")
    page.wait_for_load_state("load")
    other = page.context.new_page()
    other.goto(f"{place.url}/inbox/all")
    other.wait_for_load_state("load")
    brought = "[...performance.getEntriesByType('resource')].filter((each) => each.transferSize)"
    assert other.evaluate(f"{brought}.map((each) => each.name)") == []
    assert 1_000 < other.evaluate(CARRIED) <= MOST_AGAIN_KB * 1000


def test_a_small_screen_has_the_rail_below_and_the_card_as_a_sheet(open_page: OpenPage) -> None:
    """A conversation has the whole screen; its card lies over it, and a tap beside that closes
    it.
    """
    page = open_page(look=NARROW)
    bar = page.locator(".bar").bounding_box()
    assert bar
    assert bar["y"] + bar["height"] == NARROW.height
    page.locator("#list a.row", has_text=FATIMA).click()
    expect(page.locator("#thread-title")).to_have_text(FATIMA)
    expect(page.locator(".bar")).to_be_hidden()
    page.locator("#contact-button").click()
    expect(page.locator("#contact-close")).to_be_focused()
    expect(page.locator("#thread-title")).to_be_visible()
    page.mouse.click(180, 40)
    expect(page.locator("#contact-pane")).to_be_hidden()
    expect(page.locator("#text")).to_be_visible()


def test_on_a_small_screen_the_number_is_a_chip_that_opens_a_sheet(open_page: OpenPage) -> None:
    """It says which number is shown; who chooses another sees its list, with the sheet gone."""
    page = open_page(name="Marit Hoekstra", look=NARROW)
    chip, sheet = page.locator("#number-chip"), page.locator("#lines")
    expect(sheet).to_be_hidden()
    expect(chip).to_contain_text("All numbers")
    chip.press("Enter")
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    chip.tap()
    sheet.get_by_text("Rotterdam").tap()
    expect(sheet).to_be_hidden()
    expect(chip).to_contain_text("Rotterdam")
    expect(page.locator("#list a.row", has_text=FATIMA)).to_have_count(0)


def test_a_wide_screen_has_a_column_for_the_views(open_page: OpenPage) -> None:
    """They stand left of the list there, and above it where there is less room."""
    page = open_page(look=Look(width=1680, height=945))
    views, rows = page.locator("#tabs"), page.locator("#list")

    def lefts() -> list[float]:
        return [each.evaluate("e => e.getBoundingClientRect().left") for each in (views, rows)]

    assert lefts()[0] + 200 < lefts()[1]
    assert page.locator("#list a.row").first.evaluate("e => e.offsetHeight") == 56
    page.set_viewport_size({"width": 1280, "height": 800})
    assert abs(lefts()[0] - lefts()[1]) < 20
