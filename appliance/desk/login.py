"""The door: a name and a password in, a session and a device cookie out.

The device cookie names the person and is signed with a secret of this database; it opens nothing,
it only says that this browser has logged in as that person before (see throttle.py).
"""

import asyncio
import hashlib
import hmac
import sqlite3
from dataclasses import dataclass
from functools import partial

from appliance.clock import Clock
from appliance.desk import sessions
from appliance.desk.bearer import new_token, token_hash
from appliance.desk.passwords import hash_password, is_password
from appliance.desk.throttle import Throttle
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.store.store import Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    session: sessions.NewSession
    device: str


class Door:
    """One for the whole process: it holds the brake, and lets one password be checked at a time,
    which keeps a crowd at the door from taking the Pi's memory. For the event loop.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._throttle = Throttle()
        self._one_at_a_time = asyncio.Lock()

    async def log_in(
        self, name: str, password: str, *, address: str, device: str | None = None
    ) -> LoggedIn:
        """`device` is what the browser's device cookie holds.

        Raises Refused (`wrong-password`, the same for an unknown name) or TooManyTries.
        """
        name = _storable(name)
        who = await self._store.aread(lambda conn: _who(conn, name))
        known = await self._known(name, device)
        admit = partial(self._throttle.admit, name=name, address=address, device=known)
        admit(now_ms=self._clock.now_ms())  # who must wait does not keep others waiting
        async with self._one_at_a_time:
            now_ms = self._clock.now_ms()
            admit(now_ms=now_ms)
            right = await asyncio.to_thread(is_password, password, who.password_hash)
            if not right or who.id is None:
                self._throttle.failed(name=name, address=address, device=known, now_ms=now_ms)
                raise Refused("wrong-password", "The name or the password is not right.")
        self._throttle.succeeded(name=name, device=known)
        staff_id = who.id
        return await self._store.awrite(lambda tx: _enter(tx, staff_id, name))

    async def hash_password(self, password: str) -> str:
        """Raises InvalidInput. The hash is for `staff.set_password` and its companions."""
        async with self._one_at_a_time:
            return await asyncio.to_thread(hash_password, password)

    async def device_cookie(self, name: str) -> str:
        """For a browser that came in by a log-in link."""
        return await self._store.awrite(lambda tx: _device_cookie(_secret(tx), name))

    async def _known(self, name: str, device: str | None) -> str | None:
        if not device:
            return None
        secret = await self._store.awrite(_secret)
        nonce, _, _ = device.partition(".")
        genuine = token_hash(_signed(secret, name, nonce))
        return genuine if hmac.compare_digest(genuine, token_hash(device)) else None


@dataclass(frozen=True, slots=True)
class _Who:
    id: str | None
    password_hash: str | None


def _who(conn: sqlite3.Connection, name: str) -> _Who:
    row = conn.execute(
        "SELECT id, password_hash FROM staff WHERE name = ? AND disabled_ms IS NULL", (name,)
    ).fetchone()
    return _Who(*row) if row else _Who(None, None)


def _storable(name: str) -> str:
    """The name with single spaces and without what cannot be in a database."""
    return " ".join(name.encode("utf-8", "replace").decode().split())


def _enter(tx: Tx, staff_id: str, name: str) -> LoggedIn:
    tx.emit(EventKind.STAFF_LOGGED_IN, staff_id=staff_id, facts={"by": "password"})
    session = sessions.begin(tx, staff_id)
    return LoggedIn(session=session, device=_device_cookie(_secret(tx), name))


def _device_cookie(secret: str, name: str) -> str:
    return _signed(secret, name, new_token())


def _signed(secret: str, name: str, nonce: str) -> str:
    signed = f"{name.casefold()}\n{nonce}".encode("utf-8", "replace")
    proof = hmac.new(secret.encode(), signed, hashlib.sha256)
    return f"{nonce}.{proof.hexdigest()}"


def _secret(tx: Tx) -> str:
    tx.conn.execute(
        "INSERT INTO meta (name, value) VALUES ('device_cookie_secret', ?) ON CONFLICT DO NOTHING",
        (new_token(),),
    )
    row = tx.conn.execute("SELECT value FROM meta WHERE name = 'device_cookie_secret'").fetchone()
    return str(row["value"])
