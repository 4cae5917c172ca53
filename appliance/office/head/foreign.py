"""A box may tell of its own branches, lines and conversations only."""

import threading
from collections.abc import Iterator, Mapping

from appliance.ids import is_id
from appliance.office.batch import Batch
from appliance.office.head.taking_in import Wrong
from appliance.office.tables import boxes, work_list
from appliance.slices import Value
from appliance.store.store import Store, Tx

MOST_THINGS = 2_000
"""Branches and lines of one box, those that it removed with them: a branch has a handful of lines,
and a box some dozens of phones.
"""
_ROW_IS = {"branch": "id", "line": "id"}
_NAMES = ("branch_id", "line_id")


class Owners:
    """Whose a branch or a line is: who tells of it first, until that box is struck off. What was
    found once is kept in memory. For every thread.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: dict[str, set[str]] = {}

    def check(self, box_id: str, batch: Batch) -> None:
        """Raises Wrong."""
        with self._lock:
            new = set(_things(batch)) - self._known.get(box_id, set())
        if new:
            self._store.write(lambda tx: _claim(tx, box_id, new))
        with self._lock:
            self._known.setdefault(box_id, set()).update(new)
        told = set(_conversations(batch))
        if not told:
            return
        other = self._store.read(lambda conn: work_list.foreign(conn, box_id, told))
        if other is not None:
            raise Wrong("It told of a conversation that is another box's.")

    def forget(self, box_id: str) -> None:
        """It comes in again: what was its own may be another box's meanwhile."""
        with self._lock:
            self._known.pop(box_id, None)


def _claim(tx: Tx, box_id: str, ids: set[str]) -> None:
    """All of them or none. Raises Wrong."""
    if not all(map(is_id, ids)):
        raise Wrong("It told of a branch or a line whose id is none.")
    if len(ids.union(boxes.things_of(tx.conn, box_id))) > MOST_THINGS:
        raise Wrong(f"It told of more than {MOST_THINGS} branches and lines.")
    if boxes.claim(tx, box_id, ids) is not None:
        raise Wrong("It told of a branch or a line that is another box's.")


def _things(batch: Batch) -> Iterator[str]:
    for event in batch.events:
        yield from (each for each in (event.branch_id, event.line_id) if each is not None)
    for table, row in _rows(batch):
        yield from _texts(row, *_NAMES)
        if table in _ROW_IS:
            yield from _texts(row, _ROW_IS[table])


def _conversations(batch: Batch) -> Iterator[str]:
    for event in batch.events:
        if event.conversation_id is not None:
            yield event.conversation_id
    for table, row in _rows(batch):
        yield from _texts(row, "conversation_id", *(["id"] if table == "conversation" else []))


def _rows(batch: Batch) -> Iterator[tuple[str, Mapping[str, Value]]]:
    for each in batch.slices:
        for row in (each.of, *each.rows):
            yield each.table, row


def _texts(row: Mapping[str, Value], *names: str) -> Iterator[str]:
    for name in names:
        if isinstance(found := row.get(name), str):
            yield found
