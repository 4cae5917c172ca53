"""One contact that turns out to be two people, and taking back what was joined or split."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.desk.access.sight import Sight
from appliance.desk.consent import withdrawal
from appliance.desk.contacts import changes, former_rows, threads
from appliance.desk.contacts.changes import ChangeOfWho, WhoChanged
from appliance.desk.contacts.joining import COLUMNS, card_columns, join_by
from appliance.desk.contacts.parting import closed_stays
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.store import contacts, holds, round_joining, unread
from appliance.store.store import Tx


def split(tx: Tx, contact_id: str, identities: Sequence[Identity], by: Author) -> str:
    """The id of the new contact that has these, with all that they wrote and were written.

    What the person had closed stays closed for both, and whoever was blocked stays so. A process
    that sends must call this inside `ConsentGate.write`. Raises InvalidInput.
    """
    own = contacts.identities_of(tx.conn, contact_id)
    if not identities or not set(identities) <= set(own):
        raise InvalidInput("numbers", "Name numbers that this person has.")
    if set(identities) == set(own):
        raise InvalidInput("numbers", "Leave this person at least one number.")
    with closed_stays(tx, contact_id, by):
        new_id = _begin(tx, contact_id, identities)
        for each in identities:
            _give(tx, each, new_id)
        threads.divide(tx, contact_id, new_id, identities)
    for table, column in (("welcome", "line_id"), ("contact_branch", "branch_id")):
        tx.conn.execute(
            f"INSERT INTO {table} ({column}, contact_id) SELECT {column}, ? FROM {table}"  # noqa: S608 -- names of ours
            " WHERE contact_id = ?",
            (new_id, contact_id),
        )
    holds.follow(tx, contact_id, new_id)
    changes.note(tx, ChangeOfWho.SPLIT, contact_id, new_id, {})
    _settle(tx, contact_id, new_id)
    changes.tell(tx, EventKind.CONTACT_SPLIT, contact_id, new_id, by, undone=False)
    return new_id


def undo(
    tx: Tx, contact_id: str, by: Author, *, sight: Sight, other_id: str | None = None
) -> WhoChanged:
    """Takes back the newest joining or splitting of this person, if it was with that other one
    and `sight` sees both.

    What came since goes to whom it came from; what was cancelled stays so, and a withdrawal of
    meanwhile counts for both. A process that sends must call this inside `ConsentGate.write`.
    Raises Refused.
    """
    change = changes.take_newest(tx, sight, contact_id, other_id)
    if change.kind is ChangeOfWho.JOIN:
        _undo_join(tx, change, by)
    else:
        _undo_split(tx, change, by)
    return change


def concerned(conn: sqlite3.Connection, contact_id: str) -> tuple[Identity, ...]:
    """By what all are known whom an undo concerns; nothing may be sent to them meanwhile."""
    change = changes.newest(conn, contact_id)
    people = (contact_id, change.contact_id, change.other_id) if change else (contact_id,)
    return tuple(one for each in people for one in contacts.identities_of(conn, each))


def _undo_split(tx: Tx, change: WhoChanged, by: Author) -> None:
    """The threads were one before; whose they are and whether they are done the kept ones say."""
    rows = tx.conn.execute("SELECT id FROM conversation WHERE contact_id = ?", (change.contact_id,))
    kept = [row["id"] for row in rows.fetchall()]
    cases = {each: former_rows.rows_of(tx.conn, "casework", each) for each in kept}
    join_by(tx, change.contact_id, change.other_id, by, undoes=True)
    for thread_id, case in cases.items():
        if case and not former_rows.rows_of(tx.conn, "casework", thread_id):
            former_rows.insert(tx.conn, "casework", case[0])
    threads.settle(tx.conn, kept)


def _undo_join(tx: Tx, change: WhoChanged, by: Author) -> None:
    keep_id, other_id, before = change.contact_id, change.other_id, change.before
    identities = [Identity(*each) for each in before["identities"]]
    with closed_stays(tx, keep_id, by, since_seq=change.consent_seq):
        tx.conn.execute("UPDATE contact SET joined_into = NULL WHERE id = ?", (other_id,))
        for each in identities:
            if (owner := contacts.by_identity(tx.conn, each)) and owner.id == keep_id:
                _give(tx, each, other_id)
        for thread in before["threads"]:
            _part(tx, thread, keep_id, other_id)
        since = before["message_seq"]
        threads.divide(tx, keep_id, other_id, identities, after_seq=since)
        kept = contacts.identities_of(tx.conn, keep_id)
        threads.divide(tx, other_id, keep_id, kept, after_seq=since)
        for thread in before["threads"]:
            _reopen(tx, thread, since)
    former_rows.put_back(tx.conn, before["rows"], keep_id)
    round_joining.after_split(tx, (keep_id, other_id))
    holds.follow(tx, keep_id, other_id, since_ms=change.at_ms)
    _keep_block(tx, keep_id, other_id, before)
    _put_back_columns(tx, keep_id, before)
    _settle(tx, keep_id, other_id)
    changes.tell(tx, EventKind.CONTACT_SPLIT, keep_id, other_id, by, undone=True)


def _part(tx: Tx, thread: Mapping[str, Any], keep_id: str, other_id: str) -> None:
    """Gives the other one back what was its conversation."""
    row = thread["row"]
    if thread["kept"] is None:
        threads.hand_over(tx, row["id"], keep_id, other_id)
        return
    with unread.counted(tx.conn, [row["id"], thread["kept"]]):
        former_rows.insert(tx.conn, "conversation", row)
        former_rows.put_back(tx.conn, thread["rows"], thread["kept"])
    for table, column, ids in (
        ("note", "id", thread["notes"]),
        ("conversation_event", "event_seq", thread["events"]),
    ):
        tx.conn.execute(
            f"UPDATE {table} SET conversation_id = ? WHERE conversation_id = ? AND {column} IN"  # noqa: S608 -- names of ours
            " (SELECT value FROM json_each(?))",
            (row["id"], thread["kept"], json.dumps(ids)),
        )
    threads.carry(tx, thread["kept"], other_id, thread["seqs"])


def _reopen(tx: Tx, thread: Mapping[str, Any], since: int) -> None:
    """What was done or put away before is open where somebody wrote while they were one."""
    if thread["kept"] is None:
        return
    case = thread["rows"]["casework"]
    for row in (*case["kept"], *case["other"]):
        if row in former_rows.rows_of(tx.conn, "casework", row["conversation_id"]):
            tx.conn.execute(
                "UPDATE casework SET done_ms = NULL, returns = NULL, returns_ms = NULL"
                " WHERE conversation_id = ?1 AND EXISTS"
                " (SELECT 1 FROM message WHERE conversation_id = ?1 AND seq > ?2)",
                (row["conversation_id"], since),
            )


def _keep_block(tx: Tx, keep_id: str, other_id: str, before: Mapping[str, Any]) -> None:
    """Whoever was blocked while they were one stays so under each of the two."""
    blocked_ms = card_columns(tx.conn, keep_id)["blocked_ms"]
    if blocked_ms is not None and blocked_ms != before["joined_columns"]["blocked_ms"]:
        tx.conn.execute(
            "UPDATE contact SET blocked_ms = coalesce(blocked_ms, ?) WHERE id = ?",
            (blocked_ms, other_id),
        )


def _put_back_columns(tx: Tx, keep_id: str, before: Mapping[str, Any]) -> None:
    now = card_columns(tx.conn, keep_id)
    for column in COLUMNS:
        # An older Balie kept fewer of them.
        if column in before["columns"] and now[column] == before["joined_columns"][column]:
            tx.conn.execute(
                f"UPDATE contact SET {column} = ? WHERE id = ?",  # noqa: S608 -- names of ours
                (before["columns"][column], keep_id),
            )


def _begin(tx: Tx, contact_id: str, identities: Sequence[Identity]) -> str:
    """Under the name that they last wrote under."""
    new_id = tx.new_id()
    row = tx.conn.execute(
        "SELECT sender_name FROM message WHERE conversation_id IN"
        " (SELECT id FROM conversation WHERE contact_id = ?) AND sender_name IS NOT NULL"
        " AND (value, scheme) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))"
        " ORDER BY seq DESC LIMIT 1",
        (contact_id, json.dumps([list(each) for each in identities])),
    ).fetchone()
    tx.conn.execute(
        "INSERT INTO contact (id, chosen_name, blocked_ms, created_ms)"
        " SELECT ?, ?, blocked_ms, ? FROM contact WHERE id = ?",
        (new_id, row["sender_name"] if row else None, tx.now_ms, contact_id),
    )
    return new_id


def _give(tx: Tx, identity: Identity, contact_id: str) -> None:
    tx.conn.execute(
        "UPDATE contact_identity SET contact_id = ? WHERE value = ? AND scheme = ?",
        (contact_id, *identity),
    )


def _settle(tx: Tx, *contact_ids: str) -> None:
    for each in contact_ids:
        withdrawal.cancel_forbidden(tx, each)
