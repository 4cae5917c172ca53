"""The inbox in the hand: what somebody does by habit keeps their place and their words."""

import re

import pytest
from playwright.sync_api import Page, expect

from appliance.channels import Channel
from appliance.identities import tel
from appliance.store import contacts, conversations, lines
from appliance.store.store import Tx
from tests.e2e.conftest import NARROW, WIDE, Look, OpenPage, Place
from tests.e2e.filler import MINUTE_MS
from tests.e2e.listening import live

FATIMA = "Fatima El Idrissi"
KEES = "Kees Verhoeven"


def opened(page: Page, title: str) -> Page:
    page.locator("#list a.row", has_text=title).click()
    expect(page.locator("#thread-title")).to_have_text(title)
    return live(page)


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


def test_the_composer_says_at_once_what_changes(open_page: OpenPage, place: Place) -> None:
    """STOP takes the field away while somebody types, and START gives it back with their words; a
    number that is stopped and one that goes on show, too.
    """
    page = opened(open_page(), FATIMA)
    warning = page.locator("#verdict .note.warn")
    expect(warning).to_have_count(0)
    page.locator("#text").press_sequentially("Neem je pas mee")
    place.desk.stop(FATIMA)
    expect(warning).to_contain_text("asked to stop")
    expect(page.locator("#text")).to_have_count(0)
    place.desk.start(FATIMA)
    expect(warning).to_have_count(0)
    expect(page.locator("#text")).to_have_value("Neem je pas mee")
    line_id = place.desk.filled.lines["Utrecht"]
    place.store.write(lambda tx: lines.stop_line(tx, line_id, "WhatsApp shows a warning."))
    expect(warning).to_contain_text("was stopped")
    place.store.write(lambda tx: lines.resume_line(tx, line_id, staff_id=None))
    expect(warning).to_have_count(0)
    expect(page.locator("#text")).to_have_value("Neem je pas mee")
    expect(page.locator("#text")).to_be_focused()


def test_the_composer_says_at_once_that_they_went_over_to_sms(
    open_page: OpenPage, place: Place
) -> None:
    """Long before the minute after which it asks by itself; what it says then is the server's."""
    page = opened(open_page(), FATIMA)
    expect(page.locator("#fate .fate")).to_be_visible()
    number = "+31612345611"
    with page.expect_response(lambda answer: "/fate?" in answer.url):
        place.desk.receive("Utrecht", FATIMA, number, "Geen internet meer", channel=Channel.SMS)
    expect(page.locator("#fate .fate")).to_be_visible()


def test_that_nobody_asked_is_said_beforehand(open_page: OpenPage, place: Place) -> None:
    """It shows before somebody types in vain, and is gone when the person writes."""
    number, line_id = "+31612345677", place.desk.filled.lines["Utrecht"]

    def begin(tx: Tx) -> str:
        return conversations.with_contact(tx, line_id, contacts.ensure(tx, tel(number)))

    page = live(open_page(f"/c/{place.store.write(begin)}"))
    expect(page.locator("#verdict .note")).to_contain_text("nothing on record")
    place.desk.receive("Utrecht", None, number, "Hoi, is er werk?")
    expect(page.locator("#verdict .note")).to_have_count(0)


def test_whose_number_is_hidden_is_written_to(open_page: OpenPage, place: Place) -> None:
    """A colleague who knows them says who it is; until then their number is named hidden."""
    place.desk.receive("Utrecht", "Verborgen", "123456789012345@lid", "Hoi")
    page = opened(open_page(), "Verborgen")
    expect(page.locator("#text")).to_be_visible()
    expect(page.locator(".numbers")).to_contain_text("number hidden by WhatsApp")
    page.get_by_text("This is …").click()
    page.get_by_label("The number of this person").fill("0612345650")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".numbers")).to_contain_text("+31 6 12345650")
    expect(page.get_by_text("Add a second number")).to_be_visible()


def test_who_opens_a_conversation_writes_in_it(open_page: OpenPage) -> None:
    """After a click, Enter on a row, Alt+J, Alt+K and Alt+N the next key is a letter of theirs."""
    page = opened(open_page(), FATIMA)
    field = page.locator("#text")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#list a.row[aria-current]")).to_be_focused()
    page.keyboard.press("Alt+j")
    expect(page.locator("#thread-title")).not_to_have_text(FATIMA)
    expect(field).to_be_focused()
    page.keyboard.press("Alt+k")
    expect(page.locator("#thread-title")).to_have_text(FATIMA)
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#thread-title")).not_to_have_text(FATIMA)
    expect(field).to_be_focused()
    page.keyboard.press("Alt+n")
    expect(page.locator("#to-number")).to_be_focused()


def test_a_touch_screen_opens_no_keyboard_by_itself(open_page: OpenPage) -> None:
    """There the keyboard would cover what somebody opened the conversation to read."""
    page = opened(open_page(look=NARROW), FATIMA)
    expect(page.locator("#text")).to_be_visible()
    expect(page.locator("#text")).not_to_be_focused()


def test_escape_leaves_a_new_conversation_and_keeps_its_words(open_page: OpenPage) -> None:
    """It leads back to where one was; what was typed is there the next time, until it is sent."""
    page = opened(open_page(), FATIMA)
    page.keyboard.press("Alt+n")
    page.get_by_label("To number").fill("+31612345612")
    page.get_by_label("Message", exact=True).fill("Zaterdag om negen?")
    page.keyboard.press("Escape")
    expect(page.locator("#thread-title")).to_have_text(FATIMA)
    page.goto("/new")
    live(page)
    expect(page.get_by_label("To number")).to_have_value("+31612345612")
    expect(page.get_by_label("Message", exact=True)).to_have_value("Zaterdag om negen?")
    page.keyboard.press("Escape")
    expect(page.locator("#new")).to_have_count(0)
    expect(page).to_have_url(re.compile("/inbox/all$"))
    live(page).keyboard.press("Alt+n")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#thread-title")).to_have_text("Piotr Nowak")
    live(page).keyboard.press("Alt+n")
    expect(page.get_by_label("Message", exact=True)).to_have_value("")


def test_back_keeps_the_page_and_the_place_in_the_list(open_page: OpenPage, place: Place) -> None:
    """A phone's Back, and the page's own, lead from a conversation to the list as it was left."""
    many(place)
    page = open_page(look=NARROW)
    page.evaluate("document.body.dataset.same = 'page'")
    last = page.locator("#list a.row", has_text="Werkzoeker 29")
    for way in (page.go_back, page.get_by_role("link", name="Back to the list").click):
        last.scroll_into_view_if_needed()
        last.click()
        expect(page.locator("#thread-title")).to_have_text("Werkzoeker 29")
        way()
        expect(last).to_be_in_viewport()
        expect(page.locator("#thread-pane")).to_be_hidden()
        expect(page).to_have_url(re.compile("/inbox/all$"))
    page.go_forward()
    expect(page.locator("#thread-title")).to_have_text("Werkzoeker 29")
    expect(page.locator("#list-pane")).to_be_hidden()
    expect(page.locator("body")).to_have_attribute("data-same", "page")


def test_back_from_another_page_finds_the_list_again(open_page: OpenPage, place: Place) -> None:
    """Also by way of a conversation: the list is where it was left."""
    many(place)
    page = open_page(look=NARROW)
    last = page.locator("#list a.row", has_text="Werkzoeker 29")
    last.scroll_into_view_if_needed()
    page.goto("/devices")
    page.go_back()
    expect(last).to_be_in_viewport()
    last.click()
    expect(page.locator("#thread-title")).to_have_text("Werkzoeker 29")
    page.goto("/devices")
    page.go_back()
    page.get_by_role("link", name="Back to the list").click()
    expect(last).to_be_in_viewport()


def test_back_closes_the_card_first(open_page: OpenPage) -> None:
    """From the card it leads to the conversation, and only from there to the list; the focus goes
    along.
    """
    page = opened(open_page(look=NARROW), FATIMA)
    page.locator("#contact-button").click()
    expect(page.locator("#contact-close")).to_be_focused()
    page.go_back()
    expect(page.locator("#contact-pane")).to_be_hidden()
    expect(page.locator("#contact-button")).to_be_focused()
    expect(page.locator("#text")).to_be_visible()
    page.locator("#contact-button").click()
    page.locator("#contact-close").click()
    expect(page.locator("#text")).to_be_visible()
    page.go_back()
    expect(page.locator("#list-pane")).to_be_visible()
    expect(page.locator("#thread-pane")).to_be_hidden()


def test_back_leads_through_the_conversations(open_page: OpenPage) -> None:
    """On a wide screen, too: the one before, and then none."""
    page = opened(open_page(), FATIMA)
    page.evaluate("document.body.dataset.same = 'page'")
    opened(page, KEES)
    page.go_back()
    expect(page.locator("#thread-title")).to_have_text(FATIMA)
    expect(page.locator("#list a.row[aria-current]")).to_contain_text(FATIMA)
    expect(page.locator("#contact-pane h2")).to_have_text(FATIMA)
    page.go_back()
    expect(page.locator("#thread-title")).to_have_count(0)
    expect(page.locator("#contact-pane")).to_be_hidden()
    expect(page.locator("body")).to_have_attribute("data-same", "page")


def test_what_is_half_typed_on_a_card_is_found_again(open_page: OpenPage) -> None:
    """A look into another conversation loses no name; after *Save* nothing is kept."""
    page = opened(open_page(), FATIMA)
    name = page.get_by_label("Name at the office")
    name.fill("Fatima E")
    page.get_by_text("Add a second number").click()
    page.get_by_label("Another number of this person").fill("06123")
    opened(page, KEES)
    expect(name).to_have_value("")
    opened(page, FATIMA)
    expect(name).to_have_value("Fatima E")
    expect(page.get_by_label("Another number of this person")).to_have_value("06123")
    page.reload()
    expect(name).to_have_value("Fatima E")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#contact-pane .saved")).to_be_visible()
    expect(page.get_by_label("Another number of this person")).to_have_value("06123")
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.includes('office'))") == []


_CLIPPED = """() => [...document.querySelectorAll("body *")].filter((each) => {
  const own = [...each.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
  if (!own.length || !each.checkVisibility() || each.offsetWidth === 1) return false;
  const framed = each.closest(".badge, .lines a, .tabs a, button, .bar a, .day");
  const box = framed?.getBoundingClientRect();
  return box && own.some((node) => {
    const range = document.createRange();
    range.selectNode(node);
    const text = range.getBoundingClientRect();
    return text.top < box.top - 3 || text.bottom > box.bottom + 3 || text.right > box.right + 1
      || box.right > innerWidth;
  });
}).map((each) => each.outerHTML.slice(0, 80))"""


@pytest.mark.parametrize("look", [WIDE, NARROW], ids=["wide", "narrow"])
def test_letters_of_twice_the_size_fit(open_page: OpenPage, place: Place, look: Look) -> None:
    """No count, tab or button is cut off, and nothing covers the composer."""
    many(place)
    fatima = place.desk.filled.conversations[FATIMA]
    page = open_page("/new", name="Marit Hoekstra", look=look)
    for address in ("/", f"/c/{fatima}", "/new", "/devices", "/settings"):
        page.goto(address)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate(_CLIPPED) == [], address
        assert page.evaluate("document.documentElement.scrollWidth") <= look.width
    message = page.get_by_label("Message", exact=True)
    page.goto("/new")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert message.evaluate("each => each.clientHeight >= each.rows * 30")
    page.goto(f"/c/{fatima}")
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.evaluate("document.getElementById('scroller').scrollTop = 0")
    expect(page.locator("#below")).to_be_visible()
    bottom = page.locator("#below").evaluate("each => each.getBoundingClientRect().bottom")
    assert bottom <= page.locator(".composer").evaluate("each => each.getBoundingClientRect().top")
    for part in ("#text", ".send"):
        expect(page.locator(part)).to_be_in_viewport(ratio=1)


def test_a_low_window_still_has_its_field(open_page: OpenPage, place: Place) -> None:
    """With a keyboard on the screen, large letters and a warning the composer scrolls."""
    line_id = place.desk.filled.lines["Utrecht"]
    place.store.write(lambda tx: lines.stop_line(tx, line_id, "WhatsApp shows a warning."))
    kees = place.desk.filled.conversations["Kees Verhoeven"]
    page = open_page(f"/c/{kees}", look=Look(width=360, height=300))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.locator("#text").press_sequentially("Hoi")
    expect(page.locator("#text")).to_be_in_viewport()
    expect(page.locator("#text")).to_have_value("Hoi")


def test_a_channel_is_chosen_for_one_message(open_page: OpenPage, place: Place) -> None:
    """What stands above the text follows at once; the next message goes by itself again."""
    page = opened(open_page(), FATIMA)
    over, text = page.get_by_label("Over which channel"), page.locator("#text")
    expect(over).to_have_value("auto")
    with page.expect_response(lambda answer: "/fate?" in answer.url and "sms" in answer.url):
        over.select_option("SMS")
    for words in ("Liever een sms", "En weer gewoon"):
        text.fill(words)
        text.press("Enter")
        expect(page.locator("#messages li.line.out", has_text=words)).to_be_visible()
        expect(over).to_have_value("auto")
    asked = "SELECT count(*) FROM message WHERE text = '{}' AND wanted IS {}"
    assert place.count(asked.format("Liever een sms", "'sms'")) == 1
    assert place.count(asked.format("En weer gewoon", "NULL")) == 1
