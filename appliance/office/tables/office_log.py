"""The office's numbering of what all boxes tell: batches, in the order in which they came."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedBatch:
    """`seq` is the number at the office of its first event, `first` and `last` the box's own.
    `goes_back`: it is the first one after the box was put back to an earlier day.
    """

    seq: int
    many: int
    box_id: str
    epoch: str
    first: int
    last: int
    goes_back: bool

    @property
    def last_seq(self) -> int:
        return self.seq + self.many - 1


def append(tx: Tx, box_id: str, epoch: str, first: int, last: int, many: int) -> None:
    """In the transaction in which the office's place in this replica moves on."""
    if many:
        tx.conn.execute(
            "INSERT INTO office_log (seq, many, box_id, epoch, first, last)"
            " VALUES (1 + coalesce((SELECT seq + many - 1 FROM office_log ORDER BY seq DESC"
            " LIMIT 1), 0), ?, ?, ?, ?, ?)",
            (many, box_id, epoch, first, last),
        )


def last_seq(conn: sqlite3.Connection) -> int:
    row = conn.execute(
        "SELECT seq + many - 1 AS last FROM office_log ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return 0 if row is None else int(row["last"])


def after(conn: sqlite3.Connection, seq: int, *, limit: int) -> Sequence[LoggedBatch]:
    """Those with an event above `seq`, in order."""
    rows = conn.execute(_AFTER, (seq, limit))
    return [LoggedBatch(**{**dict(row), "goes_back": bool(row["goes_back"])}) for row in rows]


def stands_until(conn: sqlite3.Connection, batch: LoggedBatch) -> int:
    """The last number of the batch that no later numbering of the box has given to another event,
    as far as that was followed.
    """
    row = conn.execute(
        "SELECT min(first) AS first FROM office_log WHERE box_id = ? AND seq > ? AND epoch <> ?",
        (batch.box_id, batch.seq, batch.epoch),
    ).fetchone()
    return batch.last if row["first"] is None else min(batch.last, int(row["first"]) - 1)


_AFTER = """
SELECT o.*, o.epoch <> coalesce((
    SELECT b.epoch FROM office_log b WHERE b.box_id = o.box_id AND b.seq < o.seq
    ORDER BY b.seq DESC LIMIT 1), o.epoch) AS goes_back
FROM office_log o
WHERE o.seq >= coalesce((
    SELECT seq FROM office_log WHERE seq <= ?1 ORDER BY seq DESC LIMIT 1), 0)
  AND o.seq + o.many - 1 > ?1
ORDER BY o.seq LIMIT ?2
"""
