"""What the pages show of modems and SMS, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage, Place
from tests.e2e.modem_desk import ModemDesk

FATIMA = "Fatima El Idrissi"
PLUS_SIGNATURE = len("\n- Utrecht")


def opened(page: Page, title: str) -> Page:
    page.locator("#list a.row", has_text=title).click()
    expect(page.locator("#thread-title")).to_have_text(title)
    page.locator("#live[data-connected]").wait_for(state="attached")
    return page


def test_a_long_text_says_what_it_is_as_sms(open_page: OpenPage) -> None:
    """While WhatsApp works a short text says nothing; one of two SMS does, and an empty nothing."""
    page = opened(open_page(), FATIMA)
    said = page.locator("#sms-length")
    page.locator("#text").fill("a" * 161)
    expect(said).to_have_text("as SMS: 2 messages")
    page.locator("#text").fill("Hoi")
    expect(said).to_have_text("")
    page.locator("#text").fill("ё" * 71)
    expect(said).to_have_text("as SMS: 2 messages")
    page.locator("#text").fill("")
    expect(said).to_have_text("")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Hoi", f"1 SMS · {160 - 3 - PLUS_SIGNATURE} characters left"),
        ("a" * 149, "1 SMS · 1 character left"),
        ("a" * 151, f"2 SMS · {2 * 153 - 151 - PLUS_SIGNATURE} characters left"),
        ("👍 ok", f"1 SMS · {70 - 5 - PLUS_SIGNATURE} characters left"),
        ("€" * 900, "too long for SMS: 12 messages, at most 10"),
    ],
)
def test_what_goes_by_sms_is_counted(
    open_page: OpenPage, place: Place, text: str, says: str
) -> None:
    """With the phone away the modem takes over, and the branch's name under it counts, too."""
    ModemDesk.at(place.desk, "Utrecht").phone_is_away()
    page = opened(open_page(), FATIMA)
    page.locator("#text").fill(text)
    expect(page.locator("#sms-length")).to_contain_text(says)


def test_a_new_conversation_counts_too(open_page: OpenPage, place: Place) -> None:
    """For the line that is chosen, while the number is still being typed."""
    ModemDesk.at(place.desk, "Utrecht").phone_is_away()
    page = open_page("/new")
    page.locator("#new-text").fill("Hoi")
    expect(page.locator("#sms-length")).to_contain_text("1 SMS ·")
    expect(page.locator("#sms-length")).to_contain_text("signed with the branch's name")


def test_the_count_stands_when_a_draft_is_opened(open_page: OpenPage, place: Place) -> None:
    """A draft is counted before anything is typed, and nothing is when it is sent."""
    ModemDesk.at(place.desk, "Utrecht").phone_is_away()
    page = opened(open_page(), FATIMA)
    page.locator("#text").fill("a" * 200)
    with page.expect_response("**/draft"):
        pass
    page.reload()
    expect(page.locator("#sms-length")).to_contain_text("2 SMS")
    page.locator("#text").press("Enter")
    expect(page.locator("#sms-length")).to_have_text("")


def test_a_name_cannot_be_answered(open_page: OpenPage, place: Place) -> None:
    """An SMS from a word instead of a number is read; the page says why nothing can be written."""
    place.desk.receive("Utrecht", None, "DHL", "Uw pakket komt vandaag.")
    page = opened(open_page(), "DHL")
    expect(page.locator(".read-only")).to_contain_text("It cannot be answered")
    expect(page.locator("#composer")).to_have_count(0)
