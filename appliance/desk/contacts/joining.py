"""Two contacts that turn out to be one person; what there was before is kept for an undo."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from appliance.desk.consent import withdrawal
from appliance.desk.contacts import changes, former_rows, threads
from appliance.desk.contacts.changes import ChangeOfWho
from appliance.desk.contacts.former_rows import OF_CONTACT, OF_THREAD
from appliance.desk.outgoing.sending import Author
from appliance.errors import NotFound, Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import casework, contacts, listed, push, round_joining, unread
from appliance.store.store import Tx

COLUMNS = (
    "office_name",
    "chosen_name",
    "personnel_number",
    "fields",
    "state",
    "state_ms",
    "blocked_ms",
)


def join(tx: Tx, keep_id: str, other_id: str, staff_id: str) -> None:
    """As `join_by`, for a colleague."""
    join_by(tx, keep_id, other_id, Author(staff_id=staff_id))


def join_by(tx: Tx, keep_id: str, other_id: str, by: Author, *, undoes: bool = False) -> None:
    """Two contacts are one person: identities, conversations and messages go to the kept one.

    From here on a withdrawal by either counts for both. So a process that sends must call this
    inside `ConsentGate.write`. Nobody gains consent by it: that is each identity's own. Raises
    NotFound for a contact that is not there, Refused for joining one with itself. `undoes`: they
    were split before, and nothing is kept to undo it.
    """
    keep, other = contacts.find(tx.conn, keep_id), contacts.find(tx.conn, other_id)
    if keep is None or other is None:
        raise NotFound("contact")
    if keep.id == other.id:
        raise Refused(Reason.SAME_CONTACT, "These are one contact already.")
    before: dict[str, Any] = {
        "identities": [list(each) for each in other.identities],
        "message_seq": tx.conn.execute("SELECT coalesce(max(seq), 0) FROM message").fetchone()[0],
        "columns": card_columns(tx.conn, keep.id),
        "rows": former_rows.take(tx.conn, OF_CONTACT, keep.id, other.id),
        "threads": _join_conversations(tx, keep.id, other.id),
    }
    _join_identities(tx, keep.id, other.id)
    _join_cards(tx, keep.id, other.id)
    tx.conn.execute("UPDATE contact SET joined_into = ? WHERE id = ?", (keep.id, other.id))
    former_rows.note_joined(tx.conn, before["rows"], keep.id)
    before["joined_columns"] = card_columns(tx.conn, keep.id)
    if not undoes:
        changes.note(tx, ChangeOfWho.JOIN, keep.id, other.id, before)
    withdrawal.cancel_forbidden(tx, keep.id)
    changes.tell(tx, EventKind.CONTACT_JOINED, keep.id, other.id, by, undone=undoes)


def card_columns(conn: sqlite3.Connection, contact_id: str) -> Mapping[str, Any]:
    names = ", ".join(COLUMNS)
    row = conn.execute(f"SELECT {names} FROM contact WHERE id = ?", (contact_id,)).fetchone()  # noqa: S608 -- names of ours
    return dict(row)


def _join_identities(tx: Tx, keep_id: str, other_id: str) -> None:
    """The claims of both now belong to the kept contact; those that became true are deleted."""
    both = (keep_id, other_id)
    tx.conn.execute(
        "UPDATE contact_identity SET contact_id = ? WHERE contact_id = ?", (keep_id, other_id)
    )
    tx.conn.execute(
        "UPDATE message SET contact_id = ?1 WHERE contact_id = ?2 AND conversation_id IN"
        " (SELECT id FROM conversation WHERE contact_id = ?1)",
        both,
    )
    tx.conn.execute("UPDATE OR IGNORE identity_claim SET contact_id = ? WHERE contact_id = ?", both)
    tx.conn.execute(
        "DELETE FROM identity_claim WHERE contact_id = ?2 OR contact_id = ?1 AND (value, scheme)"
        " IN (SELECT value, scheme FROM contact_identity WHERE contact_id = ?1)",
        both,
    )


def _join_cards(tx: Tx, keep_id: str, other_id: str) -> None:
    """What is known of both; where they differ, the kept one's. Who is blocked stays so."""
    both = {"keep": keep_id, "other": other_id}
    tx.conn.execute(_JOIN_COLUMNS, both)
    tx.conn.execute(
        "INSERT INTO contact_note (contact_id, branch_id, text)"
        " SELECT :keep, branch_id, text FROM contact_note WHERE contact_id = :other"
        " ON CONFLICT DO UPDATE SET text = text || char(10) || excluded.text",
        both,
    )
    for table, column in (("contact_label", "label_id"), ("contact_branch", "branch_id")):
        tx.conn.execute(
            f"INSERT OR IGNORE INTO {table} (contact_id, {column})"  # noqa: S608 -- names of ours
            f" SELECT :keep, {column} FROM {table} WHERE contact_id = :other",
            both,
        )
    tx.conn.execute(
        "INSERT OR IGNORE INTO welcome (line_id, contact_id, message_id)"
        " SELECT line_id, :keep, message_id FROM welcome WHERE contact_id = :other",
        both,
    )
    round_joining.join(tx, keep_id, other_id)
    for table in ("contact_note", "contact_label", "contact_branch", "welcome", "round_person"):
        tx.conn.execute(f"DELETE FROM {table} WHERE contact_id = :other", both)  # noqa: S608 -- names of ours


def _join_conversations(tx: Tx, keep_id: str, other_id: str) -> list[dict[str, Any]]:
    """On each line the two threads become one, ordered by time. Gives what an undo needs."""
    rows = tx.conn.execute("SELECT * FROM conversation WHERE contact_id = ?", (other_id,))
    return [_join_conversation(tx, keep_id, dict(row)) for row in rows.fetchall()]


def _join_conversation(tx: Tx, keep_id: str, other: former_rows.Row) -> dict[str, Any]:
    kept = tx.conn.execute(
        "SELECT id FROM conversation WHERE line_id = ? AND contact_id = ?",
        (other["line_id"], keep_id),
    ).fetchone()
    if kept is None:
        tx.conn.execute(
            "UPDATE conversation SET contact_id = ? WHERE id = ?", (keep_id, other["id"])
        )
        return {"row": other, "kept": None}
    before = {
        "row": other,
        "kept": kept["id"],
        "seqs": threads.seqs_of(tx.conn, other["id"]),
        "notes": _column(tx.conn, "note", "id", other["id"]),
        "events": _column(tx.conn, "conversation_event", "event_seq", other["id"]),
        "rows": former_rows.take(tx.conn, OF_THREAD, kept["id"], other["id"]),
    }
    _merge_thread(tx, kept["id"], other)
    former_rows.note_joined(tx.conn, before["rows"], kept["id"])
    return before


def _column(conn: sqlite3.Connection, table: str, column: str, thread_id: str) -> list[Any]:
    rows = conn.execute(f"SELECT {column} FROM {table} WHERE conversation_id = ?", (thread_id,))  # noqa: S608 -- names of ours
    return [row[0] for row in rows]


def _merge_thread(tx: Tx, kept_id: str, other: former_rows.Row) -> None:
    tx.conn.execute(
        "UPDATE message SET conversation_id = ? WHERE conversation_id = ?", (kept_id, other["id"])
    )
    tx.conn.execute(
        "UPDATE conversation SET last_message_id ="
        " iif((?2, ?1) > (last_ms, coalesce(last_message_id, '')), ?1, last_message_id),"
        " last_ms = max(last_ms, ?2),"
        " last_in_ms = nullif(max(coalesce(last_in_ms, 0), coalesce(?3, 0)), 0),"
        " has_notices = has_notices OR ?5 WHERE id = ?4",
        (
            other["last_message_id"],
            other["last_ms"],
            other["last_in_ms"],
            kept_id,
            other["has_notices"],
        ),
    )
    casework.join(tx, kept_id, other["id"])
    push.join(tx, kept_id, other["id"])
    with unread.counted(tx.conn, [other["id"]]):
        for table in ("draft", "read_mark"):
            tx.conn.execute(f"DELETE FROM {table} WHERE conversation_id = ?", (other["id"],))  # noqa: S608 -- two names of ours
        tx.conn.execute("DELETE FROM conversation WHERE id = ?", (other["id"],))
    listed.settle(tx.conn, [kept_id])


_JOIN_COLUMNS = """
UPDATE contact AS k SET
  office_name = coalesce(k.office_name, o.office_name),
  chosen_name = coalesce(k.chosen_name, o.chosen_name),
  personnel_number = coalesce(k.personnel_number, o.personnel_number),
  fields = json_patch(o.fields, k.fields),
  state = iif(k.state = 'self', o.state, k.state),
  state_ms = iif(k.state = 'self', o.state_ms, k.state_ms),
  blocked_ms = coalesce(k.blocked_ms, o.blocked_ms)
FROM contact o WHERE k.id = :keep AND o.id = :other
"""
