"""A thread as people read it: by ear, by keyboard, from right to left, enlarged, and on paper."""

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from appliance.channels import Channel
from appliance.desk.access.sight import Sight
from appliance.desk.contacts import changing
from appliance.desk.contacts.changing import Changer, ContactChange
from appliance.desk.intake.reception import Reception
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, notes
from appliance.devices.protocol import Incoming
from appliance.queue.gate import ConsentGate
from appliance.store.store import Tx
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

BSN = "mijn bsn is 398259793"
BETWEEN_COLLEAGUES = (
    "#case",
    "#case .owner",
    ".namesake",
    "#presence",
    ".near-stop",
    ".care",
    ".team-note",
    "#composer-pane",
)


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


def between_colleagues(place: Place) -> None:
    """All of it that a thread may have."""
    filled, marit = place.desk.filled, place.desk.filled.staff["Marit Hoekstra"]
    by = Author(staff_id=marit)
    conversation_id, device_id = filled.conversations[SARA], filled.devices["Utrecht"]
    for key, text in (("near", "stop. dank je"), ("bsn", BSN)):
        told = Incoming(
            channel=Channel.WHATSAPP,
            key=key,
            sender="+31612345614",
            text=text,
            at_ms=place.services.clock.now_ms(),
        )
        Reception(place.store, ConsentGate()).received(device_id, [told])

    def work(tx: Tx) -> None:
        cases.claim(tx, conversation_id, marit)
        notes.write(tx, conversation_id, "Niet meer plaatsen: ruzie met de klant.", by)
        kees = Sight(None).contact(tx.conn, "+31612345615").id
        named = ContactChange(given=frozenset({"office_name"}), office_name=SARA)
        changing.change(tx, kees, named, Changer(by=by, sight=Sight(None)))

    place.store.write(work)


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


def test_what_colleagues_say_to_each_other_does_not_come_out_on_paper(
    open_page: OpenPage, place: Place
) -> None:
    """Notes, whose it is, who looks on, and what a person is to decide stand on the screen alone,
    also on paper as narrow as a phone.
    """
    between_colleagues(place)
    page = opened(open_page, place, SARA)
    open_page(f"/c/{place.desk.filled.conversations[SARA]}", name="Marit Hoekstra")
    expect(page.locator("#presence")).to_contain_text("Marit Hoekstra")
    for each in BETWEEN_COLLEAGUES:
        expect(page.locator(each).first).to_be_visible()
    page.emulate_media(media="print")
    for width in (1280, 720):
        page.set_viewport_size({"width": width, "height": 800})
        seen = [each for each in BETWEEN_COLLEAGUES if page.locator(each).first.is_visible()]
        assert seen == []
        buttons = page.locator("button:not(.ticks), a.button").all()
        assert [each.inner_text() for each in buttons if each.is_visible()] == []
        expect(bubble(page, BSN)).to_be_visible()


@pytest.mark.parametrize("look", [WIDE, NARROW], ids=["wide", "narrow"])
def test_letters_of_twice_the_size_are_all_there(
    open_page: OpenPage, place: Place, look: Look
) -> None:
    """No count is cut off, and what floats above the thread stays off the composer, in which all of
    what is written and its fate are in sight.
    """
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
    expect(page.locator("#fate")).to_contain_text("Leaves now")
    assert box(page.locator("#composer-pane"))["y"] <= box(page.locator("#fate"))["y"]
    for line in page.locator("#messages li.in").all()[:5]:
        around, channel = box(line.locator(".bubble")), box(line.locator(".channel"))
        assert around["x"] <= channel["x"]
        assert channel["x"] + channel["width"] <= around["x"] + around["width"]
