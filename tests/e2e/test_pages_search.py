"""The search in a browser: from the inbox to one message far back, by keyboard alone."""

import re

from playwright.sync_api import expect

from appliance.desk.search import following
from tests.e2e.conftest import OpenPage, Place
from tests.e2e.listening import live
from tests.e2e.test_pages_inbox import bubble
from tests.e2e.test_pages_thread import DAY_MS, NUMBER, TOM, write


def test_a_message_far_back_is_found_and_opened(open_page: OpenPage, place: Place) -> None:
    """What is found follows what is typed; its link opens the thread around the message."""
    place.desk.receive("Utrecht", TOM, NUMBER, "Mijn pas is zoëven gestolen", ago_ms=2 * DAY_MS)
    write(place, 0, 149)
    while following.catch_up(place.store):
        pass
    page = open_page()
    page.get_by_role("searchbox", name="Search").fill("tom")
    page.keyboard.press("Enter")
    field = page.get_by_role("searchbox")
    expect(page.locator("#hits-people + ul mark")).to_have_text("Tom")
    field.fill("pas zoeven gest")
    found = page.locator("#hits a.hit")
    expect(found).to_have_count(1)
    expect(found.locator("mark")).to_have_text(["pas", "zoëven", "gestolen"])
    expect(page).to_have_url(re.compile(r"/search\?q=pas\+zoeven\+gest$"))
    field.press("ArrowDown")
    expect(found).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/c/[^/]+#m-[0-9a-f-]{36}$"))
    expect(bubble(page, "Mijn pas is zoëven gestolen")).to_be_in_viewport()
    expect(bubble(page, "Mijn pas is zoëven gestolen")).to_be_focused()
    expect(bubble(page, "Bericht 149.")).to_have_count(0)
    page.go_back()
    expect(field).to_have_value("pas zoeven gest")


def test_the_command_bar_goes_to_a_person_by_keyboard(open_page: OpenPage, place: Place) -> None:
    """From the field of a message, too; Escape leads back and closes nothing else. What one does
    with the open conversation is found there.
    """
    while following.catch_up(place.store):
        pass
    page = open_page()
    live(page).keyboard.press("Control+k")
    field = page.locator("#command-bar-field")
    expect(field).to_be_focused()
    field.press_sequentially("piotr")
    expect(page.get_by_role("option").first).to_contain_text("Piotr Nowak")
    page.keyboard.press("Enter")
    expect(page.locator("#thread-title")).to_have_text("Piotr Nowak")
    page.locator("#text").focus()
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#text")).to_be_focused()
    expect(page.locator("#thread-title")).to_have_text("Piotr Nowak")
    page.keyboard.press("Control+k")
    field.press_sequentially("claim")
    expect(page.locator("#command-bar-choices li").first).to_have_text("ClaimThis conversation")
    page.keyboard.press("Enter")
    expect(page.get_by_text("You have this conversation")).to_be_visible()


def test_a_name_from_right_to_left_turns_no_number_round(open_page: OpenPage, place: Place) -> None:
    """It begins where other names begin, and its number stands behind it, written as others are."""
    while following.catch_up(place.store):
        pass
    page = open_page("/search?q=سارة")
    expect(page.locator("#hits-people + ul .said")).to_have_text(["سارة أحمد · +31 6 12345614"])
    name, number = (each.bounding_box() for each in page.locator("#hits .said bdi").all())
    whole = page.locator("#hits .said").bounding_box()
    assert name is not None
    assert number is not None
    assert whole is not None
    assert whole["x"] == name["x"] < name["x"] + name["width"] < number["x"]
