"""What was removed and may still stand on the screen of a phone: it does not come back from there.

A phone that opens a chat tells what it shows and Balie does not know. So the words of what was
removed are known again for as long as a driver compares screens with what was told, by what stands
for them under the key of the house.
"""

import json
import sqlite3

from appliance.store.key_at_hand import house_key
from appliance.store.store import Tx

KEPT_MS = 4 * 24 * 3_600_000
"""A driver compares with three days (`whatsapp/seen_in_chat.py`)."""
_APART_MS = 2 * 60_000
"""A screen shows minutes only."""
_SCHEME = "words"


def note(tx: Tx, conversation_id: str, text: str, written_ms: int) -> None:
    """Nothing for a text without letters or digits, such as the sign of a picture that nothing is
    said with: it would stand for every picture of that minute.
    """
    if not _plain(text):
        return
    tx.conn.execute("DELETE FROM care_gone WHERE until_ms < ?", (tx.now_ms,))
    tx.conn.execute(
        "INSERT INTO care_gone (conversation_id, stands_for, written_ms, until_ms)"
        " VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (conversation_id, _stands_for(tx.conn, text), written_ms, tx.now_ms + KEPT_MS),
    )


def is_gone(conn: sqlite3.Connection, conversation_id: str, text: str, written_ms: int) -> bool:
    """Whether these words were removed from there, written in that minute."""
    if not _plain(text) or conn.execute(_ANY, (conversation_id,)).fetchone() is None:
        return False
    known = house_key(conn).ever_stood_for(_SCHEME, _plain(text))
    about = (conversation_id, json.dumps(list(known)), written_ms, _APART_MS)
    return conn.execute(_SAME, about).fetchone() is not None


def _stands_for(conn: sqlite3.Connection, text: str) -> str:
    return house_key(conn).stands_for(_SCHEME, _plain(text))


def _plain(text: str) -> str:
    """A screen may lose emoji and break lines otherwise."""
    return "".join(each for each in text.casefold() if each.isalnum())


_ANY = "SELECT 1 FROM care_gone WHERE conversation_id = ? LIMIT 1"
_SAME = """
SELECT 1 FROM care_gone WHERE conversation_id = ?1
AND stands_for IN (SELECT value FROM json_each(?2)) AND abs(written_ms - ?3) <= ?4 LIMIT 1
"""
