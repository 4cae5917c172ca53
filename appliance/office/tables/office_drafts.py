"""What colleagues type at head office and have not sent."""

import json
import sqlite3
from collections.abc import Collection, Mapping
from enum import StrEnum

from appliance.messages import MAX_TEXT
from appliance.store.store import Tx


class DraftKind(StrEnum):
    REPLY = "reply"
    NOTE = "note"


def save(tx: Tx, staff_id: str, conversation_id: str, kind: DraftKind, text: str) -> None:
    """Without words there is none; with very many, the first of them."""
    if not text.strip():
        forget(tx, staff_id, conversation_id, kind)
        return
    tx.conn.execute(
        "INSERT INTO office_draft (staff_id, conversation_id, kind, text, saved_ms)"
        " VALUES (?, ?, ?, ?, ?) ON CONFLICT (staff_id, conversation_id, kind) DO UPDATE"
        " SET text = excluded.text, saved_ms = excluded.saved_ms",
        (staff_id, conversation_id, kind, text[: 4 * MAX_TEXT], tx.now_ms),
    )


def forget(tx: Tx, staff_id: str, conversation_id: str, kind: DraftKind) -> None:
    tx.conn.execute(
        "DELETE FROM office_draft WHERE staff_id = ? AND conversation_id = ? AND kind = ?",
        (staff_id, conversation_id, kind),
    )


def forget_all(tx: Tx, conversation_ids: Collection[str]) -> None:
    """Of conversations that are no more."""
    tx.conn.execute(
        "DELETE FROM office_draft WHERE conversation_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(conversation_ids)),),
    )


def forget_person(
    tx: Tx, box_id: str, conversation_ids: Collection[str], said: Collection[str]
) -> None:
    """What is typed to somebody who was erased at this box, or names them there."""
    forget_all(tx, conversation_ids)
    tx.conn.execute(
        "DELETE FROM office_draft WHERE conversation_id IN"
        " (SELECT conversation_id FROM work_list WHERE box_id = ?)"
        " AND EXISTS (SELECT 1 FROM json_each(?) s WHERE instr(text, s.value))",
        (box_id, json.dumps(list(said))),
    )


def of_conversation(
    conn: sqlite3.Connection, staff_id: str, conversation_id: str
) -> Mapping[str, str]:
    """The text by kind."""
    rows = conn.execute(
        "SELECT kind, text FROM office_draft WHERE staff_id = ? AND conversation_id = ?",
        (staff_id, conversation_id),
    )
    return {row["kind"]: row["text"] for row in rows}


def replies(
    conn: sqlite3.Connection, staff_id: str, conversation_ids: Collection[str]
) -> Mapping[str, str]:
    """The text by conversation."""
    rows = conn.execute(
        "SELECT conversation_id, text FROM office_draft WHERE staff_id = ? AND kind = 'reply'"
        " AND conversation_id IN (SELECT value FROM json_each(?))",
        (staff_id, json.dumps(list(conversation_ids))),
    )
    return {row["conversation_id"]: row["text"] for row in rows}
