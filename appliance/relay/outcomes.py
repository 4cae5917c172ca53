"""What became of tries, written together: many in one transaction, while more of them come."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from appliance.relay.dialect import AnswerMeaning
from appliance.store import webhook_deliveries, webhooks
from appliance.store.store import Store, Tx
from appliance.store.webhook_deliveries import DeliveryOutcome, DeliveryState
from appliance.store.webhooks import OffWhy
from appliance.trouble import Trouble

log = logging.getLogger(__name__)

FAILING_MS = 5 * 24 * 3_600_000
"""An endpoint at which nothing arrived for so long is switched off."""
QUIET_MS = 2 * 24 * 3_600_000
"""Failed tries that lie further apart say nothing of the time between: the days are counted from
the later one on. It is longer than any wait between two tries, and so long that one delivery which
was tried to its end switches off what was silent since.
"""
AGAIN_S = 1.0
"""What could not be written is written again after so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    webhook_id: str
    outcome: DeliveryOutcome
    meaning: AnswerMeaning

    @property
    def is_over(self) -> bool:
        return self.outcome.state is not DeliveryState.PENDING


class Results:
    """For one event loop. `kept` is told of each result once it is written."""

    def __init__(self, store: Store, kept: Callable[[Result], None]) -> None:
        self._store = store
        self._kept = kept
        self._waiting: list[Result] = []
        self._writing: asyncio.Task[None] | None = None
        self._trouble = Trouble(log, "what became of webhooks cannot be written")

    def add(self, result: Result) -> None:
        self._waiting.append(result)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
            self._writing.add_done_callback(complain)

    async def finish(self, within_s: float) -> None:
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=within_s)

    async def _write(self) -> None:
        """What a power cut takes back is sent again, under the same id."""
        while batch := self._waiting:
            self._waiting = []
            try:
                written = self._store.submit(partial(_keep, batch=batch), durable=False)
                await asyncio.wrap_future(written)
            except Exception as exc:  # until it is written they count as busy
                self._trouble.met(exc, exc=exc)
                self._waiting = [*batch, *self._waiting]
                await asyncio.sleep(AGAIN_S)
                continue
            self._trouble.over()
            for each in batch:
                self._kept(each)


def _keep(tx: Tx, batch: Sequence[Result]) -> None:
    webhook_deliveries.keep_outcomes(tx, (each.outcome for each in batch))
    by_endpoint: dict[str, list[Result]] = {}
    for each in batch:
        by_endpoint.setdefault(each.webhook_id, []).append(each)
    for webhook_id, results in by_endpoint.items():
        _judge(tx, webhook_id, results)


def _judge(tx: Tx, webhook_id: str, results: Sequence[Result]) -> None:
    """Whether it is to be told any more."""
    found = webhooks.endpoint(tx.conn, webhook_id)
    if found is None:
        return
    failing_ms = found.failing_ms
    for each in results:
        if each.meaning is AnswerMeaning.TAKEN:
            failing_ms = None
        elif each.meaning is AnswerMeaning.AGAIN:
            failing_ms = failing_ms or each.outcome.attempt.at_ms
        elif each.meaning is AnswerMeaning.GONE:
            webhooks.switch_off(tx, webhook_id, OffWhy.GONE)
    if failing_ms != found.failing_ms:
        webhooks.note_failing(tx, webhook_id, failing_ms)
    if failing_ms is not None:
        end_if_dead(tx, webhook_id)


def end_if_dead(tx: Tx, webhook_id: str) -> None:
    """Switches off one at which nothing arrived for five days, also where nothing is tried now."""
    found = webhooks.endpoint(tx.conn, webhook_id)
    if found is None or not found.enabled or found.failing_ms is None:
        return
    if tx.now_ms - found.failing_ms < FAILING_MS:
        return
    tried = webhook_deliveries.tried_since(tx.conn, webhook_id, found.failing_ms)
    since_ms = _without_rest(tried, tx.now_ms)
    if since_ms is not None and tx.now_ms - since_ms >= FAILING_MS:
        webhooks.switch_off(tx, webhook_id, OffWhy.FAILING)
    else:
        webhooks.note_failing(tx, webhook_id, since_ms)


def _without_rest(tried_ms: Sequence[int], now_ms: int) -> int | None:
    """Since when it fails without a rest; None where it has been quiet."""
    since_ms, later_ms = None, now_ms
    for each in reversed(tried_ms):
        if later_ms - each > QUIET_MS:
            break
        since_ms = later_ms = each
    return since_ms


def complain(task: asyncio.Task[None]) -> None:
    """Of a task that nobody waits for."""
    if not task.cancelled() and (exc := task.exception()) is not None:
        log.error("a webhook could not be told: %s", type(exc).__name__, exc_info=exc)
