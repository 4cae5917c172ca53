"""Head office in a browser, while the office that serves it is killed."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.office.office_watch import office_watch


def test_a_browser_goes_on_at_the_other_office(chromium: Browser, tmp_path: Path) -> None:
    """By itself and by the log-in that it had, with what a box tells since."""
    with office_watch(tmp_path / "office", chromium) as watch:
        page = watch.page
        watch.pair.kill()
        watch.writes("Bent u er nog?")
        watch.shows("Bent u er nog?")
        page.locator("#list a.row").click()
        expect(page.locator("#message-list")).to_contain_text("Bent u er nog?")
        expect(page.locator("#offline")).to_be_hidden()
