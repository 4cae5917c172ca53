"""Codes for a line itself: a person who reads one could take the number over.

They are no messages: they stand in no conversation, no search, no event and no answer of the API.
For ten minutes, people who manage the line's devices can read them on the page of the devices;
after that only the fact remains that one came.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.lines import code_words
from appliance.devices.protocol import Incoming
from appliance.events import EventKind
from appliance.queue.profile import MINUTE_MS
from appliance.store.store import Store, Tx

READABLE_MS = 10 * MINUTE_MS
"""As long as most services take a code, and long enough to walk to the phone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineCode:
    """`service` is empty when the code names no known one.

    `text` is None, and `sender` empty, for people who may not read it.
    """

    id: str
    service: str
    sender: str
    text: str | None
    came_ms: int

    @property
    def until_ms(self) -> int:
        return self.came_ms + READABLE_MS


def take(tx: Tx, device_key: str, line_id: str, incoming: Incoming) -> bool:
    """Keeps the text if it is such a code; True if it is one. A known code is dropped."""
    if incoming.group is not None:
        return False
    service = code_words.service_of(incoming.sender, incoming.text, incoming.channel)
    if service is None:
        return False
    new = tx.conn.execute(
        "INSERT INTO line_code (id, device_key, line_id, service, sender, text, came_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
        (
            tx.new_id(),
            device_key,
            line_id,
            service,
            incoming.sender,
            incoming.text,
            tx.now_ms,
        ),
    ).fetchone()
    if new is not None:
        _tell(tx, line_id, new["id"], gone=False)
    return True


def readable(
    conn: sqlite3.Connection, line_id: str, *, now_ms: int, with_text: bool
) -> Sequence[LineCode]:
    """The codes that came just now, newest first; with their text for people who may read it."""
    rows = conn.execute(
        "SELECT id, service, sender, text, came_ms FROM line_code WHERE line_id = ?"
        " AND text IS NOT NULL AND came_ms > ? AND came_ms <= ? ORDER BY came_ms DESC, id DESC",
        (line_id, now_ms - READABLE_MS, now_ms),
    )
    return [
        LineCode(
            id=row["id"],
            service=row["service"],
            sender=row["sender"] if with_text else "",
            text=row["text"] if with_text else None,
            came_ms=row["came_ms"],
        )
        for row in rows
    ]


def forget_old(store: Store) -> None:
    """Erases the texts whose time is over. A thread calls it once in a while."""
    now_ms = store.clock.now_ms()
    if store.read(lambda conn: _old(conn, now_ms)):
        store.write(lambda tx: _forget(tx, now_ms))


def _forget(tx: Tx, now_ms: int) -> None:
    for row in _old(tx.conn, now_ms):
        tx.conn.execute("UPDATE line_code SET text = NULL, sender = '' WHERE id = ?", (row["id"],))
        _tell(tx, row["line_id"], row["id"], gone=True)


def _old(conn: sqlite3.Connection, now_ms: int) -> Sequence[sqlite3.Row]:
    """A clock may have been put back: a code from after now counts as old, too."""
    return conn.execute(
        "SELECT id, line_id FROM line_code WHERE text IS NOT NULL"
        " AND (came_ms <= ? OR came_ms > ?)",
        (now_ms - READABLE_MS, now_ms),
    ).fetchall()


def _tell(tx: Tx, line_id: str, code_id: str, *, gone: bool) -> None:
    tx.emit(EventKind.LINE_CODE, line_id=line_id, facts={"code": code_id, "gone": gone})
