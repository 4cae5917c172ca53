"""Who gives programs a token, and takes it back: an administrator, of the company or a branch."""

import sqlite3
from collections.abc import Iterable, Sequence

from appliance.desk.access import tokens
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.tokens import ApiToken, NewSigningKey, NewToken, Scope
from appliance.errors import NotFound
from appliance.store.store import Tx

_MANAGES = Permission.STAFF_MANAGE


def managed(conn: sqlite3.Connection, rights: Rights) -> Sequence[ApiToken]:
    """Those that still open something, then the revoked ones; the newest first."""
    found = [each for each in tokens.listing(conn) if rights.may(_MANAGES, each.branch_id)]
    found.reverse()
    return sorted(found, key=lambda each: each.revoked_ms is not None)


def add(
    tx: Tx,
    rights: Rights,
    name: str,
    *,
    scopes: Iterable[Scope],
    branch_id: str | None,
    by_staff_id: str,
    life_days: int | None,
) -> NewToken:
    """Raises InvalidInput, or NotFound for the branch."""
    rights.require(_MANAGES, branch_id, "branch")
    return tokens.add(
        tx,
        name,
        scopes=scopes,
        branch_id=branch_id,
        by_staff_id=by_staff_id,
        life_days=life_days,
    )


def rotate_key(tx: Tx, rights: Rights, token_id: str, *, by_staff_id: str) -> NewSigningKey:
    """Raises NotFound, also for one that was revoked."""
    if not any(each.id == token_id for each in managed(tx.conn, rights)):
        raise NotFound("token")
    return tokens.rotate_key(tx, token_id, by=f"staff:{by_staff_id}")


def limit(
    tx: Tx, rights: Rights, token_id: str, per_minute: int | None, *, by_staff_id: str
) -> None:
    """None: as usual. Raises NotFound, also for one that was revoked, or InvalidInput."""
    if not any(each.id == token_id for each in managed(tx.conn, rights)):
        raise NotFound("token")
    tokens.limit(tx, token_id, per_minute, by=f"staff:{by_staff_id}")


def revoke(tx: Tx, rights: Rights, token_id: str, *, by_staff_id: str) -> None:
    """Raises NotFound, also the second time."""
    if not any(each.id == token_id for each in managed(tx.conn, rights)):
        raise NotFound("token")
    tokens.revoke(tx, token_id, by_staff_id=by_staff_id)
