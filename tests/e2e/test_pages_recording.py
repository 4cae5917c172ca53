"""A voice note that is recorded in a real browser, whose microphone beeps."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import NARROW, OpenPage, Place
from tests.e2e.writing import FATIMA, opened

VOICE = (
    "SELECT count(*) FROM message_media f JOIN media ON media.id = f.media_id"
    " JOIN message m ON m.id = f.message_id"
    " WHERE media.kind = 'voice' AND media.seconds IS NOT NULL AND m.direction = 'out'"
)

SOME_SECONDS = re.compile(r"^0:(?!00)\d\d$")
"""A busy machine may not look at the page in the very second that was the first."""


def test_a_voice_note_is_recorded_heard_and_sent(open_page: OpenPage, place: Place) -> None:
    """By keyboard on a small screen; what was cancelled leaves nothing behind."""
    page = opened(open_page(look=NARROW), FATIMA)
    record, panel = (
        page.get_by_role("button", name="Record a voice note"),
        page.locator("#recorder"),
    )
    record.press("Enter")
    expect(panel.get_by_role("button", name="Stop and listen")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(record).to_be_focused()
    record.press("Enter")
    expect(page.locator("#recorded-time")).to_have_text(SOME_SECONDS)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW.width
    page.keyboard.press("Enter")
    attached = page.locator("#attached")
    expect(attached.locator("audio")).to_have_js_property("error", None)
    expect(attached).to_contain_text("may arrive as an audio file")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW.width
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#messages audio")).to_have_count(1)
    expect(page.locator("#pending li")).to_have_count(0)
    assert place.count(VOICE) == 1
