"""How far the office has followed each replica."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedTo:
    """`touched` and `directory` are numbers of the replica (`office/sql_replica`)."""

    epoch: str = ""
    event_seq: int = 0
    touched: int = 0
    directory: int = 0


def of_box(conn: sqlite3.Connection, box_id: str) -> FollowedTo:
    row = conn.execute(
        "SELECT epoch, event_seq, touched, directory FROM follow_place WHERE box_id = ?", (box_id,)
    ).fetchone()
    return FollowedTo() if row is None else FollowedTo(**dict(row))


def put(tx: Tx, box_id: str, place: FollowedTo) -> None:
    tx.conn.execute(
        "INSERT INTO follow_place (box_id, epoch, event_seq, touched, directory)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (box_id) DO UPDATE SET epoch = excluded.epoch,"
        " event_seq = excluded.event_seq, touched = excluded.touched,"
        " directory = excluded.directory",
        (box_id, place.epoch, place.event_seq, place.touched, place.directory),
    )


def look_again(tx: Tx, box_ids: Sequence[str]) -> None:
    """At the branches and lines of these: a number that was another box's may be free."""
    tx.conn.executemany(
        "UPDATE follow_place SET directory = -1 WHERE box_id = ?", [(each,) for each in box_ids]
    )


def begin_anew(tx: Tx, box_id: str) -> None:
    """With the rows of its replica, which is another one. Its events were told here once, as far as
    they were followed.
    """
    tx.conn.execute(
        "UPDATE follow_place SET touched = 0, directory = -1 WHERE box_id = ?", (box_id,)
    )


def forget(tx: Tx, box_id: str) -> None:
    tx.conn.execute("DELETE FROM follow_place WHERE box_id = ?", (box_id,))
