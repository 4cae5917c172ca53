"""How a page is looked at for a picture."""

from dataclasses import dataclass

from playwright.sync_api import Browser, BrowserContext, Page, StorageState

from tests.e2e.conftest import PATIENCE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryLook:
    """`text`: the size of letters, in percent."""

    name: str
    width: int = 1280
    height: int = 800
    locale: str = "en-GB"
    dark: bool = False
    text: int = 100

    @property
    def is_narrow(self) -> bool:
        return self.width < 400

    def context(
        self, browser: Browser, url: str, state: StorageState | None = None
    ) -> BrowserContext:
        """A browser of somebody with these preferences; `state` is that of who has logged in."""
        context = browser.new_context(
            base_url=url,
            viewport={"width": self.width, "height": self.height},
            locale=self.locale,
            color_scheme="dark" if self.dark else "light",
            reduced_motion="reduce",
            has_touch=self.is_narrow,
            is_mobile=self.is_narrow,
            storage_state=state,
        )
        context.set_default_timeout(PATIENCE_MS)
        return context

    def put(self, page: Page) -> None:
        """On a page that is open."""
        page.evaluate(
            "size => { document.documentElement.style.fontSize = size; }", f"{self.text}%"
        )


LOOKS = (
    GalleryLook(name="light"),
    GalleryLook(name="dark", dark=True),
    GalleryLook(name="narrow", width=360, height=740),
    GalleryLook(name="large-text", text=200),
    GalleryLook(name="dutch", locale="nl-NL"),
)
