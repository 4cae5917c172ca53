"""The whole of Balie as the demo starts it, its emulated phones, and a real browser."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import PATIENCE_MS
from tests.running_demo import SETTLES_S, Demo, running_demo

SETTLES_MS = SETTLES_S * 1000


@pytest.fixture(autouse=True)
def patience() -> Iterator[None]:
    """What a page shows here may have gone through a phone first."""
    expect.set_options(timeout=SETTLES_MS)
    yield
    expect.set_options(timeout=PATIENCE_MS)


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
        context.set_default_timeout(SETTLES_MS)
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
