"""A key for each token, that its program has, too: what Balie tells the program is signed with it.

Of the token itself only a hash is kept; this key is needed again, so it is kept sealed.
"""

import logging
import secrets
import sqlite3
from collections.abc import Sequence

from appliance.errors import NotFound, SetupError
from appliance.store.house_key import HouseKey
from appliance.store.key_at_hand import house_key
from appliance.store.store import Tx

log = logging.getLogger(__name__)

_BYTES = 32
ROTATING_MS = 24 * 3_600_000
"""As long as the secret of a webhook that was given a new one."""


def make(tx: Tx, token_id: str) -> str | None:
    """64 hexadecimal digits. None where the key of the house is not here: the next start that has
    it makes one.
    """
    try:
        return _made(tx, house_key(tx.conn), token_id)
    except SetupError as exc:
        log.warning("the token has no signing key yet: %s", exc)
        return None


def rotate(tx: Tx, token_id: str) -> tuple[str, int]:
    """The new key, and when that of before ends: until then both sign. Raises NotFound, or
    SetupError where the key of the house is not here.
    """
    key, ends_ms = house_key(tx.conn), tx.now_ms + ROTATING_MS
    of_token(tx.conn, key, token_id)
    tx.conn.execute(
        "UPDATE api_token SET previous_key = signing_key, previous_key_ends_ms = ? WHERE id = ?",
        (ends_ms, token_id),
    )
    return _made(tx, key, token_id), ends_ms


def of_token(conn: sqlite3.Connection, key: HouseKey, token_id: str) -> str:
    """The newest. Raises NotFound, or SetupError where the key that sealed it is not here."""
    return key.open_text(_row(conn, token_id)["signing_key"], about=_about(token_id))


def all_of_token(
    conn: sqlite3.Connection, key: HouseKey, token_id: str, now_ms: int
) -> tuple[Sequence[str], int | None]:
    """The newest first; and when the last of several ends. Raises as `of_token`."""
    row, ends_ms = _row(conn, token_id), None
    sealed = [row["signing_key"]]
    if row["previous_key"] is not None and now_ms < (row["previous_key_ends_ms"] or 0):
        sealed.append(row["previous_key"])
        ends_ms = row["previous_key_ends_ms"]
    return [key.open_text(each, about=_about(token_id)) for each in sealed], ends_ms


def _row(conn: sqlite3.Connection, token_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = conn.execute(
        "SELECT signing_key, previous_key, previous_key_ends_ms FROM api_token WHERE id = ?",
        (token_id,),
    ).fetchone()
    if row is None or row["signing_key"] is None:
        raise NotFound("signing key")
    return row


def seal_all(tx: Tx, key: HouseKey, *, all_keys_here: bool) -> None:
    """Each token has one afterwards, sealed with the newest key. One that no key opens is made
    anew once no key is missed any more, because then none ever will. One of before that no key
    opens signs no more.
    """
    rows = tx.conn.execute("SELECT id, signing_key, previous_key FROM api_token").fetchall()
    for row in rows:
        token_id, sealed = row["id"], row["signing_key"]
        is_shut = sealed and not _sealed_anew(tx, key, token_id, "signing_key", sealed)
        if sealed is None or (is_shut and all_keys_here):
            _made(tx, key, token_id)
        if row["previous_key"] is not None:
            _sealed_anew(tx, key, token_id, "previous_key", row["previous_key"])


def _sealed_anew(tx: Tx, key: HouseKey, token_id: str, column: str, sealed: str) -> bool:
    """False where no key opens it."""
    if key.seals_newest(sealed):
        return True
    try:
        opened = key.open_text(sealed, about=_about(token_id))
    except SetupError:
        return False
    _keep(tx, key, token_id, opened, column)
    return True


def _made(tx: Tx, key: HouseKey, token_id: str) -> str:
    made = secrets.token_hex(_BYTES)
    _keep(tx, key, token_id, made, "signing_key")
    return made


def _keep(tx: Tx, key: HouseKey, token_id: str, signing_key: str, column: str) -> None:
    sealed = key.seal_text(signing_key, about=_about(token_id))
    tx.conn.execute(
        f"UPDATE api_token SET {column} = ? WHERE id = ?",  # noqa: S608 -- our own names
        (sealed, token_id),
    )


def _about(token_id: str) -> str:
    return f"api_token.signing_key {token_id}"
