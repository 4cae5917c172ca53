"""Takes the pictures: of each address in each look, by names that tell what is on them."""

import re
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, StorageState
from playwright.sync_api import TimeoutError as TooLate

from tests.e2e.gallery.looks import LOOKS, GalleryLook
from tests.e2e.test_pages_axe import ASIDE
from tests.running_demo import Demo

SETTLES_MS = 600
"""What a page does by itself after it is loaded, such as to count the parts of an SMS."""
MOST_PX = 4000
"""By so much a window is made higher than a person's, so that all of a page is seen."""
_HIDDEN = """Math.max(0, ...["#main.page", "#messages", ".scroller"].map(
  each => document.querySelector(each)).filter(Boolean).map(
  each => each.scrollHeight - each.clientHeight))"""
DRAWN_MS = 10_000
"""The screen of a phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """`state`: the cookies of who has logged in."""

    browser: Browser
    demo: Demo
    folder: Path
    state: StorageState

    def hang(self, found: Mapping[str, Sequence[str]], *, prefix: str = "") -> None:
        """The addresses of each path; one that has several is named by their titles, too."""
        for look in LOOKS:
            with closing(look.page(self.browser, self.demo.url, self.state)) as page:
                for path, addresses in found.items():
                    for place, address in enumerate(addresses):
                        name = prefix + _name(path)
                        self._show(page, look, address)
                        self._keep(page, look, name if len(addresses) == 1 else _titled(name, page))
                        if place == 0:
                            self._aside(page, look, path, name)

    def hang_at_door(self, addresses: Mapping[str, str]) -> None:
        """By the names of their pictures; nobody has logged in."""
        for look in LOOKS:
            with closing(look.page(self.browser, self.demo.url)) as page:
                for name, address in addresses.items():
                    self._show(page, look, address)
                    self._keep(page, look, name)

    def _show(self, page: Page, look: GalleryLook, address: str) -> None:
        page.goto(address)
        if page.locator("#screen").count():
            with suppress(TooLate):
                page.locator("#screen img").wait_for(timeout=DRAWN_MS)
        page.set_viewport_size({"width": look.width, "height": look.height})
        hidden = min(page.evaluate(_HIDDEN), MOST_PX)
        page.set_viewport_size({"width": look.width, "height": look.height + hidden})
        page.wait_for_timeout(SETTLES_MS)

    def _aside(self, page: Page, look: GalleryLook, path: str, name: str) -> None:
        for button in ASIDE.get(path, ()):
            if page.locator(button).is_visible():
                page.locator(button).click()
                page.wait_for_timeout(SETTLES_MS)
                self._keep(page, look, f"{name}{button.replace('#', '-')}")
                page.keyboard.press("Escape")

    def _keep(self, page: Page, look: GalleryLook, name: str) -> None:
        folder = self.folder / look.name
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"{name}.png", full_page=True)


def _name(path: str) -> str:
    """`/devices/{device_id}/screen` is `devices-screen`, and `/` is `inbox`."""
    words = [each for each in path.split("/") if each and not each.startswith("{")]
    return "-".join(words) or "inbox"


def _titled(name: str, page: Page) -> str:
    title = re.sub(r"^\(\d+\) | · Balie$", "", page.title())
    words = re.findall(r"\w+", title.lower())
    return "-".join([name, *words])
