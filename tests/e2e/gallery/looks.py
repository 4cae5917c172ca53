"""How a page is looked at for a picture."""

from dataclasses import dataclass

from playwright.sync_api import Browser, Page, StorageState

from tests.e2e.conftest import PATIENCE_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryLook:
    """`text_px`: the size of letters that somebody has chosen in the browser."""

    name: str
    width: int = 1280
    height: int = 800
    locale: str = "en-GB"
    dark: bool = False
    text_px: int = 16

    @property
    def is_narrow(self) -> bool:
        return self.width < 400

    def page(self, browser: Browser, url: str, state: StorageState | None = None) -> Page:
        """In a context of its own, which the page closes; `state` is that of who has logged in."""
        page = browser.new_page(
            base_url=url,
            viewport={"width": self.width, "height": self.height},
            locale=self.locale,
            color_scheme="dark" if self.dark else "light",
            reduced_motion="reduce",
            has_touch=self.is_narrow,
            is_mobile=self.is_narrow,
            storage_state=state,
        )
        page.set_default_timeout(PATIENCE_MS)
        sizes = {"standard": self.text_px, "fixed": self.text_px}
        page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": sizes})
        return page


LOOKS = (
    GalleryLook(name="light"),
    GalleryLook(name="dark", dark=True),
    GalleryLook(name="narrow", width=360, height=740),
    GalleryLook(name="large-text", text_px=32),
    GalleryLook(name="dutch", locale="nl-NL"),
)
