"""The whole of Balie as the demo starts it, its emulated phones, and a real browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import PATIENCE_MS
from tests.running_demo import Demo, running_demo


@pytest.fixture(scope="module")
def demo() -> Iterator[Demo]:
    """One demo for all tests of a file; nobody writes by themselves.

    The clock runs faster so that a person's pace and the first look at the ticks take seconds.
    """
    with running_demo("--no-traffic", "--speed", "8") as demo:
        yield demo


@pytest.fixture
def new_page(demo: Demo, chromium: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens a separate browser, logged in with this role, in English."""
    contexts = []

    def opened(role: str) -> Page:
        context = chromium.new_context(locale="en-GB", base_url=demo.url)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        log_in(page, demo.login(role))
        return page

    yield opened
    for context in contexts:
        context.close()


def log_in(page: Page, login: dict[str, str]) -> None:
    page.goto("/inbox/all")
    page.locator("#name").fill(login["name"])
    page.locator("#password").fill(login["password"])
    page.locator("#password").press("Enter")
    page.locator("#list").wait_for()
