"""The office's numbering of what all boxes tell: batches, in the order in which they came."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedBatch:
    """`seq` is the number at the office of its first event, `first` and `last` the box's own."""

    seq: int
    many: int
    box_id: str
    epoch: str
    first: int
    last: int

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
    rows = conn.execute(
        "SELECT * FROM office_log WHERE seq > coalesce((SELECT seq FROM office_log WHERE seq <= ?1"
        " ORDER BY seq DESC LIMIT 1), 0) - 1 AND seq + many - 1 > ?1 ORDER BY seq LIMIT ?2",
        (seq, limit),
    )
    return [LoggedBatch(**dict(row)) for row in rows]
