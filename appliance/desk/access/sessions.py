"""Sessions: a browser that is logged in, and the cookie that identifies it.

The token is random and only its hash is stored. A session ends after twelve idle hours, after a
week, on log-out, and for all browsers when the password changes or the person is disabled.
"""

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from appliance.desk.access.bearer import new_token, token_hash
from appliance.desk.access.rights import Permission, Rights, rights_of
from appliance.events import EventKind
from appliance.store import casework, emergencies, push
from appliance.store.emergencies import Emergency
from appliance.store.store import Tx

_HOUR_MS = 3_600_000
IDLE_MS = 12 * _HOUR_MS
LIFE_MS = 7 * 24 * _HOUR_MS
SEEN_EVERY_MS = 5 * 60_000
"""The precision of `seen`: it is written at most every five minutes of use."""


class BegunBy(StrEnum):
    PASSWORD = "password"  # noqa: S105 -- the name of a way in
    LINK = "link"
    PROVIDER = "provider"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """`stale`: the session was used since `seen` was last written, so call `seen`. `expires_ms` is
    when it ends if nobody uses it. `emergencies` are those of the house that last.
    """

    staff_id: str
    name: str
    csrf: str
    language: str | None
    theme: str | None
    dense: bool
    text_size: str | None
    single_keys: bool
    ctrl_sends: bool
    begun_by: BegunBy
    rights: Rights
    stale: bool
    expires_ms: int
    emergencies: Sequence[Emergency] = ()

    @property
    def own_emergency(self) -> Emergency | None:
        """The one of its person, where there is one; of several that which ends last."""
        own = [each for each in self.emergencies if each.staff_id == self.staff_id]
        return max(own, key=lambda each: each.until_ms, default=None)

    @property
    def seen_emergencies(self) -> Sequence[Emergency]:
        """Those of others in a branch whose messages its person reads."""
        reads = self.rights.branches(Permission.INBOX_READ)
        return [
            each
            for each in self.emergencies
            if each.staff_id != self.staff_id
            and (reads is None or each.branch_id in reads or (each.branch_id is None and reads))
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSession:
    """A session in a list: when it began, was last used, and ends if nobody uses it. `browser` is
    what it called itself, where it did.
    """

    created_ms: int
    seen_ms: int
    expires_ms: int
    browser: str | None
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSession:
    """`token` is for the cookie and is stored nowhere else."""

    token: str
    csrf: str
    staff_id: str


def begin(
    tx: Tx,
    staff_id: str,
    *,
    by: BegunBy = BegunBy.PASSWORD,
    before: str | None = None,
    browser: str | None = None,
) -> NewSession:
    """`before` is the token of the browser's session until now; that session ends. `browser` is
    what it calls itself.
    """
    token, csrf = new_token(), new_token()
    forget_old(tx)
    tx.conn.execute(
        "INSERT INTO session"
        " (token_hash, staff_id, csrf, created_ms, seen_ms, expires_ms, browser, begun_by)"
        " VALUES (:hash, :staff, :csrf, :now, :now, :expires, :browser, :by)",
        {
            "hash": token_hash(token),
            "staff": staff_id,
            "csrf": csrf,
            "now": tx.now_ms,
            "expires": tx.now_ms + IDLE_MS,
            "browser": browser,
            "by": by.value,
        },
    )
    if before is not None:
        end(tx, before)
    return NewSession(token=token, csrf=csrf, staff_id=staff_id)


def find(conn: sqlite3.Connection, token: str, now_ms: int) -> Session | None:
    row = conn.execute(
        "SELECT staff_id, name, csrf, language, theme, dense, text_size, single_keys, ctrl_sends,"
        " seen_ms, expires_ms, begun_by FROM session JOIN staff ON staff.id = staff_id"
        " WHERE token_hash = ? AND expires_ms > ? AND disabled_ms IS NULL",
        (token_hash(token), now_ms),
    ).fetchone()
    if row is None:
        return None
    return Session(
        staff_id=row["staff_id"],
        name=row["name"],
        csrf=row["csrf"],
        language=row["language"],
        theme=row["theme"],
        dense=bool(row["dense"]),
        text_size=row["text_size"],
        single_keys=bool(row["single_keys"]),
        ctrl_sends=bool(row["ctrl_sends"]),
        begun_by=BegunBy(row["begun_by"]),
        rights=rights_of(conn, row["staff_id"], now_ms=now_ms),
        stale=now_ms - row["seen_ms"] > SEEN_EVERY_MS,
        expires_ms=row["expires_ms"],
        emergencies=emergencies.running(conn, now_ms),
    )


def proven_by_passkey(tx: Tx, token: str) -> None:
    """Its person has just shown a passkey in it."""
    tx.conn.execute(
        "UPDATE session SET begun_by = ? WHERE token_hash = ?",
        (BegunBy.PASSKEY.value, token_hash(token)),
    )


def seen(tx: Tx, token: str) -> None:
    """Moves the end of an idle session, never beyond a week after its beginning."""
    tx.conn.execute(
        "UPDATE session SET seen_ms = :now, expires_ms = min(:now + :idle, created_ms + :life)"
        " WHERE token_hash = :hash AND expires_ms > :now",
        {"now": tx.now_ms, "idle": IDLE_MS, "life": LIFE_MS, "hash": token_hash(token)},
    )


def end(tx: Tx, token: str) -> None:
    """Logs this browser out; the event tells its open pages. With the last browser of a person
    their conversations go back to the others.
    """
    ended = tx.conn.execute(
        "DELETE FROM session WHERE token_hash = ? RETURNING staff_id", (token_hash(token),)
    ).fetchone()
    push.end_of_session(tx, token_hash(token))
    if ended is not None:
        facts = {"by": "person"}
        tx.emit(EventKind.STAFF_LOGGED_OUT, staff_id=ended["staff_id"], facts=facts)
        if not open_of(tx.conn, ended["staff_id"], tx.now_ms):
            casework.release_all(tx, ended["staff_id"], why=casework.LOG_OUT)


def end_all(tx: Tx, staff_id: str) -> int:
    """Logs a person out everywhere and gives the number of sessions that ended. The caller emits an
    event, which tells the open pages.
    """
    forget_old(tx)
    push.end_of_staff(tx, staff_id)
    return tx.conn.execute("DELETE FROM session WHERE staff_id = ?", (staff_id,)).rowcount


def end_others(tx: Tx, staff_id: str, token: str) -> int:
    """Logs a person out everywhere but here, and gives the number of sessions that ended."""
    forget_old(tx)
    push.end_of_others(tx, staff_id, token_hash(token))
    ended = tx.conn.execute(
        "DELETE FROM session WHERE staff_id = ? AND token_hash <> ?", (staff_id, token_hash(token))
    ).rowcount
    if ended:
        facts = {"by": "person", "sessions": ended}
        tx.emit(EventKind.STAFF_LOGGED_OUT, staff_id=staff_id, facts=facts)
    return ended


def end_begun_by(
    tx: Tx, staff_id: str, ways: Collection[BegunBy], *, by_staff_id: str | None
) -> None:
    """Logs a person out where they came in so."""
    ended = tx.conn.execute(
        "DELETE FROM session WHERE staff_id = ? AND begun_by IN (SELECT value FROM json_each(?))",
        (staff_id, json.dumps([each.value for each in ways])),
    ).rowcount
    if ended:
        push.end_of_gone(tx)
        facts = {"by": by_staff_id or "console", "sessions": ended}
        tx.emit(EventKind.STAFF_LOGGED_OUT, staff_id=staff_id, facts=facts)
        if not open_of(tx.conn, staff_id, tx.now_ms):
            casework.release_all(tx, staff_id, why=casework.LOG_OUT)


def forget_old(tx: Tx) -> None:
    """Drops the sessions that are over, and what their browsers are told."""
    tx.conn.execute("DELETE FROM session WHERE expires_ms <= ?", (tx.now_ms,))
    push.end_of_gone(tx)


def open_of(
    conn: sqlite3.Connection, staff_id: str, now_ms: int, *, token: str = ""
) -> Sequence[OpenSession]:
    """The sessions of a person that have not ended, the one used last first. `token` is of the one
    that is the reader's own.
    """
    rows = conn.execute(
        "SELECT created_ms, seen_ms, expires_ms, browser, token_hash = ? AS is_own FROM session"
        " WHERE staff_id = ? AND expires_ms > ? ORDER BY is_own DESC, seen_ms DESC",
        (token_hash(token), staff_id, now_ms),
    )
    return [OpenSession(**{**dict(row), "is_own": bool(row["is_own"])}) for row in rows]
