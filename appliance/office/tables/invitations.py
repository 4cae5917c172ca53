"""Invitations of boxes: one secret each, for once, of which only a hash is kept."""

import sqlite3
from dataclasses import dataclass

from appliance.desk.access.bearer import new_token, token_hash
from appliance.office.invitation import HOLDS_MS
from appliance.store.store import Tx

KEPT_MS = 30 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownInvitation:
    """`branch` is what the box is to be called; `for_box` the known box that it is for; `box_id`
    who has used it.
    """

    hash: str
    branch: str | None
    for_box: str | None
    box_id: str | None


def make(tx: Tx, branch: str | None, *, for_box: str | None = None) -> str:
    """The secret."""
    tx.conn.execute("DELETE FROM invitation WHERE expires_ms < ?", (tx.now_ms - KEPT_MS,))
    secret = new_token()
    tx.conn.execute(
        "INSERT INTO invitation (hash, branch, for_box, made_ms, expires_ms)"
        " VALUES (?, ?, ?, ?, ?)",
        (token_hash(secret), branch, for_box, tx.now_ms, tx.now_ms + HOLDS_MS),
    )
    return secret


def find(conn: sqlite3.Connection, secret: str, now_ms: int) -> KnownInvitation | None:
    """None where there is none, or it is too old."""
    row = conn.execute(
        "SELECT hash, branch, for_box, box_id FROM invitation WHERE hash = ? AND expires_ms > ?",
        (token_hash(secret), now_ms),
    ).fetchone()
    return None if row is None else KnownInvitation(**dict(row))


def use(tx: Tx, invited: KnownInvitation, box_id: str) -> None:
    tx.conn.execute(
        "UPDATE invitation SET used_ms = ?, box_id = ? WHERE hash = ?",
        (tx.now_ms, box_id, invited.hash),
    )


def forget_used_by(tx: Tx, box_id: str) -> None:
    """Whoever has what it was given asks no more."""
    tx.conn.execute("DELETE FROM invitation WHERE box_id = ?", (box_id,))
