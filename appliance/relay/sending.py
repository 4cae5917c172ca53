"""Posts what waits: a few at once to each endpoint, in the order of the log within a conversation.

Each endpoint is served by a task of its own, which ends when nothing is due and begins again when
something is made or its next try has come. So a slow one delays no other, and idle ones cost
nothing.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from appliance.desk.access.accesses import Accessed
from appliance.desk.webhooks.looking_up import Names
from appliance.desk.webhooks.url_policy import UrlPolicy
from appliance.relay.dialect import AnswerMeaning, Dialect
from appliance.relay.outcomes import Result, Results, complain
from appliance.relay.posting import Postman
from appliance.relay.trying import Trier
from appliance.store import webhook_deliveries
from appliance.store.store import Store
from appliance.store.webhook_deliveries import Delivery
from appliance.store.webhooks import WebhookEndpoint

PARALLEL = 4
"""At once to one endpoint, while it takes what it gets; one that does not gets one at a time."""
READ_AT_ONCE = 64
_LOOK_AGAIN_S, _SOONEST_S = 300.0, 0.05
_NAMES = 32
"""Names that are looked up at once, each by one thread however many posts wait for it."""
_STUMBLED_S, _STUMBLED_MOST_S = 5.0, 300.0
"""So long what could not be tried for a reason of our own is left alone: at first, and at most."""


@dataclass(slots=True, kw_only=True)
class _Served:
    """What one endpoint's task has in hand. `busy` are the numbers of deliveries whose outcome is
    not written yet, `lanes` what is on its way for the first time; `stumbles` counts how often one
    could not be tried for a reason of our own.
    """

    poster: Postman
    is_failing: bool
    queue: deque[Delivery] = field(default_factory=deque)
    busy: set[int] = field(default_factory=set)
    lanes: set[str] = field(default_factory=set)
    stumbles: dict[int, int] = field(default_factory=dict)
    tries: set[asyncio.Task[None]] = field(default_factory=set)
    task: asyncio.Task[None] | None = None
    timer: asyncio.TimerHandle | None = None


class Sender:
    """For the event loop of the thread `relay`. `endpoint` gives the one of an id while it is to be
    told; `over` is told of each that waits no more; `accessed` who was shown whose message.
    """

    def __init__(
        self,
        store: Store,
        dialects: Mapping[str, Dialect],
        policy: UrlPolicy,
        endpoint: Callable[[str], WebhookEndpoint | None],
        over: Callable[[str], None],
        accessed: Callable[[Accessed], None] | None = None,
    ) -> None:
        self._store = store
        self._policy = policy
        self._endpoint = endpoint
        self._over = over
        self._names = Names(_NAMES, "relay-names")
        self._tls = cache(ssl.create_default_context)
        self._trier = Trier(store, dialects, accessed)
        self._served: dict[str, _Served] = {}
        self._results = Results(store, self._kept)

    @property
    def known(self) -> Sequence[str]:
        return list(self._served)

    def wake(self, webhook_id: str) -> None:
        """Something may be due for this endpoint."""
        served = self._served.get(webhook_id) or self._new(webhook_id)
        if served is not None and (served.task is None or served.task.done()):
            served.task = asyncio.create_task(self._serve(webhook_id, served), name=webhook_id)
            served.task.add_done_callback(complain)
            served.task.add_done_callback(partial(self._served_or_again, webhook_id))

    def forget(self, webhook_id: str) -> None:
        """Nothing is sent to this one any more."""
        self._trier.forget(webhook_id)
        if (served := self._served.pop(webhook_id, None)) is not None:
            if served.timer is not None:
                served.timer.cancel()
            served.poster.close()

    async def close(self, within_s: float) -> None:
        """What is on its way has so long to be answered; the rest is sent again at the next start,
        under the same id.
        """
        for each in self._served.values():
            if each.task is not None:
                each.task.cancel()
            if each.timer is not None:
                each.timer.cancel()
        tries = [task for each in self._served.values() for task in each.tries]
        if tries:
            await asyncio.wait(tries, timeout=within_s)
        for task in tries:
            task.cancel()
        await self._results.finish(within_s)
        for each in self._served.values():
            each.poster.close()
        await asyncio.sleep(0)  # the sockets are closed in the next turn of the loop
        self._names.close()

    def _new(self, webhook_id: str) -> _Served | None:
        endpoint = self._endpoint(webhook_id)
        if endpoint is None:
            return None
        poster = Postman(self._policy, self._names, self._tls)
        served = _Served(poster=poster, is_failing=endpoint.failing_ms is not None)
        self._served[webhook_id] = served
        return served

    async def _serve(self, webhook_id: str, served: _Served) -> None:
        if served.timer is not None:
            served.timer.cancel()
            served.timer = None
        while (endpoint := self._live(webhook_id, served)) is not None:
            most = 1 if served.is_failing else PARALLEL
            delivery = self._next(endpoint, served) if len(served.tries) < most else None
            if delivery is not None:
                self._begin(endpoint, served, delivery)
            elif served.tries:
                await asyncio.wait(served.tries, return_when=asyncio.FIRST_COMPLETED)
            else:
                self._come_again(webhook_id, served)
                return

    def _live(self, webhook_id: str, served: _Served) -> WebhookEndpoint | None:
        endpoint = self._endpoint(webhook_id)
        if endpoint is None or self._served.get(webhook_id) is not served:
            return None
        is_live = endpoint.is_live(self._store.clock.now_ms()) and self._store.keeps
        return endpoint if is_live else None

    def _next(self, endpoint: WebhookEndpoint, served: _Served) -> Delivery | None:
        """The first that is due, unless an earlier one of its conversation is on its way."""
        if not served.queue:
            now_ms, most = self._store.clock.now_ms(), READ_AT_ONCE + len(served.busy)
            due = self._store.read(
                lambda conn: webhook_deliveries.due(conn, endpoint.id, now_ms, limit=most)
            )
            served.queue.extend(each for each in due if each.seq not in served.busy)
        blocked = set(served.lanes)
        for place, each in enumerate(served.queue):
            if each.lane not in blocked or each.tries:
                del served.queue[place]
                return each
            blocked.add(each.lane)
        return None

    def _begin(self, endpoint: WebhookEndpoint, served: _Served, delivery: Delivery) -> None:
        served.busy.add(delivery.seq)
        if delivery.lane and not delivery.tries:
            served.lanes.add(delivery.lane)
        task = asyncio.create_task(self._try(endpoint, served, delivery))
        served.tries.add(task)
        task.add_done_callback(served.tries.discard)
        task.add_done_callback(complain)

    async def _try(self, endpoint: WebhookEndpoint, served: _Served, delivery: Delivery) -> None:
        try:
            result = await self._trier.tried(served.poster, endpoint, delivery)
        except Exception:  # a write that failed, a mistake of ours: the others go on
            self._stumbled(endpoint.id, served, delivery.seq)
            raise
        finally:
            if not delivery.tries:
                served.lanes.discard(delivery.lane)
        served.stumbles.pop(delivery.seq, None)
        if result is None:
            served.busy.discard(delivery.seq)
            self._over(endpoint.id)
            return
        if result.meaning in (AnswerMeaning.TAKEN, AnswerMeaning.AGAIN):
            served.is_failing = result.meaning is AnswerMeaning.AGAIN
        self._results.add(result)

    def _stumbled(self, webhook_id: str, served: _Served, seq: int) -> None:
        """It counts as busy until it is its turn again."""
        before = served.stumbles.get(seq, 0)
        served.stumbles[seq] = before + 1
        wait_s = min(_STUMBLED_S * 2 ** min(before, 10), _STUMBLED_MOST_S)

        def again() -> None:
            served.busy.discard(seq)
            self._wake_known(webhook_id)

        asyncio.get_running_loop().call_later(wait_s, again)

    def _served_or_again(self, webhook_id: str, task: asyncio.Task[None]) -> None:
        """A task that ended by an error, because the database could not be read, begins again."""
        if not task.cancelled() and task.exception() is not None and webhook_id in self._served:
            asyncio.get_running_loop().call_later(_STUMBLED_S, self._wake_known, webhook_id)

    def _wake_known(self, webhook_id: str) -> None:
        if webhook_id in self._served:
            self.wake(webhook_id)

    def _kept(self, result: Result) -> None:
        """Written."""
        if (served := self._served.get(result.webhook_id)) is not None:
            served.busy.discard(result.outcome.seq)
            if not result.is_over:
                self.wake(result.webhook_id)
        if result.is_over:
            self._over(result.webhook_id)

    def _come_again(self, webhook_id: str, served: _Served) -> None:
        """When its next try has come; also sooner, where the clock may be moved meanwhile. What is
        busy wakes it by itself.
        """
        due_ms = self._store.read(
            lambda conn: webhook_deliveries.next_due_ms(conn, webhook_id, but=served.busy)
        )
        if due_ms is None:
            return
        clock = self._store.clock
        wait_s = min(max(clock.real_s(due_ms - clock.now_ms()), _SOONEST_S), _LOOK_AGAIN_S)
        served.timer = asyncio.get_running_loop().call_later(wait_s, self.wake, webhook_id)
