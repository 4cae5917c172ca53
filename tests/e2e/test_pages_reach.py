"""The inbox for everybody: by keyboard, by screen reader, on a small screen, in both colours."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import NARROW, WIDE, Look, OpenPage, Place
from tests.e2e.held import hold
from tests.e2e.listening import live

FATIMA = "Fatima El Idrissi"


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def test_everything_goes_by_keyboard(open_page: OpenPage) -> None:
    """Arrows and j, k walk the list; Enter opens; Enter sends and Shift+Enter breaks the line."""
    page = live(open_page())
    page.keyboard.press("ArrowDown")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert FATIMA in focused(page)
    page.keyboard.press("Enter")
    expect(page.locator("#thread-title")).to_have_text(FATIMA)
    page.keyboard.press("Alt+l")
    expect(page.locator("#text")).to_be_focused()
    page.keyboard.type("een")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("twee")
    page.keyboard.press("Enter")
    expect(page.locator("#messages li.out .text").last).to_have_text("een\ntwee")
    expect(page.locator("#list a.row").first).to_contain_text(FATIMA)
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+j")
    expect(page.locator("#thread-title")).not_to_have_text(FATIMA)
    page.keyboard.press("Alt+k")
    expect(page.locator("#thread-title")).to_have_text(FATIMA)


def test_the_last_chosen_conversation_is_the_one_that_opens(open_page: OpenPage) -> None:
    """Fast keys count from the last choice, and a late answer changes nothing."""
    page = live(open_page())
    rows = page.locator("#list a.row")
    first, second, third = [rows.nth(at).get_attribute("data-title") or "" for at in range(3)]
    rows.first.click()
    expect(page.locator("#thread-title")).to_have_text(first)
    held = hold(page, "**/c/*")
    with page.expect_request("**/c/*"):
        page.keyboard.press("Alt+j")
    page.keyboard.press("Alt+j")
    expect(page.locator("#thread-title")).to_have_text(third)
    held.pop().continue_()
    page.keyboard.press("Alt+k")
    expect(page.locator("#thread-title")).to_have_text(second)


def test_enter_does_not_send_while_an_input_method_composes(open_page: OpenPage) -> None:
    """The Enter that accepts a composed word belongs to the input method."""
    page = live(open_page())
    page.locator("#list a.row", has_text=FATIMA).click()
    page.locator("#text").fill("にほ")
    page.locator("#text").evaluate(
        "field => field.dispatchEvent(new KeyboardEvent('keydown',"
        " {key: 'Enter', isComposing: true, bubbles: true}))"
    )
    expect(page.locator("#text")).to_have_value("にほ")
    expect(page.locator("#pending li")).to_have_count(0)


def test_a_question_mark_opens_the_help(open_page: OpenPage) -> None:
    """Outside a field it opens the help; inside one it is a question mark."""
    page = live(open_page())
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).to_be_hidden()
    page.locator("#list a.row", has_text=FATIMA).click()
    page.locator("#text").press("?")
    expect(page.locator("#help")).to_be_hidden()
    expect(page.locator("#text")).to_have_value("?")


def test_skip_links_and_landmarks_are_there(open_page: OpenPage) -> None:
    """The first Tab leads past the bar; every region and every control has a name."""
    page = open_page()
    page.locator("#list a.row", has_text=FATIMA).click()
    expect(page.locator("#thread-title")).to_have_text(FATIMA)
    page.reload()
    page.locator("body").press("Tab")
    for name in ("Conversations", "Conversation", "Contact"):
        expect(page.get_by_label(name, exact=True).first).to_be_visible()
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a[href], input:not([type=hidden]), '
        + 'textarea, select')].filter((each) => !each.textContent.trim() && !each.labels?.length
        && !each.getAttribute('aria-label') && !each.title).map((each) => each.outerHTML)"""
    )
    assert nameless == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))


def test_a_small_screen_shows_one_pane_and_the_way_back(open_page: OpenPage) -> None:
    """At 360 px: the list, then the thread, then the contact, and nothing wider than the screen."""
    page = open_page(look=NARROW)
    expect(page.locator("#thread-pane")).to_be_hidden()
    page.locator("#list a.row", has_text=FATIMA).click()
    expect(page.locator("#list-pane")).to_be_hidden()
    expect(page.locator("#messages li.line", has_text="waar meld ik me")).to_be_in_viewport()
    page.locator("#contact-button").click()
    expect(page.get_by_label("Personnel number")).to_be_visible()
    page.locator("#contact-close").click()
    expect(page.locator("#text")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#list-pane")).to_be_visible()
    expect(page.locator("#thread-pane")).to_be_hidden()


@pytest.mark.parametrize("address", ["/", "/new", "/devices", "/settings"])
def test_no_page_is_wider_than_the_screen(open_page: OpenPage, address: str) -> None:
    """No page scrolls sideways, on a wide screen or on a narrow one."""
    for look in (WIDE, NARROW):
        page = open_page(address, look=look)
        assert page.evaluate("document.documentElement.scrollWidth") <= look.width


def test_enter_makes_a_line_on_a_touch_screen(open_page: OpenPage) -> None:
    """On a touch keyboard Enter makes a new line; the button sends."""
    page = open_page(look=NARROW)
    page.locator("#list a.row", has_text=FATIMA).click()
    page.locator("#text").fill("regel")
    page.locator("#text").press("Enter")
    expect(page.locator("#text")).to_have_value("regel\n")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#messages li.out .text").last).to_have_text("regel")


_CONTRASTS = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((part) => part / 255)
    .map((part) => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
    .reduce((sum, part, at) => sum + part * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (each) => {
    for (let at = each; at; at = at.parentElement) {
      const colour = rgb(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return rgb('white');
  };
  const poor = [];
  for (const each of document.querySelectorAll('body *')) {
    const own = [...each.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !each.checkVisibility()) continue;
    if (each.closest('.visually-hidden, .skip, option')) continue;
    const [a, b] = [light(rgb(getComputedStyle(each).color)), light(ground(each))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${ratio.toFixed(2)} ${each.className} ${each.textContent.trim()}`);
  }
  return poor;
}"""


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("address", ["/c/{}", "/devices", "/settings", "/new"])
def test_text_stands_out(open_page: OpenPage, place: Place, address: str, *, dark: bool) -> None:
    """All text has the contrast that WCAG AA asks for, in light and in dark."""
    kees = place.desk.filled.conversations["Kees Verhoeven"]
    page = open_page(address.format(kees), look=Look(dark=dark))
    expect(page.locator("h1, h2").first).to_be_visible()
    assert page.evaluate(_CONTRASTS) == []


@pytest.mark.parametrize("address", ["/login", "/setup"])
@pytest.mark.parametrize("dark", [False, True])
def test_the_door_stands_out_too(guest_page: OpenPage, address: str, *, dark: bool) -> None:
    """The same for the pages before the log-in."""
    page = guest_page(address, look=Look(dark=dark))
    assert page.evaluate(_CONTRASTS) == []


@pytest.mark.parametrize("system_dark", [False, True])
@pytest.mark.parametrize("theme", ["", "light", "dark"])
def test_an_older_browser_is_light_and_dark_too(
    guest_page: OpenPage, *, system_dark: bool, theme: str
) -> None:
    """A browser of 2023 knows no light-dark(): it shows the same colours as a newer one."""
    page = guest_page("/setup", look=Look(dark=system_dark))
    page.emulate_media(reduced_motion="reduce")  # or the button's colour would still be changing
    newer = _painted(page, theme)

    def as_if_older(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace("light-dark(", "unknown("))

    page.route("**/sheets/house.css*", as_if_older)
    page.reload()
    assert _painted(page, theme) == newer


def _painted(page: Page, theme: str) -> list[list[int]]:
    """The colours of the page's background, its text and its first button, as drawn."""
    page.evaluate("theme => { document.documentElement.dataset.theme = theme; }", theme)
    painted: list[list[int]] = page.evaluate(_PAINTED)
    return painted


_PAINTED = """() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const [body, button] = ['body', 'button'].map((each) => document.querySelector(each));
  return [getComputedStyle(body).backgroundColor, getComputedStyle(body).color,
    getComputedStyle(button).backgroundColor].map(rgb);
}"""


def test_nothing_is_blocked_by_the_policy(open_page: OpenPage) -> None:
    """A walk through the pages breaks no rule of their content policy and no script."""
    page = open_page("/login")
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto("/")
    page.locator("#list a.row", has_text=FATIMA).click()
    expect(page.locator("#thread-title")).to_have_text(FATIMA)
    page.locator("#new-button").click()
    expect(page.locator("#new")).to_be_visible()
    page.goto("/devices")
    expect(page.locator(".device")).to_be_visible()
    assert complaints == []
