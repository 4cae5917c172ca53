"""Two simulated colleagues, who answer some of those who wait and leave the rest to the visitor."""

import logging
import random
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from appliance.channels import Channel
from appliance.demo import talks
from appliance.demo.seed import COLLEAGUES
from appliance.desk.access.rights import rights_of
from appliance.desk.inbox import overview, thread
from appliance.desk.inbox.overview import ConversationRow, Order, Query
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.desk.team import staff
from appliance.errors import BalieError
from appliance.queue.pacing import MINUTE_MS
from appliance.store.store import Store, Tx

log = logging.getLogger(__name__)

LEFT_WAITING = 3
"""So many who wait longest on a line are the visitor's."""
_PATIENCE_MS = 2 * MINUTE_MS
_ROUND_MS = MINUTE_MS


@dataclass(slots=True)
class Colleagues:
    """One answers in each branch, at most once a round. `planned` wakes the planner."""

    store: Store
    planned: Callable[[], None]
    _answered: set[tuple[str, int | None]] = field(default_factory=set)
    _rng: random.Random = field(default_factory=lambda: random.Random("colleagues"))  # noqa: S311 -- no secret
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="colleagues", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self.store.clock.real_s(_ROUND_MS)):
            try:
                self.round()
            except BalieError as exc:
                log.info("a simulated colleague could not answer: %s", exc)

    def round(self) -> None:
        """Each answers one who has waited for some minutes, if others wait longer."""
        for name, _ in COLLEAGUES:
            self.store.write(lambda tx, name=name: self._answer(tx, name))  # type: ignore[misc]
        self.planned()

    def _answer(self, tx: Tx, name: str) -> None:
        staff_id = staff.named(tx.conn, name).id
        row = self._next(tx.conn, staff_id, tx.now_ms)
        if row is None:
            return
        about = thread.conversation(tx.conn, rights_of(tx.conn, staff_id), row.id)
        to = next(each for each in about.to if Channel.any_writes_to(each))
        request = SendRequest(
            line_id=about.line_id,
            identity=to,
            text=self._rng.choice(talks.ANSWERS),
            author=Author(staff_id=staff_id),
            contact_id=about.contact_id,
            typed=True,
        )
        self._answered.add((row.id, row.waiting_ms))
        accept(tx, request)

    def _next(self, conn: sqlite3.Connection, staff_id: str, now_ms: int) -> ConversationRow | None:
        mine = [each.id for each in overview.lines(conn, rights_of(conn, staff_id), staff_id)]
        query = Query(line_ids=mine, order=Order.WAITING)
        for row in overview.conversations(conn, staff_id, query).rows[LEFT_WAITING:]:
            waited_ms = now_ms - (row.waiting_ms or now_ms)
            known = (row.id, row.waiting_ms) in self._answered
            if waited_ms >= _PATIENCE_MS and not known and not row.near_stop:
                return row
        return None
