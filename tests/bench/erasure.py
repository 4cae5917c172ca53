"""A person with 5,000 messages, among a million, is erased: from the asking until it is complete.

The peer is the processor time of that, which a loaded machine does not lengthen.
"""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

from appliance.clock import SystemClock
from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.desk.privacy.erasing import asking, job
from appliance.desk.privacy.erasing.asking import ErasureWish
from appliance.desk.search import following
from appliance.runtime import kinds
from appliance.store.store import Store, Tx
from tests.bench.benchmark import Measured, at_most
from tests.bench.desk_database import FILE, copied

GROUP = "privacy"
MESSAGES = 5_000


@at_most(10, "s to erase a person with 5,000 messages (peer: s of the processor)")
def erasure_of_a_person() -> Measured:
    """With files, index, free pages and write-ahead log."""
    kinds.load()
    with copied() as built, closing(Store(Path(built.data) / FILE, SystemClock())) as store:
        contact_id = store.write(_write_much)
        while following.catch_up(store):
            pass
        wish = ErasureWish(reason="They asked for it.", typed=asking.WORD)
        by = Author(staff_id=store.read(_somebody))
        began_s, before_s = time.perf_counter(), time.process_time()
        store.write(lambda tx: asking.ask(tx, Sight(None), contact_id, wish, by))
        while job.go_on(store):
            pass
        return Measured(value=time.perf_counter() - began_s, peer=time.process_time() - before_s)


def _somebody(conn: sqlite3.Connection) -> str:
    return str(conn.execute("SELECT id FROM staff LIMIT 1").fetchone()["id"])


def _write_much(tx: Tx) -> str:
    """A conversation gets as many messages as it lacks, each like one of its own; whose it is."""
    thread = tx.conn.execute(_SHORTER, (MESSAGES,)).fetchone()["id"]
    count = "SELECT count(*) FROM message WHERE conversation_id = ?"
    while (have := tx.conn.execute(count, (thread,)).fetchone()[0]) < MESSAGES:
        tx.conn.execute(_MORE, {"thread": thread, "most": MESSAGES - have, "round": f"{have:06}-"})
    row = tx.conn.execute("SELECT contact_id FROM conversation WHERE id = ?", (thread,)).fetchone()
    return str(row["contact_id"])


_SHORTER = """
SELECT c.id, count(*) AS have FROM conversation c CROSS JOIN message m ON m.conversation_id = c.id
WHERE c.group_id IS NULL GROUP BY c.id HAVING have < ? ORDER BY have DESC LIMIT 1
"""
_MORE = """
INSERT INTO message (id, conversation_id, line_id, contact_id, value, scheme, direction, class,
  channel, text, state, staff_id, sender_name, created_ms, happened_ms, written_ms, sent_ms)
SELECT :round || id, conversation_id, line_id, contact_id, value, scheme, direction, class, channel,
  text, iif(direction = 'in', 'received', 'sent'), staff_id, sender_name, created_ms, happened_ms,
  written_ms, sent_ms FROM message WHERE conversation_id = :thread ORDER BY seq LIMIT :most
"""
