"""The inbox in a real browser: it lists, opens, and stays current without reload."""

import re

from playwright.sync_api import Locator, Page, expect

from appliance.messages import MessageState
from appliance.store import messages
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.filler import HOUR_MS, since_noon_of_yesterday
from tests.e2e.listening import live

FATIMA = "Fatima El Idrissi"


def row(page: Page, title: str) -> Locator:
    return page.locator("#list a.row", has_text=title)


def bubble(page: Page, text: str) -> Locator:
    return page.locator("#messages li.line", has_text=text)


def test_only_the_numbers_that_one_may_use_are_there(open_page: OpenPage, place: Place) -> None:
    """Staff of Utrecht see no conversation, number or name of Rotterdam; its addresses give 404."""
    page = open_page()
    expect(row(page, FATIMA)).to_be_visible()
    expect(row(page, "Milan Petrov")).to_have_count(0)
    expect(page.locator("#lines")).to_have_count(0)
    answer = page.request.get(f"/c/{place.desk.filled.conversations['Milan Petrov']}")
    assert answer.status == 404
    line_id = place.desk.filled.lines["Rotterdam"]
    assert page.request.get(f"/?line={line_id}").status == 404


def test_numbers_can_be_switched(open_page: OpenPage) -> None:
    """A person with two numbers sees both together or one, each with its unread count."""
    page = open_page(name="Marit Hoekstra")
    lines = page.locator("#lines a")
    expect(lines).to_have_count(3)
    expect(row(page, "Milan Petrov")).to_be_visible()
    page.locator("#lines a", has_text="Rotterdam").click()
    expect(row(page, FATIMA)).to_have_count(0)
    expect(row(page, "Milan Petrov")).to_be_visible()
    chosen = page.locator("#lines [aria-current]")
    expect(chosen).to_contain_text("Rotterdam")
    expect(page).to_have_url(re.compile("/inbox/all[?]line="))
    page.reload()
    expect(row(page, FATIMA)).to_have_count(0)


def test_what_balie_says_by_itself_hides_no_question(open_page: OpenPage, place: Place) -> None:
    """The row still shows what the person wrote, until a person's answer takes its place."""
    place.desk.receive("Utrecht", "Olga Smit", "+31612345640", "Mijn bus komt niet, wat nu?")
    place.desk.answer("Olga Smit", "Welkom bij Utrecht!", rule="welcome", state=MessageState.SENT)
    page = open_page()
    expect(row(page, "Olga Smit").locator(".preview")).to_have_text("Mijn bus komt niet, wat nu?")
    live(page)
    place.desk.answer("Olga Smit", "Ik haal je op.", by="Sanne de Wit", state=MessageState.SENT)
    expect(row(page, "Olga Smit").locator(".preview")).to_contain_text("Ik haal je op.")


def test_filters_show_the_unread_the_waiting_and_the_groups(open_page: OpenPage) -> None:
    """Each filter shows its own rows; the longest wait is first, an answer in doubt ended none;
    groups are apart and read-only.
    """
    page = open_page()
    tabs = page.locator("#tabs")
    tabs.get_by_text("Unread", exact=True).click()
    expect(page.locator("#list a.row")).to_have_count(3)
    tabs.get_by_text("Waiting").click()
    expect(page.locator("#list a.row").first).to_contain_text("Imani Jansen")
    expect(page.locator("#list a.row").nth(1)).to_contain_text("Piotr Nowak")
    expect(row(page, "Kees Verhoeven")).to_have_count(0)
    tabs.get_by_text("Groups").click()
    expect(page.locator("#list a.row")).to_have_count(1)
    row(page, "Ploeg Nieuwegein").click()
    expect(bubble(page, "plek voor drie")).to_contain_text("Joke")
    expect(page.locator("#composer")).to_have_count(0)
    expect(page.locator(".read-only")).to_be_visible()


def test_the_thread_opens_at_the_first_unread(open_page: OpenPage, place: Place) -> None:
    """A divider stands above new messages; reading removes the count from the list. The title
    counts who waits, read or not.
    """
    page = open_page()
    expect(row(page, FATIMA).locator(".badge")).to_have_text("3 unread")
    expect(page).to_have_title("(4) Balie")
    row(page, FATIMA).click()
    after = page.locator("#divider ~ li.line").first
    expect(after).to_contain_text("Super, dat wil ik graag!")
    expect(row(page, FATIMA).locator(".badge")).to_have_count(0)
    expect(page).to_have_title(f"(4) {FATIMA} · Balie")
    expect(page.locator("#divider")).to_have_count(1)
    marks = place.count("SELECT count(*) FROM event_log WHERE kind = 'conversation.read'")
    page.reload()
    expect(page.locator("#divider")).to_have_count(0)
    assert place.count("SELECT count(*) FROM event_log WHERE kind = 'conversation.read'") == marks


def test_days_are_separated_and_one_sender_is_a_block(open_page: OpenPage, place: Place) -> None:
    """Each day begins with its name; messages of one sender within five minutes join."""
    nora, ago_ms = ("Nora Yilmaz", "+31612345630"), since_noon_of_yesterday(place.store)
    place.desk.receive("Utrecht", *nora, "Ik zoek werk", ago_ms=ago_ms)
    for text in ("Is er al iets?", "Liefst overdag"):
        place.desk.receive("Utrecht", *nora, text)
    page = open_page()
    row(page, "Nora Yilmaz").click()
    expect(page.locator("#messages .day", has_text="Yesterday")).to_have_count(1)
    expect(bubble(page, "Liefst overdag")).to_have_class("line in state-received joins")
    row(page, FATIMA).click()
    expect(bubble(page, "En waar meld ik me maandag?")).to_have_class("line in state-received")
    expect(bubble(page, "Mooi. Er is plek")).to_contain_text("Marit Hoekstra")


def test_a_new_message_appears_without_reload(open_page: OpenPage, place: Place) -> None:
    """It appears in the open thread, moves its row to the top, and a screen reader reads it."""
    page = open_page()
    row(page, FATIMA).click()
    live(page)
    place.desk.receive("Utrecht", FATIMA, "+31612345611", "Ik heb de bus gemist")
    expect(bubble(page, "Ik heb de bus gemist")).to_be_in_viewport()
    expect(page.locator("#list a.row").first).to_contain_text("Ik heb de bus gemist")
    expect(page.locator("#said")).to_have_text(f"New message from {FATIMA}")
    place.desk.receive("Utrecht", "Nora Yilmaz", "+31612345630", "Hoi, is er werk?")
    expect(page.locator("#list a.row").first).to_contain_text("Nora Yilmaz")
    expect(row(page, "Nora Yilmaz").locator(".badge")).to_have_text("1 unread")


def test_what_another_branch_gets_is_not_even_hinted_at(open_page: OpenPage, place: Place) -> None:
    """The stream of somebody in Utrecht is silent about Rotterdam."""
    page = open_page()
    live(page)
    page.evaluate(
        "window.heard = []; document.getElementById('live')"
        ".addEventListener('message', (event) => heard.push(event.detail.data))"
    )
    place.desk.receive("Rotterdam", "Milan Petrov", "+31612345621", "Nog iets")
    place.desk.receive("Utrecht", "Piotr Nowak", "+31612345612", "Hello?")
    expect(row(page, "Piotr Nowak")).to_contain_text("Hello?")
    heard = page.evaluate("heard.join()")
    assert place.desk.filled.conversations["Piotr Nowak"] in heard
    assert place.desk.filled.conversations["Milan Petrov"] not in heard


def test_ticks_turn_live_and_tell_their_evidence(open_page: OpenPage, place: Place) -> None:
    """A tick shows what is proven, says when and how, and changes without reload."""
    page = open_page()
    row(page, "سارة أحمد").click()
    live(page)
    mine = bubble(page, "Maandag om 08:00")
    expect(mine.locator(".ticks")).to_have_text("Sent")
    mine.locator(".ticks").focus()
    expect(mine.get_by_role("tooltip")).to_be_visible()
    expect(mine.get_by_role("tooltip")).to_contain_text("Not proven yet whether it arrived.")
    message_id = mine.get_attribute("data-message")
    assert message_id
    place.store.write(lambda tx: messages.move(tx, message_id, MessageState.DELIVERED))
    expect(mine).to_have_attribute("data-state", "delivered")
    expect(mine.get_by_role("tooltip")).to_contain_text("two ticks seen on the phone")


def test_older_messages_load_on_scrolling_up(open_page: OpenPage, place: Place) -> None:
    """Forty messages show at first; scrolling up adds a page and does not move the text in view."""
    for number in range(100):
        place.desk.receive(
            "Utrecht",
            "Tom Bakker",
            "+31612345631",
            f"Bericht {number}",
            ago_ms=200 * HOUR_MS - number * HOUR_MS,
        )
    place.desk.read("Tom Bakker", "Sanne de Wit")
    page = open_page()
    row(page, "Tom Bakker").click()
    lines = page.locator("#messages li.line")
    expect(lines).to_have_count(40)
    expect(bubble(page, "Bericht 99")).to_be_in_viewport()
    first = bubble(page, "Bericht 60")
    page.evaluate("document.getElementById('scroller').scrollTop = 40")
    expect(lines).to_have_count(80)
    expect(first).to_be_in_viewport()
    page.evaluate("document.getElementById('scroller').scrollTop = 0")
    expect(lines).to_have_count(100)
    expect(page.locator("#older")).to_have_count(0)
    texts = page.locator("#messages li.line .text").all_inner_texts()
    assert texts == [f"Bericht {number}" for number in range(100)]


def test_who_reads_above_is_not_pulled_down(open_page: OpenPage, place: Place) -> None:
    """A message that comes while somebody reads further up waits behind a button."""
    for number in range(60):
        place.desk.receive("Utrecht", "Tom Bakker", "+31612345631", f"Bericht {number}")
    place.desk.read("Tom Bakker", "Sanne de Wit")
    page = open_page()
    row(page, "Tom Bakker").click()
    live(page)
    expect(bubble(page, "Bericht 59")).to_be_in_viewport()
    page.evaluate("document.getElementById('scroller').scrollTop = 300")
    place.desk.receive("Utrecht", "Tom Bakker", "+31612345631", "Nog even dit")
    button = page.locator("#below.new")
    expect(button).to_be_visible()
    expect(bubble(page, "Nog even dit")).not_to_be_in_viewport()
    expect(row(page, "Tom Bakker").locator(".badge")).to_have_text("1 unread")
    button.click()
    expect(bubble(page, "Nog even dit")).to_be_in_viewport()
    expect(row(page, "Tom Bakker").locator(".badge")).to_have_count(0)


def test_many_tabs_do_not_use_up_the_connections(open_page: OpenPage, place: Place) -> None:
    """Of eight tabs in one browser the one in front is live; a browser allows six connections."""
    first = open_page()
    live(first)
    tabs = [first]
    for _ in range(7):
        tab = first.context.new_page()
        out_of_sight(tabs[-1])
        tab.goto(f"{place.url}/inbox/all")
        live(tab)
        tabs.append(tab)
    front = tabs[-1]
    row(front, FATIMA).click()
    expect(bubble(front, "En waar meld ik me maandag?")).to_be_visible()
    place.desk.receive("Utrecht", "Nora Yilmaz", "+31612345630", "Hoi, is er werk?")
    expect(row(front, "Nora Yilmaz")).to_be_visible()
    expect(first).to_have_title("(5) Balie")
    expect(row(first, "Nora Yilmaz")).to_have_count(0)
    front.close()
    into_sight(first)
    expect(row(first, "Nora Yilmaz")).to_be_visible()


def out_of_sight(page: Page) -> None:
    """As a browser reports that another tab is in front; without a screen it never does."""
    page.evaluate(_HIDE)


def into_sight(page: Page) -> None:
    page.evaluate(_SHOW)


_HIDE = """() => {
  Object.defineProperty(document, 'hidden', {configurable: true, get: () => true});
  document.dispatchEvent(new Event('visibilitychange'));
}"""
_SHOW = """() => {
  delete document.hidden;
  document.dispatchEvent(new Event('visibilitychange'));
}"""
