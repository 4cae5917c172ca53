"""Opening a conversation and writing in it, in a browser."""

from playwright.sync_api import Locator, Page, expect

from tests.e2e.listening import live

FATIMA = "Fatima El Idrissi"
SENT = (
    "SELECT count(*) FROM message WHERE direction = 'out' AND staff_id IS NOT NULL AND text = '{}'"
)


def opened(page: Page, title: str) -> Page:
    page.locator("#list a.row", has_text=title).click()
    expect(page.locator("#thread-title")).to_have_text(title)
    live(page)
    return page


def bubble(page: Page, text: str) -> Locator:
    return page.locator("#scroller li.line", has_text=text)


def write(page: Page, text: str) -> None:
    page.locator("#text").fill(text)
    page.locator("#text").press("Enter")
