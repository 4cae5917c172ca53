"""A known message that is now different: its words came, were changed, or were deleted."""

import sqlite3

from appliance.desk.inbox import marks
from appliance.desk.intake.rules import Arrival, answer, reread
from appliance.devices.protocol import TextForm
from appliance.events import EventKind
from appliance.messages import Direction, Origin
from appliance.store import care_marks, conversations, erased, listed, messages
from appliance.store.store import Tx


def keep(tx: Tx, row: sqlite3.Row, arrival: Arrival | None, text: str, form: TextForm) -> None:
    """Keeps the present content of a message that the device reported before, as `row` has it.

    Awaited words count as if they came now: they stand last, wait for an answer, and are unread.
    Changed words may withdraw consent and never give it, and both versions are kept. The words of a
    deleted message are kept, too. Those of one
    that was removed because it should not be kept do not come back; they may withdraw all the same.
    """
    if row["deleted_ms"] is not None or form is TextForm.WAITING:
        return
    if care_marks.is_removed(tx.conn, row["id"]):
        if arrival is not None and form is TextForm.WORDS and text != row["text"]:
            reread(tx, arrival)
        return
    if form is TextForm.DELETED:
        _set(tx, row, "deleted", deleted_ms=tx.now_ms)
    elif text == row["text"] or _is_of_another(tx, row, text):
        return
    elif row["awaited"]:
        _set(tx, row, "words", text=text, awaited=0, happened_ms=tx.now_ms)
        conversations.touch(
            tx,
            row["conversation_id"],
            row["id"],
            at_ms=tx.now_ms,
            direction=Direction.IN,
            origin=Origin(row["origin"]),
        )
        marks.take_back(tx, conversation_id=row["conversation_id"], message_id=row["id"])
        listed.settle_answers(tx.conn, [row["conversation_id"]])
        if arrival is not None:
            answer(tx, arrival)
    else:
        tx.conn.execute(
            "INSERT INTO earlier_text (message_id, until_ms, text) VALUES (?, ?, ?)",
            (row["id"], tx.now_ms, row["text"]),
        )
        _set(tx, row, "edited", text=text, edited_ms=tx.now_ms)
        if arrival is not None:
            reread(tx, arrival)


def set_aside(tx: Tx, row: sqlite3.Row) -> None:
    """The awaited words are a code for the line: no person wrote to anybody."""
    if row["awaited"]:
        _set(tx, row, "words", awaited=0, origin=Origin.TECHNICAL.value)
        listed.settle(tx.conn, [row["conversation_id"]])


def known(tx: Tx, device_key: str) -> sqlite3.Row | None:
    for digest in erased.digests(tx.conn, messages.digest_of(device_key)):
        row: sqlite3.Row | None = tx.conn.execute(_KNOWN, (digest,)).fetchone()
        if row is not None:
            return row
    return None


def _is_of_another(tx: Tx, row: sqlite3.Row, text: str) -> bool:
    """Of several messages of one moment an earlier one is no longer there, so this moved up."""
    moment, place, _ = row["device_key"].rpartition("#")
    return bool(place) and bool(
        tx.conn.execute(
            "SELECT 1 FROM message WHERE conversation_id = ? AND device_key > ? AND device_key < ?"
            " AND id <> ? AND text = ?",
            (row["conversation_id"], f"{moment}#", f"{moment}$", row["id"], text),
        ).fetchone()
    )


_KNOWN = """
SELECT id, line_id, conversation_id, contact_id, device_key, text, origin, awaited, deleted_ms
FROM message WHERE key_digest = ?
"""


def _set(tx: Tx, row: sqlite3.Row, change: str, **columns: object) -> None:
    names = ", ".join(f"{name} = ?" for name in columns)
    tx.conn.execute(
        f"UPDATE message SET {names} WHERE id = ?",  # noqa: S608 -- column names are ours
        (*columns.values(), row["id"]),
    )
    tx.emit(
        EventKind.MESSAGE_CHANGED,
        line_id=row["line_id"],
        conversation_id=row["conversation_id"],
        contact_id=row["contact_id"],
        message_id=row["id"],
        facts={"change": change},
    )
