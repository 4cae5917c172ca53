"""What needs a secure context, over https on a name that is not localhost: the app and its worker.

These browsers trust the certificate that the test made, and find the name on the loopback.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from appliance.api.services import Services
from appliance.clock import SystemClock
from appliance.queue.gate import ConsentGate
from appliance.store.feed import EventFeed
from tests.api.office import run_web_server
from tests.e2e.chromium import launched
from tests.e2e.conftest import PATIENCE_MS, Place
from tests.e2e.filled import fill
from tests.e2e.listening import live
from tests.fresh_store import fresh_store
from tests.own_certificate import make_certificate

NAME = "balie.test"
KEPT = "caches.keys().then(all => Promise.all(all.map(each => caches.open(each)))).then(all =>"
KEPT += " Promise.all(all.map(each => each.keys()))).then(all => all.flat().map(each => each.url))"


@pytest.fixture(scope="module")
def trusting() -> Iterator[Browser]:
    with launched(
        f"--host-resolver-rules=MAP {NAME} 127.0.0.1", "--ignore-certificate-errors"
    ) as b:
        yield b


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Place]:
    """A filled Balie behind https."""
    store = fresh_store(tmp_path / "balie.db", SystemClock())
    services = Services(
        store=store,
        gate=ConsentGate(),
        clock=store.clock,
        feed=EventFeed(store, poll_s=0.05),
        planned=lambda: None,
        ready=tuple,
        data_dir=tmp_path,
    )
    with run_web_server(make_certificate(tmp_path, NAME)) as web, web.serving(services):
        yield Place(web.url, store, fill(store), web, services)
    store.close()


@pytest.fixture
def context(trusting: Browser, secure: Place) -> Iterator[BrowserContext]:
    context = trusting.new_context(base_url=secure.url, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    token = secure.desk.session("Sanne de Wit").token
    context.add_cookies([{"name": "balie_session", "value": token, "url": secure.url}])
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    page = context.new_page()
    page.goto("/inbox/all")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return live(page)


def test_without_connection_a_page_says_so_and_comes_back(
    page: Page, context: BrowserContext, secure: Place
) -> None:
    """The browser has kept one page that says so, and nothing that anybody wrote; with the
    connection the page that was wanted is there by itself.
    """
    kept = page.evaluate(KEPT)
    assert kept[0] == f"{secure.url}/offline"
    assert all("/static/" in each for each in kept[1:])
    context.set_offline(True)
    page.goto("/devices")
    expect(page.locator("h1")).to_have_text("Balie cannot be reached")
    context.set_offline(False)
    expect(page.locator("h1")).to_have_text("Devices")


def test_the_pages_can_be_installed(page: Page) -> None:
    """Chromium finds nothing in the way but what is so in a test: its browser keeps nothing, and
    nobody signed the certificate.
    """
    session = page.context.new_cdp_session(page)
    found = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
    assert {each["errorId"] for each in found} <= {"in-incognito", "not-from-secure-origin"}, found
    manifest = page.evaluate("fetch('/manifest.webmanifest').then(answer => answer.json())")
    assert (manifest["name"], manifest["display"]) == ("Balie Utrecht", "standalone")
    sizes = page.evaluate(
        "all => Promise.all(all.map(({src}) => new Promise((done) => { const i = new Image();"
        " i.onload = () => done(`${i.naturalWidth}x${i.naturalHeight}`); i.src = src; })))",
        manifest["icons"],
    )
    assert (
        sizes == [each["sizes"] for each in manifest["icons"]] == ["192x192", "512x512", "512x512"]
    )
