"""A thread as people read it: by ear, by keyboard, from right to left, enlarged, and on paper."""

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from tests.e2e.conftest import NARROW, WIDE, Look, OpenPage, Place
from tests.e2e.test_pages_inbox import FATIMA, bubble, row

SARA = "سارة أحمد"
ARABIC = (
    "مرحبا، هل يوجد عمل يوم الاثنين في المستودع الكبير أو في مكان آخر قريب من البيت؟ شكرا جزيلا لكم"
)
KEES = "Kees Verhoeven"
SEES_FIRST = """(of) => {
  const text = document.createTreeWalker(of, NodeFilter.SHOW_TEXT).nextNode();
  const range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(text, 1);
  const first = range.getBoundingClientRect();
  const box = of.closest(".preview").getBoundingClientRect();
  return first.left >= box.left - 1 && first.right <= box.right + 1;
}"""


def opened(open_page: OpenPage, place: Place, name: str, look: Look = WIDE) -> Page:
    page = open_page(f"/c/{place.desk.filled.conversations[name]}", look=look)
    page.locator("#messages li.line").first.wait_for()
    return page


def enlarge(page: Page) -> None:
    page.evaluate("document.documentElement.style.fontSize = '200%'")


def box(of: Locator) -> FloatRect:
    found = of.bounding_box()
    assert found
    return found


def bottom(of: Locator) -> float:
    return box(of)["y"] + box(of)["height"]


def test_every_incoming_message_says_who_speaks(open_page: OpenPage, place: Place) -> None:
    """Each alone, for who hears it and does not see on which side it stands."""
    page = opened(open_page, place, FATIMA)
    incoming = page.locator("#messages li.line.in")
    assert incoming.count() > 1
    for line in incoming.all():
        assert (line.text_content() or "").split(":")[0].strip() == FATIMA


def test_the_proof_stays_under_the_pointer_and_goes_by_escape(
    open_page: OpenPage, place: Place
) -> None:
    """It can be reached and read; Escape closes it and nothing else (WCAG 1.4.13)."""
    page = opened(open_page, place, SARA)
    mine = bubble(page, "Maandag om 08:00")
    proof = mine.locator(".proof")
    mine.locator(".ticks").hover()
    expect(proof).to_be_visible()
    there = box(proof)
    page.mouse.move(there["x"] + 20, there["y"] + 20, steps=25)
    expect(proof).to_be_visible()
    page.keyboard.press("Escape")
    expect(proof).to_be_hidden()
    expect(page.locator("#thread-title")).to_have_text(SARA)
    mine.locator(".ticks").focus()
    expect(proof).to_be_visible()
    page.keyboard.press("Escape")
    expect(proof).to_be_hidden()
    expect(mine.locator(".ticks")).to_be_focused()
    mine.locator(".ticks").hover()
    expect(proof).to_be_visible()
    page.mouse.move(5, 5)
    page.locator("#text").focus()
    expect(proof).to_be_hidden()


def test_an_arabic_preview_shows_its_beginning(open_page: OpenPage, place: Place) -> None:
    """What does not fit is its end, which is on the left."""
    place.desk.receive("Utrecht", SARA, "+31612345614", ARABIC)
    page = open_page()
    said = row(page, SARA).locator(".preview [dir]")
    expect(said).to_have_text(ARABIC)
    assert said.evaluate(SEES_FIRST)
    dutch = row(page, KEES).locator(".preview [dir]")
    assert dutch.evaluate(SEES_FIRST)


def test_paper_has_this_conversation_alone(open_page: OpenPage, place: Place) -> None:
    """All of it that is loaded, without the names of others and without what one clicks on."""
    for number in range(60):
        place.desk.receive("Utrecht", SARA, "+31612345614", f"Bericht {number}.")
    page = opened(open_page, place, SARA)
    page.emulate_media(media="print")
    scroller = page.locator("#scroller")
    assert scroller.evaluate("e => e.scrollHeight <= e.clientHeight")
    assert page.evaluate("document.body.scrollHeight > 2 * innerHeight")
    shown = page.locator("body").inner_text()
    assert SARA in shown
    assert all(f"Bericht {number}." in shown for number in range(60))
    for others in (FATIMA, KEES, "Settings", "Sanne de Wit\n"):
        assert others not in shown
    expect(page.locator("#composer")).to_be_hidden()
    expect(page.locator("#contact-pane")).to_be_hidden()


@pytest.mark.parametrize("look", [WIDE, NARROW], ids=["wide", "narrow"])
def test_letters_of_twice_the_size_are_all_there(
    open_page: OpenPage, place: Place, look: Look
) -> None:
    """No count is cut off, and what floats above the thread stays off the composer."""
    for number in range(30):
        place.desk.receive("Utrecht", KEES, "+31612345616", f"Bericht {number}.")
    page = open_page(look=look)
    enlarge(page)
    badge = row(page, KEES).locator(".badge")
    assert badge.evaluate("e => parseFloat(getComputedStyle(e).fontSize) <= e.clientHeight * 0.8")
    page = opened(open_page, place, KEES, look)
    enlarge(page)
    title = box(page.locator(".thread-title"))
    shown = box(page.locator(".thread-title .number"))
    assert shown["x"] + shown["width"] <= title["x"] + title["width"]
    page.locator("#scroller").evaluate("e => { e.scrollTop = 0; }")
    page.locator("#text").fill("een\ntwee\ndrie\nvier")
    below = page.locator("#below")
    expect(below).to_be_visible()
    assert bottom(below) <= box(page.locator("#composer"))["y"]
    assert bottom(page.locator("#composer")) <= look.height
    for line in page.locator("#messages li.in").all()[:5]:
        around, channel = box(line.locator(".bubble")), box(line.locator(".channel"))
        assert around["x"] <= channel["x"]
        assert channel["x"] + channel["width"] <= around["x"] + around["width"]
