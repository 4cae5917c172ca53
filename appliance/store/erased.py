"""Identities of people who were erased: nobody knows them, and they are known again all the same.

What stands for an erased identity is in `erasure`, made with the key of the house. Who has it later
is another person; what the erased one had withdrawn binds them, and only START ends it. What was
written before the erasure and is shown again by a phone is nobody's.
"""

import json
import logging
import sqlite3
from collections.abc import Sequence

from appliance.errors import SetupError
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.store.erasure_journal import JournalWhat, data_dir_of, note
from appliance.store.house_key import HouseKey
from appliance.store.store import Tx

log = logging.getLogger(__name__)

_MINUTE_MS = 60_000
_DEVICE_KEY = "device-key"
_DIGEST_BYTES = 16

RECORDED_BY = "erasure"
"""In the ledger: what an erased person had withdrawn."""


def stands_for(conn: sqlite3.Connection, identity: Identity) -> Identity:
    """What takes its place. Raises SetupError without the key of the house."""
    key = HouseKey.of(data_dir_of(conn))
    return identity._replace(value=key.stands_for(identity.scheme, identity.value))


def note_erased(tx: Tx, identity: Identity) -> Identity:
    """From now on it is an erased one, in the journal too; gives what stands for it."""
    taking = stands_for(tx.conn, identity)
    keep_erased(tx, taking, tx.now_ms)
    note(tx.conn, JournalWhat.ERASED, identity, at_ms=tx.now_ms)
    return taking


def keep_erased(tx: Tx, taking: Identity, at_ms: int) -> None:
    """`taking` is what stands for an identity that was erased then."""
    tx.conn.execute(
        "INSERT INTO erasure (stands_for, scheme, at_ms) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET at_ms = max(at_ms, excluded.at_ms)",
        (*taking, at_ms),
    )


def since_ms(conn: sqlite3.Connection, identity: Identity) -> int:
    """When who had it was last erased; 0 where nobody was."""
    known = _known(conn, identity)
    row = conn.execute(
        "SELECT coalesce(max(at_ms), 0) FROM erasure WHERE scheme = ?"
        " AND stands_for IN (SELECT value FROM json_each(?))",
        (identity.scheme, json.dumps(known)),
    ).fetchone()
    return int(row[0])


def is_of_erased(
    conn: sqlite3.Connection, identity: Identity, at_ms: int, *, exact: bool = True
) -> bool:
    """Whether what was written then was written by or to somebody who was erased since. A time that
    is not `exact` was read off a screen, which shows minutes.
    """
    return at_ms + (0 if exact else _MINUTE_MS) < since_ms(conn, identity)


def is_erased(conn: sqlite3.Connection, contact_id: str | None) -> bool:
    """Whether this contact is nobody any more."""
    found = conn.execute("SELECT 1 FROM contact WHERE id = ?1 AND joined_into = ?1", (contact_id,))
    return found.fetchone() is not None


def digests(conn: sqlite3.Connection, key_digest: bytes) -> Sequence[bytes]:
    """This digest of a device's key, and what may have taken its place: by it a message of an
    erased person is known again when the phone shows it again.
    """
    known = _known(conn, Identity(key_digest.hex(), _DEVICE_KEY))
    return [key_digest, *(_digest_in(each) for each in known)]


def digest_standing_for(key: HouseKey, key_digest: bytes) -> bytes:
    """What takes the place of the digest, which a number and a moment would tell."""
    return _digest_in(key.stands_for(_DEVICE_KEY, key_digest.hex()))


def _digest_in(stands_for: str) -> bytes:
    return bytes.fromhex(stands_for)[:_DIGEST_BYTES]


def bind(tx: Tx, contact_id: str, identity: Identity) -> None:
    """Whoever has it from now on is bound by what an erased person had withdrawn under it."""
    closed: dict[str | None, bool] = {}
    rows = tx.conn.execute(
        _CLOSED, (identity.scheme, json.dumps(_known(tx.conn, identity)))
    ).fetchall()
    for row in rows:
        closed[row["line_id"]] = row["kind"] != "opted_in_again"
    for line_id, is_closed in closed.items():
        if is_closed:
            _close(tx, contact_id, identity, line_id)


def _close(tx: Tx, contact_id: str, identity: Identity, line_id: str | None) -> None:
    kind = "objected" if line_id is None else "opted_out"
    tx.conn.execute(
        "INSERT INTO consent (value, scheme, contact_id, line_id, kind, recorded_by, at_ms, as_of)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*identity, contact_id, line_id, kind, RECORDED_BY, tx.now_ms, tx.new_id()),
    )
    tx.emit(
        EventKind.CONSENT_RECORDED,
        line_id=line_id,
        contact_id=contact_id,
        facts={"kind": kind, "by": RECORDED_BY},
    )


def _known(conn: sqlite3.Connection, identity: Identity) -> Sequence[str]:
    """What may stand for it; nothing where nobody was ever erased."""
    if conn.execute("SELECT 1 FROM erasure LIMIT 1").fetchone() is None:
        return ()
    try:
        return HouseKey.of(data_dir_of(conn)).ever_stood_for(identity.scheme, identity.value)
    except SetupError as exc:
        log.error("who was erased is not known again: %s", exc)  # noqa: TRY400
        return ()


_CLOSED = """
SELECT line_id, kind FROM consent WHERE scheme = ?
AND value IN (SELECT value FROM json_each(?))
AND kind IN ('opted_out', 'objected', 'erased', 'opted_in_again') ORDER BY seq
"""
