"""A browser, and a filled branch behind Balie's real web server, without devices."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from appliance.api.services import Services
from appliance.clock import Clock, SystemClock
from appliance.queue.gate import ConsentGate
from appliance.store.feed import EventFeed
from appliance.store.store import Store
from tests.api.office import WebServer, run_web_server
from tests.e2e.chromium import launched
from tests.e2e.filled import fill
from tests.e2e.filler import Filler
from tests.fresh_store import fresh_store

SETUP_CODE = "blauw-fiets-7"
PATIENCE_MS = 30_000
"""How long a page may take, also on a busy machine: one that needs longer has failed."""

expect.set_options(timeout=PATIENCE_MS)


@dataclass(slots=True)
class Place:
    """One Balie: its store, its content, and its address."""

    url: str
    store: Store
    desk: Filler
    web: WebServer
    services: Services

    def count(self, sql: str) -> int:
        return self.store.read(lambda conn: int(conn.execute(sql).fetchone()[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The screen and the language of somebody's browser."""

    width: int = 1280
    height: int = 800
    locale: str = "en-GB"
    dark: bool = False
    touch: bool = False


WIDE = Look()
NARROW = Look(width=360, height=740, touch=True)


class OpenPage(Protocol):
    def __call__(
        self, address: str = "/inbox/all", *, name: str = "", look: Look = WIDE
    ) -> Page: ...


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Ended with each file: Playwright keeps an event loop running, which other tests cannot
    use.
    """
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def page_server() -> Iterator[WebServer]:
    with run_web_server() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    """Balie's, as its browsers have it."""
    return SystemClock()


@pytest.fixture
def empty(page_server: WebServer, tmp_path: Path, clock: Clock) -> Iterator[Place]:
    """A Balie that nobody has used yet."""
    store = fresh_store(tmp_path / "balie.db", clock)
    services = Services(
        store=store,
        gate=ConsentGate(),
        clock=clock,
        feed=EventFeed(store, poll_s=0.05),
        planned=lambda: None,
        ready=tuple,
        data_dir=tmp_path,
        setup_code=SETUP_CODE,
        import_folder=tmp_path / "exports",
    )
    with page_server.serving(services):
        yield Place(page_server.url, store, Filler(store), page_server, services)
    store.close()


@pytest.fixture
def place(empty: Place) -> Place:
    """A Balie as it is after a few days in two branches."""
    empty.desk = fill(empty.store)
    return empty


@pytest.fixture
def contexts(chromium: Browser) -> Iterator[list[BrowserContext]]:
    opened: list[BrowserContext] = []
    yield opened
    for context in opened:
        context.close()


@pytest.fixture
def guest_page(chromium: Browser, empty: Place, contexts: list[BrowserContext]) -> OpenPage:
    """Opens a separate browser at an address, with nobody logged in."""

    def opened(address: str = "/inbox/all", *, name: str = "", look: Look = WIDE) -> Page:
        context = chromium.new_context(
            base_url=empty.url,
            locale=look.locale,
            viewport={"width": look.width, "height": look.height},
            color_scheme="dark" if look.dark else "light",
            has_touch=look.touch,
            is_mobile=look.touch,
            service_workers="block",  # each browser would fetch one; see test_pages_secure
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if name:
            token = empty.desk.session(name).token
            context.add_cookies([{"name": "balie_session", "value": token, "url": empty.url}])
        page = context.new_page()
        page.goto(address)
        return page

    return opened


@pytest.fixture
def open_page(guest_page: OpenPage, place: Place) -> OpenPage:
    """As `guest_page`, with somebody of the filled branches logged in."""

    def opened(
        address: str = "/inbox/all", *, name: str = "Sanne de Wit", look: Look = WIDE
    ) -> Page:
        return guest_page(address, name=name, look=look)

    return opened
