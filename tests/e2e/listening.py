"""A page that listens: it takes keys, and is told of what happens."""

from playwright.sync_api import Page


def live(page: Page) -> Page:
    page.locator("#live[data-connected]").wait_for(state="attached")
    return page
