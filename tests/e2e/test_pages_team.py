"""Several colleagues on one number, each in their own browser."""

import os
import time

from playwright.sync_api import Page, expect

from appliance.messages import MessageState
from appliance.reasons import Reason
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.listening import live
from tests.e2e.test_pages_inbox import FATIMA, row


def opened(page: Page, title: str) -> None:
    live(page)
    row(page, title).click()
    expect(page.locator("#thread-title")).to_have_text(title)


def button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_two_people_share_the_work_on_one_number(open_page: OpenPage, place: Place) -> None:
    """Who claims has it at once on both screens; handed over it is the other's; done it leaves who
    waits, and can be undone.
    """
    sanne = open_page("/inbox/nobodys")
    marit = open_page("/inbox/mine", name="Marit Hoekstra")
    live(marit)
    opened(sanne, FATIMA)
    button(sanne, "Claim")
    expect(sanne.get_by_text("You have this conversation")).to_be_visible()
    expect(row(sanne, FATIMA)).to_have_count(0)
    expect(row(marit, FATIMA)).to_have_count(0)
    button(sanne, "Hand over")
    sanne.get_by_role("button", name="Marit Hoekstra").click()
    expect(sanne.get_by_text("Marit Hoekstra has this conversation")).to_be_visible()
    expect(row(marit, FATIMA)).to_be_visible()
    opened(marit, FATIMA)
    expect(marit.get_by_text("You have this conversation")).to_be_visible()
    button(marit, "Done")
    expect(sanne.get_by_role("button", name="Undo")).to_be_visible()
    expect(row(marit, FATIMA)).to_have_count(0)
    button(sanne, "Undo")
    expect(row(marit, FATIMA)).to_be_visible()
    if folder := os.environ.get("SHOTS"):
        marit.screenshot(path=f"{folder}/case.png")
        marit.get_by_role("button", name="Later", exact=True).click()
        marit.screenshot(path=f"{folder}/later.png")
        small = open_page(f"/c/{place.desk.filled.conversations[FATIMA]}")
        small.set_viewport_size({"width": 360, "height": 740})
        small.screenshot(path=f"{folder}/small.png")


def test_an_answer_that_fails_is_found_under_not_arrived(open_page: OpenPage, place: Place) -> None:
    """Whoever does something else sees it at once; who wrote waits again, and it is tried again."""
    address = f"/c/{place.desk.filled.conversations[FATIMA]}"
    sanne, marit = open_page(address), open_page("/inbox/waiting", name="Marit Hoekstra")
    live(marit)
    not_arrived = marit.get_by_role("link", name="Not arrived", exact=True)
    expect(not_arrived).to_have_attribute("data-count", "2")  # one fails and one is in doubt
    sanne.get_by_role("textbox", name="Message", exact=True).fill("Ja, neem ze mee.")
    sanne.get_by_role("textbox", name="Message").press("Enter")
    expect(sanne.locator("#messages .state-queued", has_text="neem ze mee")).to_have_count(1)
    (message_id,) = place.store.read(
        lambda conn: conn.execute(
            "SELECT id FROM message WHERE text = 'Ja, neem ze mee.'"
        ).fetchone()
    )
    place.desk.bring(message_id, MessageState.FAILED, reason=Reason.NOT_ON_WHATSAPP)
    expect(not_arrived).to_have_attribute("data-count", "3")
    expect(row(marit, FATIMA)).to_be_visible()
    not_arrived.click()
    missing = marit.locator("#missing li", has_text="neem ze mee")
    expect(missing).to_contain_text("Written by Sanne de Wit")
    expect(missing.locator(".why")).to_contain_text("WhatsApp")
    if folder := os.environ.get("SHOTS"):
        marit.screenshot(path=f"{folder}/missing.png")
    missing.get_by_role("button", name="Try it again").click()
    expect(missing).to_have_count(0)
    expect(not_arrived).to_have_attribute("data-count", "2")
    expect(sanne.locator("#messages .state-queued", has_text="neem ze mee")).to_have_count(1)


def test_a_note_is_unlike_a_message_and_never_sent(open_page: OpenPage, place: Place) -> None:
    """The field has another name, and what is written there stands on a colleague's screen."""
    address = f"/c/{place.desk.filled.conversations[FATIMA]}"
    sanne, marit = open_page(address), open_page(address, name="Marit Hoekstra")
    live(marit)
    before = place.count("SELECT count(*) FROM message")
    expect(sanne.get_by_role("textbox", name="Message")).to_be_visible()
    sanne.get_by_role("tab", name="Note").click()
    expect(sanne.get_by_role("textbox", name="Message")).to_have_count(0)
    sanne.get_by_role("textbox", name="Note").press_sequentially("@hoek")
    expect(sanne.locator("#note-people [aria-selected=true]")).to_have_text("Marit Hoekstra")
    sanne.keyboard.press("Enter")
    expect(sanne.get_by_role("textbox", name="Note")).to_have_value("@Marit Hoekstra ")
    sanne.keyboard.type("bel jij haar?")
    sanne.get_by_role("textbox", name="Note").press("Enter")
    for page in (sanne, marit):
        note = page.get_by_role("listitem", name="note by Sanne de Wit")
        expect(note).to_contain_text("bel jij haar?")
    expect(sanne.get_by_role("textbox", name="Note")).to_have_value("")
    assert place.count("SELECT count(*) FROM message") == before
    if folder := os.environ.get("SHOTS"):
        sanne.screenshot(path=f"{folder}/note.png")


def test_a_message_is_scheduled_and_withdrawn_by_a_colleague(
    open_page: OpenPage, place: Place
) -> None:
    address = f"/c/{place.desk.filled.conversations[FATIMA]}"
    sanne, marit = open_page(address), open_page(address, name="Marit Hoekstra")
    live(marit)
    sanne.get_by_role("textbox", name="Message").fill("Tot morgen!")
    button(sanne, "Choose when it leaves")
    button(sanne, "Tomorrow 9:00")
    expect(sanne.get_by_text("Leaves later: Tomorrow 9:00")).to_be_visible()
    button(sanne, "Send")
    waiting = marit.locator("#messages li.line", has_text="Tot morgen!")
    expect(waiting).to_contain_text("it was planned for later")
    waiting.get_by_role("button", name="Withdraw").click()
    expect(sanne.locator("#messages li.line", has_text="Tot morgen!")).to_have_attribute(
        "data-state", "cancelled"
    )
    expect(sanne.locator("#planned")).to_be_hidden()


def test_who_was_overtaken_is_asked_and_what_was_sent_can_be_taken_back(
    open_page: OpenPage, place: Place
) -> None:
    """*Undo* puts the words back; *Send anyway* sends beside a colleague's answer."""
    address = f"/c/{place.desk.filled.conversations[FATIMA]}"
    sanne, marit = open_page(address), open_page(address, name="Marit Hoekstra")
    marit.get_by_role("textbox", name="Message").fill("Neem ze mee")
    sanne.get_by_role("textbox", name="Message").fill("Ja, eigen schoenen graag")
    sanne.clock.install()
    sanne.clock.pause_at(time.time() + 2)  # the five seconds last until the button is pressed
    sanne.get_by_role("textbox", name="Message").press("Enter")
    button(sanne, "Undo")
    sanne.clock.resume()
    expect(sanne.get_by_role("textbox", name="Message")).to_have_value("Ja, eigen schoenen graag")
    sanne.get_by_role("textbox", name="Message").press("Enter")
    expect(sanne.locator("#messages .state-queued", has_text="eigen schoenen")).to_have_count(1)
    marit.get_by_role("textbox", name="Message").press("Enter")
    expect(marit.get_by_text("A colleague has answered since you began.")).to_be_visible()
    expect(marit.get_by_role("textbox", name="Message")).to_have_value("Neem ze mee")
    button(marit, "Send anyway")
    expect(sanne.locator("#messages .state-queued", has_text="Neem ze mee")).to_have_count(1)


def test_who_else_is_there_and_who_types_is_seen(open_page: OpenPage, place: Place) -> None:
    address = f"/c/{place.desk.filled.conversations[FATIMA]}"
    sanne, marit = open_page(address), open_page(address, name="Marit Hoekstra")
    live(sanne)
    expect(sanne.locator("#presence")).to_have_text("Marit Hoekstra looks at this, too")
    marit.get_by_role("textbox", name="Message").press_sequentially("Ja")
    expect(sanne.locator("#presence")).to_have_text("Marit Hoekstra is typing")
    expect(sanne.locator("#presence")).to_have_text("Marit Hoekstra looks at this, too")
    marit.close()
    expect(sanne.locator("#presence")).to_have_text("")
