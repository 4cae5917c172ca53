"""A key for each token, that its program has, too: what Balie tells the program is signed with it.

Of the token itself only a hash is kept; this key is needed again, so it is kept sealed.
"""

import logging
import secrets
import sqlite3

from appliance.errors import NotFound, SetupError
from appliance.store.house_key import HouseKey
from appliance.store.key_at_hand import house_key
from appliance.store.store import Tx

log = logging.getLogger(__name__)

_BYTES = 32


def make(tx: Tx, token_id: str) -> str | None:
    """64 hexadecimal digits. None where the key of the house is not here: the next start that has
    it makes one.
    """
    try:
        return _made(tx, house_key(tx.conn), token_id)
    except SetupError as exc:
        log.warning("the token has no signing key yet: %s", exc)
        return None


def of_token(conn: sqlite3.Connection, key: HouseKey, token_id: str) -> str:
    """Raises NotFound, or SetupError where the key that sealed it is not here."""
    row = conn.execute("SELECT signing_key FROM api_token WHERE id = ?", (token_id,)).fetchone()
    if row is None or row["signing_key"] is None:
        raise NotFound("signing key")
    return key.open_text(row["signing_key"], about=_about(token_id))


def seal_all(tx: Tx, key: HouseKey, *, all_keys_here: bool) -> None:
    """Each token has one afterwards, sealed with the newest key. One that no key opens is made
    anew once no key is missed any more, because then none ever will.
    """
    for row in tx.conn.execute("SELECT id, signing_key FROM api_token").fetchall():
        token_id, sealed = row["id"], row["signing_key"]
        if sealed is None:
            _made(tx, key, token_id)
        elif not key.seals_newest(sealed):
            try:
                _keep(tx, key, token_id, key.open_text(sealed, about=_about(token_id)))
            except SetupError:
                if all_keys_here:
                    _made(tx, key, token_id)


def _made(tx: Tx, key: HouseKey, token_id: str) -> str:
    made = secrets.token_hex(_BYTES)
    _keep(tx, key, token_id, made)
    return made


def _keep(tx: Tx, key: HouseKey, token_id: str, signing_key: str) -> None:
    sealed = key.seal_text(signing_key, about=_about(token_id))
    tx.conn.execute("UPDATE api_token SET signing_key = ? WHERE id = ?", (sealed, token_id))


def _about(token_id: str) -> str:
    return f"api_token.signing_key {token_id}"
