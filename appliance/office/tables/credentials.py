"""What a box shows at each request: random, kept as a hash, a new one every 30 days."""

import sqlite3
from dataclasses import dataclass

from appliance.desk.access.bearer import new_token, token_hash
from appliance.office.link import RENEW_AFTER_MS, NewCredential
from appliance.store.store import Tx

_PREFIX = "balie-box-1."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCredential:
    """A credential that was shown. `is_first_use`: then those of before end."""

    hash: str
    box_id: str
    is_first_use: bool
    is_struck_off: bool


def make(tx: Tx, box_id: str) -> NewCredential:
    """The others hold until this one was used; of several that were never used the newest."""
    tx.conn.execute("DELETE FROM box_credential WHERE box_id = ? AND used_ms IS NULL", (box_id,))
    made, renew_by_ms = new_token(_PREFIX), tx.now_ms + RENEW_AFTER_MS
    tx.conn.execute(
        "INSERT INTO box_credential (hash, box_id, made_ms, renew_by_ms) VALUES (?, ?, ?, ?)",
        (token_hash(made), box_id, tx.now_ms, renew_by_ms),
    )
    return NewCredential(credential=made, renew_by_ms=renew_by_ms)


def find(conn: sqlite3.Connection, text: str) -> ShownCredential | None:
    row = conn.execute(
        "SELECT c.hash, c.box_id, c.used_ms IS NULL AS is_first_use,"
        " box.struck_off_ms IS NOT NULL AS is_struck_off"
        " FROM box_credential c JOIN box ON box.id = c.box_id WHERE c.hash = ?",
        (token_hash(text),),
    ).fetchone()
    if row is None:
        return None
    first, struck = bool(row["is_first_use"]), bool(row["is_struck_off"])
    return ShownCredential(
        hash=row["hash"], box_id=row["box_id"], is_first_use=first, is_struck_off=struck
    )


def used(tx: Tx, shown: ShownCredential) -> None:
    """For the first time."""
    tx.conn.execute("UPDATE box_credential SET used_ms = ? WHERE hash = ?", (tx.now_ms, shown.hash))
    tx.conn.execute(
        "DELETE FROM box_credential WHERE box_id = ?1 AND hash <> ?2 AND made_ms <="
        " (SELECT made_ms FROM box_credential WHERE hash = ?2)",
        (shown.box_id, shown.hash),
    )


def has_been_used(conn: sqlite3.Connection, box_id: str) -> bool:
    row = conn.execute(
        "SELECT 1 FROM box_credential WHERE box_id = ? AND used_ms IS NOT NULL", (box_id,)
    ).fetchone()
    return row is not None
