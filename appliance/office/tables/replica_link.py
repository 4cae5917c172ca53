"""What the office notes in a replica: how far it is, and which conversations changed."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from appliance.office.batch import slice_as_json
from appliance.office.reading import plain
from appliance.slices import Slice
from appliance.store.store import Tx


@contextmanager
def at_one_moment(conn: sqlite3.Connection) -> Iterator[None]:
    """Whatever is written meanwhile, all that is read in the block was so at one time."""
    conn.execute("BEGIN")
    try:
        yield
    finally:
        conn.execute("COMMIT")


_NOT_NOTED = -1
"""How far an epoch went together with the one before it, where that was not noted yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastEpoch:
    """The one after it goes on from its event `seq`."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """`epoch` is empty before the first batch; `past` are the epochs before it, the newest last.
    `happened` is what the one before this said that the box does not know.
    """

    epoch: str = ""
    cursor: int = 0
    directory: int = 0
    past: Sequence[PastEpoch] = ()
    happened: Mapping[str, Any] | None = field(default=None)

    def shared_with(self, epoch: str) -> int | None:
        """Up to which event what is here is that epoch's log; None where nothing of it is."""
        if epoch == self.epoch:
            return self.cursor
        shared = self.cursor
        for each in reversed(self.past):
            shared = min(shared, each.seq)
            if each.epoch == epoch:
                return shared if shared != _NOT_NOTED else None
        return None


def read(conn: sqlite3.Connection) -> LinkState:
    row = conn.execute(
        "SELECT epoch, cursor, directory, past, happened FROM replica_link"
    ).fetchone()
    if row is None:
        return LinkState()
    happened = None if row["happened"] is None else json.loads(row["happened"])
    past = [_past(each) for each in json.loads(row["past"])]
    return LinkState(**{**dict(row), "past": past, "happened": happened})


def _past(found: Any) -> PastEpoch:
    epoch, seq = (found, _NOT_NOTED) if isinstance(found, str) else found
    return PastEpoch(epoch=epoch, seq=seq)


def write(tx: Tx, state: LinkState) -> None:
    happened = None if state.happened is None else json.dumps(state.happened)
    past = [(each.epoch, each.seq) for each in state.past]
    tx.conn.execute(
        "INSERT INTO replica_link (id, epoch, cursor, directory, past, happened)"
        " VALUES (1, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET epoch = excluded.epoch,"
        " cursor = excluded.cursor, directory = excluded.directory, past = excluded.past,"
        " happened = excluded.happened",
        (state.epoch, state.cursor, state.directory, json.dumps(past), happened),
    )


def touch(tx: Tx, conversation_ids: Collection[str]) -> None:
    tx.conn.executemany(
        "INSERT OR REPLACE INTO replica_touched (conversation_id) VALUES (?)",
        [(each,) for each in sorted(conversation_ids)],
    )


def touch_all(tx: Tx) -> None:
    tx.conn.execute(
        "INSERT OR REPLACE INTO replica_touched (conversation_id) SELECT id FROM conversation"
    )


def forget_unknown(tx: Tx) -> None:
    tx.conn.execute("DELETE FROM replica_unknown")


def touched_after(conn: sqlite3.Connection, n: int, *, limit: int) -> Mapping[str, int]:
    """The conversations that changed, with their places, in that order."""
    rows = conn.execute(
        "SELECT conversation_id, n FROM replica_touched WHERE n > ? ORDER BY n LIMIT ?", (n, limit)
    )
    return {row["conversation_id"]: row["n"] for row in rows}


def last_touched(conn: sqlite3.Connection) -> int:
    return int(conn.execute("SELECT coalesce(max(n), 0) FROM replica_touched").fetchone()[0])


def keep_unknown(
    tx: Tx, slices: Sequence[Slice], parts: Sequence[Slice], events: Sequence[Mapping[str, Any]]
) -> None:
    """`parts` are those of `slices` that hold what is not understood; whatever was kept of the
    others is gone, because it goes when the box takes it away.
    """
    if tx.conn.execute("SELECT 1 FROM replica_unknown WHERE what <> 'event' LIMIT 1").fetchone():
        tx.conn.executemany(
            "DELETE FROM replica_unknown WHERE what = ? AND of = ?",
            [(each.table, _of(each)) for each in slices],
        )
    told = [(each.table, _of(each), plain(slice_as_json(each)).decode()) for each in parts]
    told += [("event", str(each["seq"]), plain(dict(each)).decode()) for each in events]
    tx.conn.executemany(
        "INSERT OR REPLACE INTO replica_unknown (what, of, told) VALUES (?, ?, ?)", told
    )


def _of(given: Slice) -> str:
    return plain(slice_as_json(given)["of"]).decode()
