"""A long thread in a browser: pages of it, the way to what is unread, what comes by itself."""

import re

from playwright.sync_api import Page, Response, expect

from appliance.desk.intake import revisions
from appliance.devices.protocol import TextForm
from appliance.messages import MessageState
from appliance.store import messages
from appliance.store.store import Tx
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.filler import since_noon_of_yesterday
from tests.e2e.listening import live
from tests.e2e.test_pages_inbox import bubble, row

TOM, NUMBER = "Tom Bakker", "+31612345631"
DAY_MS = 24 * 3_600_000


def write(place: Place, first: int, last: int, *, until_ms: int = 0) -> None:
    """Each a second after the one before, the last one so long ago."""
    for number in range(first, last + 1):
        ago_ms = until_ms + (last - number) * 1000
        place.desk.receive("Utrecht", TOM, NUMBER, f"Bericht {number}.", ago_ms=ago_ms)


def lines_in(page: Page) -> list[int]:
    """How many bubbles each answer has that the thread is given from now on."""
    found: list[int] = []

    def count(response: Response) -> None:
        if re.search(r"/c/[^/]+/messages", response.url) and response.request.method == "GET":
            found.append(len(re.findall(r'class="line ', response.text())))

    page.on("response", count)
    return found


def words_come(tx: Tx, waited: str, text: str) -> None:
    """The message was a notice that waits for its words until now."""
    row = tx.conn.execute(
        "UPDATE message SET awaited = 1 WHERE text = ? RETURNING *", (waited,)
    ).fetchone()
    revisions.keep(tx, row, None, text, TextForm.WORDS)


def test_only_what_is_new_is_fetched(open_page: OpenPage, place: Place) -> None:
    """A new message brings its own bubble, and a state that changes brings that bubble."""
    write(place, 0, 59)
    place.desk.read(TOM, "Sanne de Wit")
    page = open_page()
    row(page, TOM).click()
    live(page)
    expect(bubble(page, "Bericht 59.")).to_be_in_viewport()
    found = lines_in(page)
    place.desk.receive("Utrecht", TOM, NUMBER, "Bericht 60.")
    expect(bubble(page, "Bericht 60.")).to_be_in_viewport()
    message = place.desk.answer(TOM, "Dank je", by="Sanne de Wit", state=MessageState.SENT)
    expect(bubble(page, "Dank je")).to_have_count(1)
    place.store.write(lambda tx: messages.move(tx, message, MessageState.DELIVERED))
    expect(bubble(page, "Dank je")).to_have_attribute("data-state", "delivered")
    assert max(found) == 1
    texts = page.locator("#messages li.line .text").all_inner_texts()
    assert texts == [*(f"Bericht {number}." for number in range(20, 61)), "Dank je"]


def press(page: Page, link: str) -> None:
    """Where it stands: to scroll to it would be enough to fetch the page, and take it away."""
    page.locator(link).dispatch_event("click")


def test_older_messages_are_fetched_a_page_at_a_time(open_page: OpenPage, place: Place) -> None:
    """What is shown already is not fetched again."""
    write(place, 0, 139)
    place.desk.read(TOM, "Sanne de Wit")
    page = open_page()
    row(page, TOM).click()
    expect(bubble(page, "Bericht 139.")).to_be_in_viewport()
    found = lines_in(page)
    for count in (80, 120, 140):
        press(page, "#older")
        expect(page.locator("#messages li.line")).to_have_count(count)
    assert max(found) == 40
    expect(page.locator("#older")).to_have_count(0)


def test_a_jump_leads_to_the_first_unread_message(open_page: OpenPage, place: Place) -> None:
    """It opens around that place; from there newer pages come, and one click leads to the end."""
    write(place, 0, 29, until_ms=DAY_MS)
    place.desk.read(TOM, "Sanne de Wit")
    write(place, 30, 229)
    page = open_page()
    row(page, TOM).click()
    live(page)
    lines = page.locator("#messages li.line")
    expect(bubble(page, "Bericht 229.")).to_be_in_viewport()
    assert lines.count() <= 3 * 40
    page.get_by_role("link", name="99+ unread above").click()
    expect(bubble(page, "Bericht 30.")).to_be_in_viewport()
    expect(page.locator("#divider + li.line")).to_contain_text("Bericht 30.")
    expect(bubble(page, "Bericht 229.")).to_have_count(0)
    place.desk.receive("Utrecht", TOM, NUMBER, "Bericht 230.")
    expect(page.locator("#below.new")).to_have_count(0)
    before = lines.count()
    press(page, "#newer")
    expect(lines).to_have_count(before + 40)
    expect(bubble(page, "Bericht 230.")).to_have_count(0)
    page.locator("#below").click()
    expect(bubble(page, "Bericht 230.")).to_be_in_viewport()
    expect(page.locator("#newer")).to_have_count(0)


def test_late_words_stand_where_they_came(open_page: OpenPage, place: Place) -> None:
    """A message whose words came later goes to the end of the thread and stands there once."""
    write(place, 0, 3)
    page = open_page()
    row(page, TOM).click()
    live(page)
    expect(bubble(page, "Bericht 3.")).to_be_in_viewport()
    place.store.write(lambda tx: words_come(tx, "Bericht 1.", "Bericht 1 is nu leesbaar"))
    expect(bubble(page, "leesbaar")).to_have_count(1)
    texts = page.locator("#messages li.line .text").all_inner_texts()
    assert texts == ["Bericht 0.", "Bericht 2.", "Bericht 3.", "Bericht 1 is nu leesbaar"]


def test_the_first_of_a_day_brings_its_day(open_page: OpenPage, place: Place) -> None:
    """A new message below yesterday's stands under today, and the next one adds no day."""
    ago_ms = since_noon_of_yesterday(place.store)
    place.desk.receive("Utrecht", TOM, NUMBER, "Gisteren", ago_ms=ago_ms)
    page = open_page()
    row(page, TOM).click()
    live(page)
    expect(page.locator("#messages .day")).to_have_count(1)
    for text in ("Vandaag", "En nog iets"):
        place.desk.receive("Utrecht", TOM, NUMBER, text)
        expect(bubble(page, text)).to_have_count(1)
    order = page.locator("#messages .day, #messages .line .text").all_inner_texts()
    assert order == ["Yesterday", "Gisteren", "Today", "Vandaag", "En nog iets"]


def test_an_address_names_one_message(open_page: OpenPage, place: Place) -> None:
    """It is fetched from far up, stands in view and is marked; a link in the page does the same."""
    write(place, 0, 139)
    place.desk.read(TOM, "Sanne de Wit")
    found = place.store.read(
        lambda conn: dict(conn.execute("SELECT text, id FROM message WHERE text LIKE 'Bericht%'"))
    )
    page = open_page(f"/c/{place.desk.filled.conversations[TOM]}#m-{found['Bericht 9.']}")
    expect(bubble(page, "Bericht 9.").locator(".bubble.named")).to_be_in_viewport()
    page.evaluate("id => { location.hash = `m-${id}`; }", found["Bericht 20."])
    expect(page.locator(".bubble.named")).to_contain_text("Bericht 20.")
    expect(page.locator(".bubble.named")).to_be_in_viewport()
