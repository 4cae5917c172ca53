"""Passkeys: keys that a browser or a telephone keeps for somebody, and that opens for them alone.

Balie has the public half. Each was made for one host name; it signs for no other.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access import sessions
from appliance.desk.access.sessions import NewSession
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store.store import Tx

MAX_NAME = 60
MOST = 20
"""Of one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passkey:
    """`credential_id` is in base64url, as browsers say it; `public_key` is COSE (RFC 9052).
    `sign_count` is how often it has signed, where it counts that; else 0.
    """

    id: str
    staff_id: str
    staff_name: str
    credential_id: str
    host: str
    public_key: bytes
    sign_count: int
    name: str
    created_ms: int
    used_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPasskey:
    """What a browser made, proven to be made for this host."""

    credential_id: str
    host: str
    public_key: bytes
    sign_count: int


_SELECT = (
    "SELECT passkey.*, staff.name AS staff_name FROM passkey JOIN staff ON staff.id = staff_id"
)


_RENAME = "UPDATE passkey SET name = :name WHERE id = :id AND staff_id = :staff"


def of_staff(conn: sqlite3.Connection, staff_id: str) -> Sequence[Passkey]:
    """The oldest first."""
    rows = conn.execute(f"{_SELECT} WHERE staff_id = ? ORDER BY created_ms, id", (staff_id,))
    return [Passkey(**dict(row)) for row in rows]


def known(conn: sqlite3.Connection, credential_id: str) -> Passkey | None:
    """Of somebody who may log in."""
    row = conn.execute(
        f"{_SELECT} WHERE credential_id = ? AND disabled_ms IS NULL", (credential_id,)
    ).fetchone()
    return Passkey(**dict(row)) if row else None


def add(tx: Tx, staff_id: str, new: NewPasskey, *, name: str) -> str:
    """Raises InvalidInput for the name, or for one that is here already."""
    name = _checked(name)
    taken = "SELECT 1 FROM passkey WHERE credential_id = ?"
    if tx.conn.execute(taken, (new.credential_id,)).fetchone():
        raise InvalidInput("passkey", "This passkey is here already.")
    if len(of_staff(tx.conn, staff_id)) >= MOST:
        raise InvalidInput("passkey", f"There are {MOST} passkeys already; remove one first.")
    passkey_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO passkey"
        " (id, staff_id, credential_id, host, public_key, sign_count, name, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            passkey_id,
            staff_id,
            new.credential_id,
            new.host,
            new.public_key,
            new.sign_count,
            name,
            tx.now_ms,
        ),
    )
    facts = {"changed": "passkey-added", "passkey": passkey_id}
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)
    return passkey_id


def rename(tx: Tx, staff_id: str, passkey_id: str, name: str) -> None:
    """One's own. Raises InvalidInput for the name, NotFound where it is not theirs."""
    own = {"id": passkey_id, "staff": staff_id, "name": _checked(name)}
    if not tx.conn.execute(_RENAME, own).rowcount:
        raise NotFound("passkey")
    facts = {"changed": "passkey-renamed", "passkey": passkey_id}
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)


def remove(tx: Tx, staff_id: str, passkey_id: str) -> None:
    """One's own. A second time changes nothing."""
    gone = tx.conn.execute(
        "DELETE FROM passkey WHERE id = ? AND staff_id = ?", (passkey_id, staff_id)
    ).rowcount
    if gone:
        facts = {"changed": "passkey-removed", "passkey": passkey_id}
        tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise InvalidInput("passkey_name", f"A name has 1 to {MAX_NAME} characters.")
    return name


def come_in(
    tx: Tx,
    passkey: Passkey,
    sign_count: int,
    *,
    before: str | None = None,
    browser: str | None = None,
) -> NewSession:
    """`passkey` is as it was when it was proven, `sign_count` what it says now. Raises Refused when
    it was removed or used, or its person let go, since.
    """
    counted = tx.conn.execute(
        "UPDATE passkey SET sign_count = :count, used_ms = :now WHERE id = :id"
        " AND sign_count = :before AND EXISTS"
        " (SELECT 1 FROM staff WHERE staff.id = staff_id AND disabled_ms IS NULL)",
        {
            "count": sign_count,
            "now": tx.now_ms,
            "id": passkey.id,
            "before": passkey.sign_count,
        },
    ).rowcount
    if not counted:
        raise Refused(Reason.PASSKEY_UNPROVEN, "This passkey lets nobody in.")
    session = sessions.begin(
        tx, passkey.staff_id, by=sessions.BegunBy.PASSKEY, before=before, browser=browser
    )
    tx.emit(EventKind.STAFF_LOGGED_IN, staff_id=passkey.staff_id, facts={"by": "passkey"})
    return session
