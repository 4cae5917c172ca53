"""Requests that the test holds back, so that the test decides their order."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from playwright.sync_api import Page, Route

from appliance.store.store import Store
from tests.api.office import WebServer


def hold(page: Page, address: str) -> list[Route]:
    """The next request to this address waits in the list until the test lets it go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep, times=1)
    return held


@contextmanager
def writes_wait(store: Store) -> Iterator[None]:
    """Balie answers no write until the block ends. The page's own requests go out as always, also
    those that it sends when it is left, which Playwright would lose.
    """
    ended = threading.Event()
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(store.write, lambda _tx: ended.wait())
        try:
            yield
        finally:
            ended.set()
            waiting.result()


@contextmanager
def hangs(web: WebServer) -> Iterator[None]:
    """Balie takes connections and says nothing more, on none of them, until the block ends."""
    ended = threading.Event()
    web.loop.call_soon_threadsafe(ended.wait)
    try:
        yield
    finally:
        ended.set()
