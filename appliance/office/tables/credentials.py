"""What a box shows at each request: random, kept as a hash, a new one every 30 days."""

import sqlite3
from dataclasses import dataclass

from appliance.desk.access.bearer import new_token, token_hash
from appliance.office.link import RENEW_AFTER_MS, NewCredential
from appliance.store.store import Tx

_PREFIX = "balie-box-1."


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownCredential:
    """A credential that was shown. `is_first_use`: then those of before end. `is_struck_off` is
    one of a box that is, and one that another card was given a new one in the place of.
    """

    hash: str
    box_id: str
    is_first_use: bool
    is_struck_off: bool


def make(tx: Tx, box_id: str, *, invited: bool = False) -> NewCredential:
    """The others hold until this one was used; of several that were never used the newest.
    `invited`: for who came by an invitation; whoever has one of the others is another machine.
    """
    tx.conn.execute("DELETE FROM box_credential WHERE box_id = ? AND used_ms IS NULL", (box_id,))
    made, renew_by_ms = new_token(_PREFIX), tx.now_ms + RENEW_AFTER_MS
    tx.conn.execute(
        "INSERT INTO box_credential (hash, box_id, made_ms, renew_by_ms, invited)"
        " VALUES (?, ?, ?, ?, ?)",
        (token_hash(made), box_id, tx.now_ms, renew_by_ms, invited),
    )
    return NewCredential(credential=made, renew_by_ms=renew_by_ms)


def find(conn: sqlite3.Connection, text: str) -> ShownCredential | None:
    row = conn.execute(
        "SELECT c.hash, c.box_id, c.used_ms IS NULL AS is_first_use,"
        " coalesce(c.ended_ms, box.struck_off_ms) IS NOT NULL AS is_struck_off"
        " FROM box_credential c JOIN box ON box.id = c.box_id WHERE c.hash = ?",
        (token_hash(text),),
    ).fetchone()
    if row is None:
        return None
    first, struck = bool(row["is_first_use"]), bool(row["is_struck_off"])
    return ShownCredential(
        hash=row["hash"], box_id=row["box_id"], is_first_use=first, is_struck_off=struck
    )


def unused(conn: sqlite3.Connection, box_id: str) -> ShownCredential | None:
    """The one that came by an invitation, where the box has not shown it yet."""
    row = conn.execute(
        "SELECT hash FROM box_credential"
        " WHERE box_id = ? AND used_ms IS NULL AND invited = 1 AND ended_ms IS NULL",
        (box_id,),
    ).fetchone()
    if row is None:
        return None
    return ShownCredential(hash=row["hash"], box_id=box_id, is_first_use=True, is_struck_off=False)


def used(tx: Tx, shown: ShownCredential) -> None:
    """For the first time. The others end: those of another card are as struck off from now on."""
    row = tx.conn.execute(
        "UPDATE box_credential SET used_ms = ? WHERE hash = ? RETURNING invited",
        (tx.now_ms, shown.hash),
    ).fetchone()
    if row is None:
        return  # a newer one was made meanwhile
    if row["invited"]:
        end(tx, shown.box_id, but=shown.hash)
    tx.conn.execute(
        "DELETE FROM box_credential WHERE box_id = ? AND hash <> ? AND ended_ms IS NULL",
        (shown.box_id, shown.hash),
    )


def end(tx: Tx, box_id: str, *, but: str = "") -> None:
    """All of the box, for good: a new one comes by an invitation only."""
    tx.conn.execute(
        "UPDATE box_credential SET ended_ms = ?"
        " WHERE box_id = ? AND hash <> ? AND ended_ms IS NULL",
        (tx.now_ms, box_id, but),
    )
