"""Follows the log: notes which browsers are to be told of a conversation that begins to wait, or
that a colleague makes somebody's.

How far it is stands in the same transaction as what it notes, so a crash tells nobody twice and
misses nobody.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.desk.notices.news import NewsKind, begins_a_wait, for_colleagues, news_for
from appliance.events import Event, EventKind
from appliance.store import events, push
from appliance.store.store import Store, Tx

_PIECE = 500
_MAY_TELL = (
    EventKind.MESSAGE_RECEIVED,
    EventKind.CONVERSATION_NOTED,
    EventKind.CONVERSATION_ASSIGNED,
)
_RARELY = 500
"""The place in the log is written down after so many events, also when none could tell anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _ToNote:
    """`pairs` are a subscription and a conversation each. `event_seq` is 0 where the house wants no
    notifications.
    """

    pairs: Sequence[tuple[str, str]] = ()
    event_seq: int = 0
    is_due: bool = False
    is_all: bool = True


class NoticeFollower:
    """Used by one thread, which is alone in following."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = 0

    def catch_up(self) -> bool:
        """Does the next piece; False when nothing is left to do.

        Who is told is found out by reading, because others wait while somebody writes.
        """
        now_ms = self._store.clock.now_ms()
        found = self._store.read(lambda conn: self._next(conn, now_ms))
        if found.is_due:
            self._store.write(lambda tx: _keep(tx, found), durable=bool(found.pairs))
        self._seen = found.event_seq
        return not found.is_all

    def _next(self, conn: sqlite3.Connection, now_ms: int) -> _ToNote:
        house = push.house(conn)
        if not house.is_on:
            return _ToNote()
        after = max(self._seen, house.event_seq)
        batch = events.after(conn, after, limit=_PIECE)
        if not batch:
            return _ToNote(event_seq=after)
        seq = batch[-1].seq
        came = any(each.kind in _MAY_TELL for each in batch)
        return _ToNote(
            pairs=[pair for event in batch for pair in _told(conn, event, now_ms)],
            event_seq=seq,
            is_due=came or seq - house.event_seq >= _RARELY,
            is_all=len(batch) < _PIECE,
        )


def _told(conn: sqlite3.Connection, event: Event, now_ms: int) -> Iterator[tuple[str, str]]:
    if event.conversation_id is None:
        return
    personal = for_colleagues(event)
    if personal is None and not begins_a_wait(conn, event):
        return
    why, whom = personal or (NewsKind.WAITS, None)
    for each in push.subscriptions(conn, now_ms):
        if whom is not None and each.staff_id not in whom:
            continue
        found = news_for(conn, each.staff_id, event.conversation_id, now_ms)
        if found is not None and found.why is why:
            yield each.id, event.conversation_id


def _keep(tx: Tx, found: _ToNote) -> None:
    if not push.house(tx.conn).is_on:  # switched off meanwhile
        return
    for subscription_id, conversation_id in found.pairs:
        push.note(tx, subscription_id, conversation_id)
    push.follow_to(tx, found.event_seq)
