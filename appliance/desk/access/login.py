"""The log-in: it takes a name and a password, and gives a session and a device cookie.

The device cookie names the person and is signed with a secret of this database. It opens nothing:
it only says that this browser has logged in as that person before (see throttle.py).
"""

import asyncio
import hashlib
import hmac
import sqlite3
from dataclasses import dataclass
from functools import partial

from appliance.clock import Clock
from appliance.desk.access import sessions
from appliance.desk.access.bearer import new_token, token_hash
from appliance.desk.access.passwords import hash_password, is_password
from appliance.desk.access.throttle import Throttle
from appliance.desk.access.turns import Turns
from appliance.desk.access.wrong_tries import Tried, WrongTries
from appliance.errors import Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store.store import ReaderPool, Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    session: sessions.NewSession
    device: str


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody who knew their password, and the hash of that password."""

    staff_id: str
    password_hash: str | None


class Door:
    """One for the whole process. It holds the brake, and lets few passwords be checked at a time,
    so that many log-ins at once do not use up the Pi's memory. For the event loop.
    """

    def __init__(self, store: Store, clock: Clock, wrong: WrongTries) -> None:
        self._store = store
        self._clock = clock
        self._throttle = Throttle()
        self._turns = Turns()
        self.wrong = wrong

    async def log_in(
        self,
        name: str,
        password: str,
        *,
        address: str,
        device: str | None = None,
        before: str | None = None,
        browser: str | None = None,
    ) -> LoggedIn:
        """`device` is what the browser's device cookie holds; `before` and `browser` are as in
        `sessions.begin`.

        Raises Refused (`wrong-password`, the same for an unknown name), TooManyTries or Crowded.
        """
        name = _storable(name)
        who = await self.check(name, password, address=address, device=device)
        return await self._store.awrite(lambda tx: _enter(tx, who, name, before, browser))

    async def check(
        self, name: str, password: str, *, address: str, device: str | None = None
    ) -> Proven:
        """Whose password it is. Raises what `log_in` does."""
        who = await self._store.aread(lambda conn: _who(conn, name), ReaderPool.DOOR)
        known = await self._known(name, device)
        admit = partial(self._throttle.admit, name=name, address=address, device=known)
        admit(now_ms=self._clock.now_ms())  # who must wait takes no turn from others
        async with self._turns.one(known=known is not None):
            now_ms = self._clock.now_ms()
            admit(now_ms=now_ms)
            right = await asyncio.to_thread(is_password, password, who.password_hash)
            proven = Proven(who.id, who.password_hash) if right and who.id else None
            if proven is None:
                self._throttle.failed(name=name, address=address, device=known, now_ms=now_ms)
        if proven is None:
            self.wrong.note(Tried.PASSWORD, address=address, staff_id=who.id)
            raise _wrong_password()
        self._throttle.succeeded(name=name, device=known)
        return proven

    async def hash_password(self, password: str) -> str:
        """For a person who has already proven who they are.

        Raises InvalidInput or Crowded. The hash is for `staff.set_password` and its companions.
        """
        async with self._turns.one(known=True):
            return await asyncio.to_thread(hash_password, password)

    async def device_cookie(self, name: str) -> str:
        """For a browser that came in by a log-in link."""
        return await self._store.awrite(lambda tx: _device_cookie(_secret(tx), name))

    async def _known(self, name: str, device: str | None) -> str | None:
        if not device:
            return None
        secret = await self._store.aread(_stored_secret, ReaderPool.DOOR)
        if secret is None:  # this database has given no cookie yet
            return None
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
    """The name with single spaces and without characters that the database cannot hold."""
    return " ".join(name.encode("utf-8", "replace").decode().split())


def _enter(tx: Tx, who: Proven, name: str, before: str | None, browser: str | None) -> LoggedIn:
    """Raises Refused when the person was disabled or got another password since the check."""
    now = _who(tx.conn, name)
    if (now.id, now.password_hash) != (who.staff_id, who.password_hash):
        raise _wrong_password()
    session = sessions.begin(tx, who.staff_id, before=before, browser=browser)
    tx.emit(EventKind.STAFF_LOGGED_IN, staff_id=who.staff_id, facts={"by": "password"})
    return LoggedIn(session=session, device=_device_cookie(_secret(tx), name))


def _wrong_password() -> Refused:
    return Refused(Reason.WRONG_PASSWORD, "The name or the password is not right.")


def _device_cookie(secret: str, name: str) -> str:
    return _signed(secret, name, new_token())


def _signed(secret: str, name: str, nonce: str) -> str:
    signed = f"{name.casefold()}\n{nonce}".encode("utf-8", "replace")
    proof = hmac.new(secret.encode(), signed, hashlib.sha256)
    return f"{nonce}.{proof.hexdigest()}"


def _secret(tx: Tx) -> str:
    """Makes the secret the first time."""
    tx.conn.execute(
        "INSERT INTO meta (name, value) VALUES ('device_cookie_secret', ?) ON CONFLICT DO NOTHING",
        (new_token(),),
    )
    return _stored_secret(tx.conn) or ""


def _stored_secret(conn: sqlite3.Connection) -> str | None:
    row = conn.execute("SELECT value FROM meta WHERE name = 'device_cookie_secret'").fetchone()
    return row and str(row["value"])
