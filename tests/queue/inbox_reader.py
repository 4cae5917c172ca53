"""The inbox and its conversations as a colleague sees them."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from appliance.desk.access.rights import rights_of
from appliance.desk.inbox import overview, thread, window
from appliance.desk.inbox.bubbles import Bubble
from appliance.desk.inbox.overview import ConversationRow, Order, Query
from appliance.desk.team import staff
from tests.queue.counter import Counter


@dataclass(slots=True)
class Colleague:
    counter: Counter
    name: str = "Piet"
    id: str = field(init=False)

    def __post_init__(self) -> None:
        self.id = self.counter.store.write(
            lambda tx: staff.add(tx, self.name, role="lead", branch_id=None)
        )

    def rows(self, order: Order = Order.LATEST) -> Sequence[ConversationRow]:
        query = Query(line_ids=[self.counter.line_id], order=order)
        return self.counter.store.read(
            lambda conn: overview.conversations(conn, self.id, query).rows
        )

    def unread_on_line(self) -> int:
        def read(conn: sqlite3.Connection) -> int:
            rights = rights_of(conn, self.id)
            (line,) = overview.lines(conn, rights, self.id)
            return line.unread

        return self.counter.store.read(read)

    def reads(self, conversation_id: str) -> Sequence[Bubble]:
        def read(conn: sqlite3.Connection) -> Sequence[Bubble]:
            rights = rights_of(conn, self.id)
            about = thread.conversation(conn, rights, conversation_id)
            return window.newest(conn, about).bubbles

        return self.counter.store.read(read)
