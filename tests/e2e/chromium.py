"""Debian's Chromium, without the look-ups that it makes on its own.

Journeys run in its headless shell where there is one: that draws and runs pages as Chromium does,
for less than half of the processor's time. `whole_browser` is for what the shell lacks.
"""

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
    """The whole browser. Raises FileNotFoundError with what to do when it is missing."""
    path = which("chromium") or which("chromium-browser")
    if path is None:
        raise FileNotFoundError("There is no Chromium; install Debian's package: chromium.")
    return path


@contextmanager
def launched(*more: str) -> Iterator[Browser]:
    """`more`: switches of its command line. Raises FileNotFoundError as `chromium_path` does."""
    with _launched(which("chromium-headless-shell") or chromium_path(), more) as browser:
        yield browser


@contextmanager
def whole_browser(*more: str) -> Iterator[Browser]:
    """As `launched`, but what people have: the headless shell shows no notifications, and figures
    and pictures are of the real one.
    """
    with _launched(chromium_path(), more) as browser:
        yield browser


@contextmanager
def _launched(path: str, switches: tuple[str, ...]) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_QUIET, *switches])
        yield browser
        browser.close()
