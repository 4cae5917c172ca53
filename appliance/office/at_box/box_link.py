"""The thread of the link: an event loop of its own that holds up nothing of the branch.

A box without an office has this thread asleep: every two seconds it looks whether there is a file
with a credential now, and asks no database.
"""

import asyncio
import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from starlette.types import ASGIApp

from appliance.api.services import OfficeNow, Services
from appliance.errors import StoreError
from appliance.office.at_box import credential, joining, kept_broker
from appliance.office.at_box.credential import CredentialInTurn
from appliance.office.at_box.fetching import Fetcher
from appliance.office.at_box.figures import FigureBook
from appliance.office.at_box.https_link import HttpsLink
from appliance.office.at_box.pushing import Pusher
from appliance.office.at_box.renewing import Renewer
from appliance.office.at_box.standing import NO_CREDENTIAL, UNAUTHORIZED, LinkStanding
from appliance.office.at_box.taking import BoxCounter, Taker
from appliance.office.link import Link
from appliance.office.nats_client import has_client
from appliance.office.troubles import LinkError, LinkUnknown, StruckOff
from appliance.reasons import Reason
from appliance.store import office_link
from appliance.store.office_link import OfficeLink
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LOOK_S = 2.0
"""How soon it is noticed that the command line joined this box, or ended that."""
TROUBLE_S = 5.0
STRUCK_OFF_S = 600.0
"""An office that was put back from a copy may know this box again."""
UNKNOWN_S, MOST_UNKNOWN_S = 1.0, 25.0
"""Where no credential opens anything: the office may be put back, or its clock set right."""
_ENDING_S = 5.0


class BoxLink:
    """Started and stopped by whoever owns the store; its other methods are for any thread."""

    def __init__(self, counter: BoxCounter, data: Path, address: str | None) -> None:
        self._counter = counter
        self._store = counter.store
        self._data = data
        self._address = address
        self._standing = LinkStanding()
        self._shown = CredentialInTurn(data)
        self._unknown_s = UNKNOWN_S
        self._served: tuple[ASGIApp, Services] | None = None
        self._thread = threading.Thread(target=self._run, name="office", daemon=True)
        self._wake = threading.Event()
        self._stopped = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pusher: Pusher | None = None
        self._ended: asyncio.Event | None = None
        self._told = False
        self._trouble = Trouble(log, "the link with head office")
        self._store.on_commit(self._on_commit)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped = True
        self._end_link()
        if self._thread.is_alive():
            self._thread.join(_ENDING_S)

    def now(self) -> OfficeNow:
        now = self._standing
        if not credential.readable(self._data):
            return OfficeNow(seen_ms=now.seen_ms, behind=now.behind, trouble=NO_CREDENTIAL)
        return OfficeNow(seen_ms=now.seen_ms, behind=now.behind, trouble=now.trouble)

    def join(self, token: str) -> None:
        joining.join(self._store, self._data, token)
        self._end_link()

    def leave(self) -> None:
        joining.leave(self._store, self._data)
        self._end_link()

    def serve(self, app: ASGIApp, services: Services) -> None:
        self._served = app, services

    def _run(self) -> None:
        while not self._stopped:
            wait_s = LOOK_S
            if credential.is_joined(self._data):
                wait_s = self._linked()
            self._wait(wait_s)

    def _wait(self, wait_s: float) -> None:
        """Or until there is another credential, which the command line may have put there."""
        shown, until_s = credential.readable(self._data), time.monotonic() + wait_s
        while (left_s := until_s - time.monotonic()) > 0:
            if self._wake.wait(min(left_s, LOOK_S)) or credential.readable(self._data) != shown:
                break
        self._wake.clear()

    def _linked(self) -> float:
        """Until the link ends; gives how long to wait before it is looked for again."""
        try:
            known = self._store.read(office_link.link)
            if known is None or self._shown.now() is None:
                return LOOK_S
            asyncio.run(self._follow(known))
        except LinkUnknown:
            return self._unknown()
        except StruckOff:
            return self._struck_off()
        except (StoreError, sqlite3.Error, LinkError, OSError) as exc:
            self._trouble.met(exc)
            return TROUBLE_S
        except Exception as exc:  # a mistake of ours must not end it until the next start
            self._trouble.met(exc, exc=exc)
            return TROUBLE_S
        self._trouble.over()
        return 0.0

    def _struck_off(self) -> float:
        self._standing.trouble = Reason.STRUCK_OFF
        with contextlib.suppress(StoreError):
            self._store.write(office_link.strike_off)
        log.warning("head office has struck this box off; every number is stopped")
        return STRUCK_OFF_S

    def _unknown(self) -> float:
        if self._standing.seen_ms is not None and self._standing.trouble is None:
            self._unknown_s = UNKNOWN_S
        self._standing.trouble = UNAUTHORIZED
        if self._shown.opens_nothing():
            return 0.0
        wait_s = self._unknown_s
        self._unknown_s = min(2 * wait_s, MOST_UNKNOWN_S)
        return wait_s

    async def _follow(self, known: OfficeLink) -> None:
        self._told, self._ended = False, asyncio.Event()
        self._loop = asyncio.get_running_loop()
        link = self._way(known)
        book = FigureBook(self._data, self._address)
        self._pusher = pusher = Pusher(self._store, link, book.facts, self._standing)
        fetcher = Fetcher(link, lambda: self._served)
        taker = Taker(self._counter, link, fetcher.fetch)
        renewer = Renewer(self._store, self._data, self._shown, link)
        try:
            await self._all_of(pusher, taker, renewer)
        finally:
            self._loop = self._pusher = self._ended = None
            await link.close()

    def _way(self, known: OfficeLink) -> Link:
        """By the broker of the office, where it has one and its client is here; else over HTTPS."""
        link = HttpsLink(known.url, known.authority, self._shown.now)
        if not self._goes_by_broker():
            return link
        from appliance.office.at_box.nats_link import NatsLink

        return NatsLink(self._data, known.box, link)

    def _goes_by_broker(self) -> bool:
        return kept_broker.read(self._data) is not None and has_client()

    async def _all_of(self, pusher: Pusher, taker: Taker, renewer: Renewer) -> None:
        """Until one of them ends, which it does by an error only, or the link itself does."""
        works = [pusher.go_on(), taker.go_on(), self._look_after(renewer)]
        tasks = [asyncio.ensure_future(each) for each in works]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                each.result()
        finally:
            for each in tasks:
                each.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            with contextlib.suppress(StoreError):
                await pusher.finish()

    async def _look_after(self, renewer: Renewer) -> None:
        """Returns when the link is over, or another one."""
        began, by_broker = self._store.read(office_link.link), self._goes_by_broker()
        while began is not None and not self._stopped and self._ended is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    await self._ended.wait()
            self._ended.clear()
            now = self._store.read(office_link.link)
            if now is None or now.joined_ms != began.joined_ms:
                return
            if self._goes_by_broker() != by_broker:
                return
            await renewer.renew_if_due(now.renew_by_ms)

    def _on_commit(self) -> None:
        """Runs in the writer's thread."""
        if not self._told and self._loop is not None:
            self._told = True
            self._call(self._hear)

    def _hear(self) -> None:
        self._told = False
        if self._pusher is not None:
            self._pusher.news.set()

    def _end_link(self) -> None:
        self._wake.set()
        self._call(lambda: self._ended.set() if self._ended else None)

    def _call(self, work: Callable[[], object]) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(work)
