"""Passes: a client of SMSGate asks for one with its token, to show that less often.

A pass may do no more than its token may at that moment, lives no longer, and ends with it. It makes
no other pass. With each comes one that opens nothing and renews it, once.
"""

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, replace

from appliance.desk.access import tokens
from appliance.desk.access.bearer import new_token, token_hash
from appliance.desk.access.tokens import ApiToken, Scope
from appliance.errors import InvalidInput, NotFound
from appliance.store.store import Tx

PREFIX = f"{tokens.PREFIX}pass_"
"""Begins as every token does, so that secret scanners know it."""
LIFE_MS = 24 * 3_600_000
RENEWABLE_MS = 30 * 24 * 3_600_000
"""So long after it was made a pass can be renewed."""

_ANY = "all:any"
SETTINGS = "settings:read"
"""No scope of Balie's: the key that signs is shown to the token itself, and to a pass with this."""
_BY_RESOURCE: dict[str, frozenset[Scope]] = {
    "messages": frozenset({Scope.MESSAGES_READ}),
    "inbox": frozenset({Scope.MESSAGES_READ}),
    "devices": frozenset({Scope.LINES_READ}),
    "logs": frozenset({Scope.EVENTS_READ}),
    "webhooks": frozenset({Scope.WEBHOOKS_WRITE}),
    "settings": frozenset(),
    "tokens": frozenset(),
}
_WRITES = frozenset({"messages:send", "messages:cancel"})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPass:
    """`text` and `renewal` are shown only this once."""

    id: str
    text: str
    renewal: str
    expires_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PassRights:
    """`reads_settings`: the key that signs, too."""

    scopes: frozenset[Scope]
    reads_settings: bool

    @property
    def as_json(self) -> str:
        more = [SETTINGS] if self.reads_settings else []
        return json.dumps(sorted([*(each.value for each in self.scopes), *more]))

    @classmethod
    def of_json(cls, written: str, token: ApiToken) -> "PassRights":
        """No more than the token may now."""
        names = json.loads(written)
        scopes = tokens.scopes_of(each for each in names if each != SETTINGS)
        return cls(scopes=scopes & token.scopes, reads_settings=SETTINGS in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """`token` is the one it is of, with the pass's own scopes. `renews`: the id of the pass that
    it renews; it opens nothing.
    """

    id: str
    token: ApiToken
    rights: PassRights
    life_ms: int
    expires_ms: int
    renews: str | None


def rights_of(names: Collection[str], token: ApiToken) -> PassRights:
    """By SMSGate's scopes. Raises InvalidInput for one that is unknown."""
    found: set[Scope] = set()
    for name in names:
        if name == _ANY:
            found |= token.scopes
        elif name in _WRITES:
            found.add(Scope.MESSAGES_WRITE)
        elif (resource := name.partition(":")[0]) in _BY_RESOURCE and ":" in name:
            found |= _BY_RESOURCE[resource]
        else:
            raise InvalidInput("scopes", f"“{name[:80]}” is no scope that is known here.")
    reads_settings = not {_ANY, SETTINGS}.isdisjoint(names)
    return PassRights(scopes=frozenset(found), reads_settings=reads_settings)


def add(tx: Tx, token: ApiToken, rights: PassRights, life_ms: int) -> NewPass:
    """Scopes beyond the token's are the caller's to refuse."""
    tx.conn.execute("DELETE FROM smsgate_pass WHERE expires_ms < ?", (tx.now_ms,))
    pass_id, text, renewal = tx.new_id(), new_token(PREFIX), new_token(PREFIX)
    expires_ms = _no_longer(token, tx.now_ms + life_ms)
    renewable_ms = _no_longer(token, tx.now_ms + max(life_ms, RENEWABLE_MS))
    named = rights.as_json
    rows = [
        (pass_id, token.id, token_hash(text), named, None, life_ms, expires_ms),
        (tx.new_id(), token.id, token_hash(renewal), named, pass_id, life_ms, renewable_ms),
    ]
    tx.conn.executemany(
        "INSERT INTO smsgate_pass (id, token_id, pass_hash, scopes, renews, life_ms, expires_ms,"
        " created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [(*row, tx.now_ms) for row in rows],
    )
    return NewPass(id=pass_id, text=text, renewal=renewal, expires_ms=expires_ms)


def renew(tx: Tx, renewal: Pass) -> NewPass:
    """Another pass like it; what renewed it renews no more. Raises NotFound for a second time."""
    gone = tx.conn.execute("DELETE FROM smsgate_pass WHERE id = ? RETURNING id", (renewal.id,))
    if gone.fetchone() is None:
        raise NotFound("token")
    return add(tx, renewal.token, renewal.rights, renewal.life_ms)


def end(tx: Tx, token_id: str, pass_id: str) -> None:
    """The pass opens nothing from the next commit on, and is not renewed. Raises NotFound."""
    gone = tx.conn.execute(
        "DELETE FROM smsgate_pass WHERE token_id = ?1 AND (id = ?2 OR renews = ?2) RETURNING id",
        (token_id, pass_id),
    ).fetchall()
    if not gone:
        raise NotFound("token")


def find(conn: sqlite3.Connection, text: str, now_ms: int) -> Pass | None:
    """The pass that this string is, unless it or its token has ended or was revoked."""
    row = conn.execute(
        "SELECT id, token_id, scopes, renews, life_ms, expires_ms FROM smsgate_pass"
        " WHERE pass_hash = ? AND expires_ms > ?",
        (token_hash(text), now_ms),
    ).fetchone()
    token = tokens.by_id(conn, row["token_id"]) if row else None
    if row is None or token is None or token.has_ended(now_ms):
        return None
    rights = PassRights.of_json(row["scopes"], token)
    return Pass(
        id=row["id"],
        token=replace(token, scopes=rights.scopes),
        rights=rights,
        life_ms=row["life_ms"],
        expires_ms=row["expires_ms"],
        renews=row["renews"],
    )


def is_valid(conn: sqlite3.Connection, pass_id: str, now_ms: int) -> bool:
    """For a transaction after an earlier look-up; of the token itself others ask."""
    found = conn.execute(
        "SELECT 1 FROM smsgate_pass WHERE id = ? AND expires_ms > ?", (pass_id, now_ms)
    )
    return found.fetchone() is not None


def _no_longer(token: ApiToken, at_ms: int) -> int:
    return at_ms if token.expires_ms is None else min(at_ms, token.expires_ms)
