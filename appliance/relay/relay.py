"""The thread that tells other software what happens: one event loop, held up by no endpoint."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable

from appliance.desk.access.accesses import Accessed
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.errors import BalieError, StoreError
from appliance.relay.dialect import Dialect
from appliance.relay.following import Follower
from appliance.relay.outcomes import end_if_dead
from appliance.relay.sending import Sender
from appliance.store import webhook_deliveries
from appliance.store.feed import epoch_of
from appliance.store.store import Store, Tx
from appliance.store.webhooks import WebhookEndpoint
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

POLL_S = 0.5
"""How soon what another process wrote is noticed."""
GATHER_S = 0.005
"""What is committed within this time is read together."""
REFRESH_S = 60.0
"""How often the endpoints are read anew, because the tokens of some may have ended; and what is old
among the deliveries goes.
"""
SWEPT = 200
ENDING_S = 1.0


class Relay:
    """Started and stopped by whoever owns the store. `accessed` is called in the thread."""

    def __init__(
        self,
        store: Store,
        dialects: Iterable[Dialect],
        policy: UrlPolicy,
        *,
        accessed: Callable[[Accessed], None] | None = None,
    ) -> None:
        self._store = store
        self._follower = Follower(dialects)
        self._policy = policy
        self._accessed = accessed
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._trouble = Trouble(log, "other software cannot be told what happens")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news = asyncio.Event()
        self._told = False  # the loop was told of a commit and has not looked yet
        self._stopped = False
        self._refresh_s = 0.0
        store.on_commit(self._on_commit)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """What is on its way has a second to be answered."""
        self._stopped = True
        self._tell()
        if self._thread.is_alive():
            self._thread.join(3 * ENDING_S)

    def _run(self) -> None:
        with contextlib.suppress(StoreError):
            asyncio.run(self._follow())

    async def _follow(self) -> None:
        self._loop = asyncio.get_running_loop()
        sender = Sender(
            self._store,
            self._follower.dialects,
            self._policy,
            self._endpoint,
            self._follower.over,
            self._accessed,
        )
        try:
            while not self._stopped:
                self._news.clear()
                self._told = False
                more = await self._turn(sender)
                await (asyncio.sleep(0) if more else self._wait())
        finally:
            self._loop = None
            await sender.close(ENDING_S)

    async def _turn(self, sender: Sender) -> bool:
        """Whether there is more to do at once."""
        if not self._store.keeps:
            return False
        try:
            if time.monotonic() >= self._refresh_s:
                self._refresh_s = time.monotonic() + REFRESH_S
                await self._look_after(sender)
            elif not self._follower.endpoints:
                self._load(sender)
            more = await self._step(sender)
        except BalieError as exc:
            self._trouble.met(exc)
            return False
        except Exception as exc:  # a mistake of ours must not end it until the next start
            self._trouble.met(exc, exc=exc)
            return False
        self._trouble.over()
        return more

    async def _wait(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_S):
                await self._news.wait()
        await asyncio.sleep(GATHER_S)

    async def _step(self, sender: Sender) -> bool:
        """Whether there is more."""
        found = self._store.read(self._follower.next)
        if found.must_write:
            await self._written(found.keep)
        self._follower.kept(found)
        for webhook_id in dict.fromkeys(each.webhook_id for each in found.made):
            sender.wake(webhook_id)
        if found.changed is not None:
            self._load(sender, found.changed)
        return found.more

    def _load(self, sender: Sender, changed: frozenset[str] | None = None) -> None:
        """`changed` are those that are looked at; without it all of them."""
        now_ms, counts = self._store.clock.now_ms(), changed is None
        self._store.read(lambda conn: self._follower.load(conn, now_ms, counts=counts))
        for gone in set(sender.known) - self._follower.endpoints.keys():
            sender.forget(gone)
        known = set(sender.known)
        for webhook_id in self._follower.endpoints:
            if changed is None or webhook_id in changed or webhook_id not in known:
                sender.wake(webhook_id)

    async def _look_after(self, sender: Sender) -> None:
        await self._written(epoch_of)
        self._load(sender)
        if self._follower.endpoints:
            await self._written(self._sweep)

    def _sweep(self, tx: Tx) -> None:
        for webhook_id in self._follower.endpoints:
            end_if_dead(tx, webhook_id)
            webhook_deliveries.sweep(tx, webhook_id, most=SWEPT)

    def _endpoint(self, webhook_id: str) -> WebhookEndpoint | None:
        return self._follower.endpoints.get(webhook_id)

    async def _written(self, work: Callable[[Tx], object]) -> None:
        """What a power cut takes back is found again, because the cursor is taken back with it."""
        await asyncio.wrap_future(self._store.submit(work, durable=False))

    def _on_commit(self) -> None:
        """Runs in the writer's thread."""
        if not self._told:
            self._told = True
            self._tell()

    def _tell(self) -> None:
        loop = self._loop
        if loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                loop.call_soon_threadsafe(self._news.set)
