"""Follows the log for the rounds: answers come in, questions leave, and the rounds go on.

How far it is stands in the same transaction as what follows from it, so a crash hears nobody twice
and misses nobody; and as a question and its note are kept together, it asks nobody twice.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from appliance.desk.rounds import hearing, seats
from appliance.events import Event
from appliance.store import events, rounds
from appliance.store.store import Store, Tx

_PIECE = 500
_RARELY = 2_000
"""The place in the log is written down after so many events, also when none concerned a round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """What of the log comes next; `kept` is how far the database says that it was followed."""

    kept: int
    seq: int
    heard: Sequence[Event] = ()
    is_all: bool = True


class RoundFollower:
    """Used by one thread, which is alone in following."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = 0
        self._heard = False

    def catch_up(self) -> bool:
        """Does the next piece of the log; False when nothing is left to do."""
        now_ms = self._store.clock.now_ms()
        piece = self._store.read(lambda conn: self._next(conn, now_ms))
        if piece.heard or piece.seq - piece.kept >= _RARELY:
            self._store.write(lambda tx: _take(tx, piece), durable=bool(piece.heard))
        self._seen = piece.seq
        self._heard |= bool(piece.heard)
        return not piece.is_all

    def has_heard(self) -> bool:
        """Whether anything concerned a round since this was asked."""
        heard, self._heard = self._heard, False
        return heard

    def go_on(self) -> bool:
        """Takes the next step in each round that has one; whether there was any."""
        now_ms = self._store.clock.now_ms()
        found = self._store.read(lambda conn: _due(conn, now_ms))
        for round_id in found:
            self._store.write(partial(seats.advance, round_id=round_id))
        return bool(found)

    def _next(self, conn: sqlite3.Connection, now_ms: int) -> _Piece:
        kept = followed_to(conn)
        after = max(self._seen, kept)
        if not _lives(conn, now_ms):
            return _Piece(kept=kept, seq=events.last_seq(conn))
        batch = events.after(conn, after, limit=_PIECE)
        if not batch:
            return _Piece(kept=kept, seq=after)
        heard = [each for each in batch if hearing.concerns(conn, each, now_ms)]
        return _Piece(kept=kept, seq=batch[-1].seq, heard=heard, is_all=len(batch) < _PIECE)


def followed_to(conn: sqlite3.Connection) -> int:
    return int(conn.execute("SELECT event_seq FROM round_follower").fetchone()[0])


def begin_here(tx: Tx) -> None:
    """A round begins: where no other lives, nothing of before concerns any."""
    if not _lives(tx.conn, tx.now_ms):
        tx.conn.execute("UPDATE round_follower SET event_seq = ?", (events.last_seq(tx.conn),))


def _take(tx: Tx, piece: _Piece) -> None:
    """Another process may have been here since: then its place in the log is another."""
    moved = tx.conn.execute(
        "UPDATE round_follower SET event_seq = ? WHERE event_seq = ? RETURNING id",
        (piece.seq, piece.kept),
    )
    if moved.fetchone() is None:
        return
    for event in piece.heard:
        hearing.hear(tx, event)


def _lives(conn: sqlite3.Connection, now_ms: int) -> bool:
    found = conn.execute("SELECT 1 FROM round WHERE ends_ms > ? LIMIT 1", (now_ms,))
    return found.fetchone() is not None


def _due(conn: sqlite3.Connection, now_ms: int) -> Sequence[str]:
    rows = conn.execute("SELECT * FROM round WHERE ends_ms > ? ORDER BY id", (now_ms,)).fetchall()
    living = [rounds.from_row(conn, row) for row in rows]
    return [each.id for each in living if seats.due(conn, each, now_ms).is_anything]
