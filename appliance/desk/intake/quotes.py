"""Which message somebody answers: found by the words that their phone quotes of it."""

import json
import logging
import sqlite3
from collections.abc import Sequence

from appliance.desk.intake import placing
from appliance.desk.intake.group_threads import in_group
from appliance.devices.news_protocol import Quoting
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.store import quotes
from appliance.store.store import Tx

log = logging.getLogger(__name__)

_LOOKED_AT = 200
"""Messages before the answer, the newest first, among which the quoted one is sought."""
_CUT = ("…", "...")
_FORMATTING = str.maketrans("", "", "*_~`")


def keep(tx: Tx, device_id: str, quoting: Quoting) -> None:
    """Kept beside the message; left out where no message before it has those words."""
    answer = _answer(tx.conn, device_id, quoting)
    if answer is None:
        return
    before = (each for each in _before(tx.conn, answer) if is_about(quoting.quoted, each))
    quoted = next(before, None)
    if quoted is None:
        log.info("message %s quotes none that is known", answer["id"])
    elif quotes.put(tx, answer["id"], quoted["id"]):
        tx.emit(
            EventKind.MESSAGE_CHANGED,
            line_id=answer["line_id"],
            conversation_id=answer["conversation_id"],
            contact_id=answer["contact_id"],
            message_id=answer["id"],
            facts={"change": "quote"},
        )


def is_about(quoted: str, row: sqlite3.Row) -> bool:
    """Whether the words quote the `text` of this message, or its file where it `has_file`: a long
    message is quoted by its beginning, a file by its sign with its caption or a word.
    """
    words, said = _plain(quoted), _plain(row["text"])
    if row["has_file"] and not said:
        return bool(words) and not words[0].isalnum()
    if row["has_file"] and said in words:
        return True
    head = words.rstrip("….")
    return words == said or (words.endswith(_CUT) and said.startswith(head))


def _answer(conn: sqlite3.Connection, device_id: str, quoting: Quoting) -> sqlite3.Row | None:
    if quoting.group is not None:
        return _answer_in_group(conn, device_id, quoting.group, quoting.key)
    sender = quoting.channel.told(quoting.sender)
    line = placing.line_for(conn, device_id, sender)
    return _answer_of(conn, line.id, sender, quoting.key) if line else None


def _answer_in_group(
    conn: sqlite3.Connection, device_id: str, jid: str, key: str
) -> sqlite3.Row | None:
    found: sqlite3.Row | None = conn.execute(
        "SELECT m.id, m.line_id, m.conversation_id, m.contact_id, m.happened_ms"
        " FROM message m WHERE m.device_key = ? AND m.conversation_id IN"
        " (SELECT value FROM json_each(?)) ORDER BY m.happened_ms DESC LIMIT 1",
        (key, json.dumps([known.conversation_id for known in in_group(conn, device_id, jid)])),
    ).fetchone()
    return found


def _answer_of(
    conn: sqlite3.Connection, line_id: str, sender: Identity, key: str
) -> sqlite3.Row | None:
    found: sqlite3.Row | None = conn.execute(
        "SELECT m.id, m.line_id, m.conversation_id, m.contact_id, m.happened_ms"
        " FROM contact_identity n JOIN conversation c ON c.contact_id = n.contact_id"
        " JOIN message m ON m.conversation_id = c.id"
        " WHERE n.value = ? AND n.scheme = ? AND c.line_id = ? AND m.device_key = ?"
        " ORDER BY m.happened_ms DESC LIMIT 1",
        (*sender, line_id, key),
    ).fetchone()
    return found


def _before(conn: sqlite3.Connection, answer: sqlite3.Row) -> Sequence[sqlite3.Row]:
    return conn.execute(
        "SELECT m.id, m.text, EXISTS"
        "  (SELECT 1 FROM message_media f WHERE f.message_id = m.id) AS has_file"
        " FROM message m WHERE m.conversation_id = ? AND m.happened_ms <= ? AND m.id <> ?"
        " ORDER BY m.happened_ms DESC, m.id DESC LIMIT ?",
        (answer["conversation_id"], answer["happened_ms"], answer["id"], _LOOKED_AT),
    ).fetchall()


def _plain(text: str) -> str:
    """Without what WhatsApp draws instead of showing it."""
    return " ".join(text.translate(_FORMATTING).split())
