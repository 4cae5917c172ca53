"""The answers that were given to requests with an `Idempotency-Key`."""

from dataclasses import dataclass

from appliance.store.store import Tx

KEPT_MS = 7 * 24 * 3_600_000
"""A client that got no answer for a week does not try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAnswer:
    body_hash: str
    status: int
    response: str


def find(tx: Tx, token_id: str, key: str) -> KeptAnswer | None:
    row = tx.conn.execute(
        "SELECT body_hash, status, response FROM idempotency WHERE token_id = ? AND key = ?",
        (token_id, key),
    ).fetchone()
    return None if row is None else KeptAnswer(**dict(row))


def keep(tx: Tx, token_id: str, key: str, answer: KeptAnswer) -> None:
    tx.conn.execute(
        "INSERT INTO idempotency (token_id, key, body_hash, status, response, at_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (token_id, key, answer.body_hash, answer.status, answer.response, tx.now_ms),
    )


def forget_old(tx: Tx) -> int:
    """Drops the answers that nobody will ask for again; gives how many."""
    return tx.conn.execute(
        "DELETE FROM idempotency WHERE at_ms < ?", (tx.now_ms - KEPT_MS,)
    ).rowcount
