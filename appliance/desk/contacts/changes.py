"""Joinings and splittings, as far as they can be undone: the newest of a person first."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from appliance.desk.access.sight import Sight
from appliance.desk.contacts.parting import ledger_seq
from appliance.desk.outgoing.sending import Author
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import contacts
from appliance.store.store import Tx


class ChangeOfWho(Enum):
    JOIN = "join"
    SPLIT = "split"


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoChanged:
    """`other_id` is who is gone, or who is new; `before` what there was."""

    seq: int
    kind: ChangeOfWho
    contact_id: str
    other_id: str
    before: Mapping[str, Any]
    consent_seq: int
    at_ms: int


def note(
    tx: Tx, kind: ChangeOfWho, contact_id: str, other_id: str, before: Mapping[str, Any]
) -> None:
    tx.conn.execute(
        "INSERT INTO contact_change (kind, contact_id, other_id, before, consent_seq, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (kind.value, contact_id, other_id, json.dumps(before), ledger_seq(tx), tx.now_ms),
    )


def newest(conn: sqlite3.Connection, contact_id: str) -> WhoChanged | None:
    """What can be undone of this person; None where nothing can."""
    found = _newest(conn, contact_id, contact_id)
    if found is None:
        return None
    last = _newest(conn, found.contact_id, found.other_id)
    return found if last is not None and last.seq == found.seq else None


def undoable(conn: sqlite3.Connection, sight: Sight, contact_id: str) -> WhoChanged | None:
    """… for somebody with this sight: whoever does not see both people changes neither."""
    found = newest(conn, contact_id)
    return found if found is not None and _is_seen(conn, sight, found) else None


def take_newest(tx: Tx, sight: Sight, contact_id: str, other_id: str | None) -> WhoChanged:
    """… and is undone from here on, where it was with this other one or None is named. Raises
    Refused.
    """
    found = undoable(tx.conn, sight, contact_id)
    if found is None or other_id not in (None, found.contact_id, found.other_id):
        raise Refused(
            Reason.CANNOT_UNDO,
            "There is nothing to undo here.",
            remedy="If it was joined or split with somebody else later, undo that first.",
        )
    tx.conn.execute("UPDATE contact_change SET undone_ms = ? WHERE seq = ?", (tx.now_ms, found.seq))
    return found


def tell(
    tx: Tx, kind: EventKind, contact_id: str, other_id: str, by: Author, *, undone: bool
) -> None:
    facts: dict[str, Any] = {"other": other_id}
    if undone:
        facts["undone"] = True
    if by.token_id:
        facts["token"] = by.token_id
    contacts.tell(tx, kind, contact_id, staff_id=by.staff_id, facts=facts, also=other_id)


def _is_seen(conn: sqlite3.Connection, sight: Sight, change: WhoChanged) -> bool:
    """Whoever is gone is where their rows were: an undo puts those back in all these branches."""
    if not sight.sees_contact(conn, change.contact_id):
        return False
    if change.kind is ChangeOfWho.SPLIT:
        return sight.sees_contact(conn, change.other_id)
    found = {row["branch_id"] for row in conn.execute(_REACHES, {"seq": change.seq})}
    return sight.branches is None or (bool(found) and found <= sight.branches)


def _newest(conn: sqlite3.Connection, one_id: str, other_id: str) -> WhoChanged | None:
    row = conn.execute(_NEWEST, {"one": one_id, "other": other_id}).fetchone()
    if row is None:
        return None
    known = {**dict(row), "kind": ChangeOfWho(row["kind"]), "before": json.loads(row["before"])}
    del known["undone_ms"]
    return WhoChanged(**known)


_NEWEST = """
SELECT * FROM contact_change WHERE undone_ms IS NULL AND seq = (SELECT max(seq) FROM (
  SELECT seq FROM contact_change INDEXED BY contact_change_of
    WHERE contact_id IN (:one, :other) AND undone_ms IS NULL
  UNION ALL SELECT seq FROM contact_change INDEXED BY contact_change_other
    WHERE other_id IN (:one, :other) AND undone_ms IS NULL))
"""
_REACHES = """
WITH change AS (SELECT before FROM contact_change WHERE seq = :seq)
SELECT line.branch_id FROM change CROSS JOIN json_each(before, '$.threads') each
JOIN line ON line.id = each.value ->> '$.row.line_id'
UNION SELECT each.value ->> 'branch_id' FROM change
CROSS JOIN json_each(before, '$.rows.contact_branch.other') each
UNION SELECT each.value ->> 'branch_id' FROM change
CROSS JOIN json_each(before, '$.rows.contact_note.other') each
WHERE each.value ->> 'branch_id' <> ''
"""
