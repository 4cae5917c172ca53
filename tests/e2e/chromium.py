"""Debian's Chromium, without the look-ups that it makes on its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from shutil import which

from playwright.sync_api import Browser, sync_playwright

_QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",  # a microphone that beeps
    "--use-fake-ui-for-media-stream",
)


def chromium_path() -> str:
    """Raises FileNotFoundError with what to do when Chromium is missing."""
    path = which("chromium") or which("chromium-browser")
    if path is None:
        raise FileNotFoundError("There is no Chromium; install Debian's package: chromium.")
    return path


@contextmanager
def launched(*more: str) -> Iterator[Browser]:
    """`more`: switches of its command line. Raises FileNotFoundError as `chromium_path` does."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*_QUIET, *more])
        yield browser
        browser.close()
