"""Follows the log: notes which browsers are to be told of a conversation that begins to wait.

How far it is stands in the same transaction as what it notes, so a crash tells nobody twice and
misses nobody.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.desk.notices.news import begins_a_wait, news_for
from appliance.events import Event
from appliance.store import events, push
from appliance.store.store import Store, Tx

_PIECE = 500
"""Events of one look; the place in the log is also written down where all of them told nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ToNote:
    """`pairs` are a subscription and a conversation each."""

    pairs: Sequence[tuple[str, str]] = ()
    event_seq: int = 0
    is_all: bool = True


def catch_up(store: Store) -> bool:
    """Does the next piece; False when nothing is left to do, or the house wants no notifications.

    Who is told is found out by reading, because others wait while somebody writes.
    """
    now_ms = store.clock.now_ms()
    found = store.read(lambda conn: _next(conn, now_ms))
    if found.pairs or not found.is_all:
        store.write(lambda tx: _keep(tx, found))
    return not found.is_all


def _next(conn: sqlite3.Connection, now_ms: int) -> _ToNote:
    house = push.house(conn)
    if not house.is_on:
        return _ToNote()
    batch = events.after(conn, house.event_seq, limit=_PIECE)
    if not batch:
        return _ToNote()
    pairs = [pair for event in batch for pair in _told(conn, event, now_ms)]
    return _ToNote(pairs=pairs, event_seq=batch[-1].seq, is_all=len(batch) < _PIECE)


def _told(conn: sqlite3.Connection, event: Event, now_ms: int) -> Iterator[tuple[str, str]]:
    if event.conversation_id is None or not begins_a_wait(conn, event):
        return
    for each in push.subscriptions(conn, now_ms):
        if news_for(conn, each.staff_id, event.conversation_id, now_ms) is not None:
            yield each.id, event.conversation_id


def _keep(tx: Tx, found: _ToNote) -> None:
    if not push.house(tx.conn).is_on:  # switched off meanwhile
        return
    for subscription_id, conversation_id in found.pairs:
        push.note(tx, subscription_id, conversation_id)
    push.follow_to(tx, found.event_seq)
