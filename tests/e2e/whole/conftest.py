"""The whole of Balie as the demo starts it, its emulated phones, and a real browser."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SETTLES_S = 60.0
"""Real seconds within which the whole chain must have done a thing; no figure, a deadline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A running demo. `control` is the address of the emulated phones."""

    url: str
    logins: list[dict[str, str]]
    token: str
    control: str

    @property
    def phones(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.get("/")["phones"]
        return found

    def get(self, path: str) -> Any:
        return httpx.get(f"{self.control}{path}").raise_for_status().json()

    def writes(self, phone: str, sender: str, text: str, **more: str) -> None:
        """Somebody writes to the phone with this number."""
        body = {"phone": phone, "from": sender, "text": text, "channel": "whatsapp", **more}
        self.post("/inject", body)

    def post(self, path: str, body: dict[str, Any]) -> None:
        httpx.post(f"{self.control}{path}", json=body).raise_for_status()

    def left(self, text: str) -> list[dict[str, Any]]:
        """What the truth log holds with this text."""
        return [each for each in self.get("/truth")["items"] if each["text"] == text]

    def api(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx.get(f"{self.url}/api/v1{path}", headers=headers).raise_for_status().json()

    def login(self, role: str) -> dict[str, str]:
        return next(each for each in self.logins if each["role"] == role)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all tests of this folder; nobody writes by themselves."""
    log = tmp_path_factory.mktemp("demo") / "stderr.log"
    command = [sys.executable, "-m", "appliance", "demo", "--json", "--no-traffic", "--port", "0"]
    with log.open("w") as stderr:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True)
    try:
        yield _started(process, log)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _started(process: subprocess.Popen[str], log: Path) -> Demo:
    line = process.stdout.readline() if process.stdout else ""
    if not line:
        pytest.fail(f"the demo did not start: {log.read_text()}")
    demo = Demo(**json.loads(line))
    eventually(lambda: _ready(demo), "both phones are ready")
    return demo


def _ready(demo: Demo) -> bool:
    items = demo.api("/devices")["items"]
    return len(items) == 2 and all(each["state"] == "ready" for each in items)


def eventually(is_so: Callable[[], Any], what: str) -> Any:
    """Polls until it is so; fails with the sentence when the deadline has passed."""
    deadline = time.monotonic() + SETTLES_S
    while time.monotonic() < deadline:
        if found := is_so():
            return found
        time.sleep(0.1)
    return pytest.fail(f"not within {SETTLES_S:.0f} s: {what}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(demo: Demo, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Opens a browser of its own, logged in with this role, in English."""
    contexts = []

    def opened(role: str) -> Page:
        context = browser.new_context(locale="en-GB", base_url=demo.url)
        context.set_default_timeout(SETTLES_S * 1000)
        contexts.append(context)
        page = context.new_page()
        log_in(page, demo.login(role))
        return page

    yield opened
    for context in contexts:
        context.close()


def log_in(page: Page, login: dict[str, str]) -> None:
    page.goto("/")
    page.get_by_label("Your name").fill(login["name"])
    page.get_by_label("Password").fill(login["password"])
    page.get_by_role("button", name="Log in").click()
    page.locator("#list").wait_for()
