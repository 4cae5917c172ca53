"""API tokens: how other software comes in, with scopes and perhaps for one branch only."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from appliance.desk.access import group_limits
from appliance.desk.access.bearer import new_token, token_hash
from appliance.desk.access.group_limits import NO_LIMITS, GroupLimits
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.store import incidents, signing_keys, webhooks
from appliance.store.house_key import HouseKey
from appliance.store.incidents import IncidentKind
from appliance.store.store import Tx

PREFIX = "balie_"
"""A fixed beginning, by which secret scanners recognise a leaked token."""
MAX_NAME = 80
USED_EVERY_MS = 3_600_000
_DAY_MS = 24 * 3_600_000
LIFE_DAYS = 365
"""Of a new one, unless it is said otherwise."""
MAX_LIFE_DAYS = 3650
NEVER = "never"
WARN_MS = 14 * _DAY_MS
"""So long before its end an incident says so."""
USUAL_PER_MINUTE = 30_000
"""Requests: more than a Pi answers. It stops a program that runs wild, and none that works."""
MOST_PER_MINUTE = 1_000_000


class Scope(Enum):
    #: Read messages and conversations.
    MESSAGES_READ = "messages:read"
    #: Send and cancel messages.
    MESSAGES_WRITE = "messages:write"
    #: Read contacts.
    CONTACTS_READ = "contacts:read"
    #: Enter people, change, join and split them.
    CONTACTS_WRITE = "contacts:write"
    #: Read groups: their members, guard and journal.
    GROUPS_READ = "groups:read"
    #: Make groups and change them.
    GROUPS_WRITE = "groups:write"
    #: Read rounds: who was asked, and who can work.
    ROUNDS_READ = "rounds:read"
    #: Start rounds, decide in them, close them.
    ROUNDS_WRITE = "rounds:write"
    #: Read lines.
    LINES_READ = "lines:read"
    #: Read the health of phones and modems.
    DEVICES_READ = "devices:read"
    #: Follow the event log.
    EVENTS_READ = "events:read"
    #: Download files of messages.
    MEDIA_READ = "media:read"
    #: Upload files to send.
    MEDIA_WRITE = "media:write"
    #: Read notes, labels and views; who may read messages may read these, too.
    CONVERSATIONS_READ = "conversations:read"
    #: Say whose a conversation is and whether it is done; write notes, labels and views.
    CONVERSATIONS_WRITE = "conversations:write"
    #: Read lists of people, what was sent to them and what they answered.
    LISTS_READ = "lists:read"
    #: Make lists and change them, send to them, and pause, resume and cancel what was sent.
    LISTS_WRITE = "lists:write"
    #: Read reports: how many, how fast, how busy; no names of contacts.
    REPORTS_READ = "reports:read"
    #: Say where Balie posts what happens, and look after that.
    WEBHOOKS_WRITE = "webhooks:write"
    #: Read who changed what and who read what.
    AUDIT_READ = "audit:read"
    #: What a privacy officer does: say how long things are kept, hold, hand out, erase.
    PRIVACY_WRITE = "privacy:write"


ALL_SCOPES = frozenset(Scope)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """`branch_id` None: every branch. `used_ms` is to the hour: see `is_stale`. `expires_ms` None:
    it never ends. `groups` are looked up for one that comes in. `per_minute` None:
    as usual.
    """

    id: str
    name: str
    scopes: frozenset[Scope]
    branch_id: str | None
    created_ms: int
    used_ms: int | None
    revoked_ms: int | None
    expires_ms: int | None = None
    groups: GroupLimits = NO_LIMITS
    per_minute: int | None = None

    def is_stale(self, now_ms: int) -> bool:
        """Whether it is time to call `used` again."""
        return now_ms - (self.used_ms or 0) >= USED_EVERY_MS

    def has_ended(self, now_ms: int) -> bool:
        return self.expires_ms is not None and self.expires_ms <= now_ms

    def ends_soon(self, now_ms: int) -> bool:
        """It still opens something, for two weeks at most."""
        if self.expires_ms is None or self.revoked_ms is not None:
            return False
        return now_ms < self.expires_ms <= now_ms + WARN_MS

    def may(self, scope: Scope) -> bool:
        reads = scope is Scope.CONVERSATIONS_READ and Scope.MESSAGES_READ in self.scopes
        return reads or scope in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class NewToken:
    """`token` is shown only this once. `signing_key` None: the key of the house is not here."""

    id: str
    token: str
    expires_ms: int | None
    signing_key: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSigningKey:
    """`signing_key` is shown only this once; until `previous_ends_ms` that of before signs, too."""

    id: str
    name: str
    signing_key: str = field(repr=False)
    previous_ends_ms: int


def add(
    tx: Tx,
    name: str,
    *,
    scopes: Iterable[Scope] = ALL_SCOPES,
    branch_id: str | None = None,
    by_staff_id: str | None = None,
    life_days: int | None = LIFE_DAYS,
) -> NewToken:
    """`life_days` None: it never ends. Raises InvalidInput for the name, for the days, or when
    there is no scope at all.
    """
    expires_ms = None if life_days is None else tx.now_ms + _checked(life_days) * _DAY_MS
    name = " ".join(name.split())
    if not name or len(name) > MAX_NAME:
        raise InvalidInput("name", f"Name the software that uses it, in {MAX_NAME} characters.")
    named = sorted({scope.value for scope in scopes})
    if not named:
        raise InvalidInput("scopes", "A token needs at least one scope.")
    token, token_id = new_token(PREFIX), tx.new_id()
    tx.conn.execute(
        "INSERT INTO api_token (id, name, token_hash, scopes, branch_id, created_ms, expires_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (token_id, name, token_hash(token), json.dumps(named), branch_id, tx.now_ms, expires_ms),
    )
    facts = {"token": token_id, "scopes": named, "expires_ms": expires_ms}
    tx.emit(EventKind.TOKEN_ADDED, branch_id=branch_id, staff_id=by_staff_id, facts=facts)
    return NewToken(
        id=token_id,
        token=token,
        expires_ms=expires_ms,
        signing_key=signing_keys.make(tx, token_id),
    )


def revoke(tx: Tx, token_id: str, *, by_staff_id: str | None = None) -> None:
    """The token opens nothing from the next commit on. Raises NotFound, also the second time."""
    incidents.close_incident(tx, IncidentKind.TOKEN_ENDS, about=token_id)
    done = tx.conn.execute(
        "UPDATE api_token SET revoked_ms = ? WHERE id = ? AND revoked_ms IS NULL"
        " RETURNING branch_id",
        (tx.now_ms, token_id),
    ).fetchone()
    if done is None:
        raise NotFound("token")
    webhooks.switch_off_of_token(tx, token_id)
    tx.emit(
        EventKind.TOKEN_REVOKED,
        branch_id=done["branch_id"],
        staff_id=by_staff_id,
        facts={"token": token_id},
    )


def limit(tx: Tx, token_id: str, per_minute: int | None, *, by: str) -> None:
    """How many requests a minute it may make; None: as usual. Raises NotFound, or InvalidInput."""
    if per_minute is not None and not 1 <= per_minute <= MOST_PER_MINUTE:
        sentence = f"A token makes from 1 to {MOST_PER_MINUTE} requests a minute."
        raise InvalidInput("per_minute", sentence)
    done = tx.conn.execute(
        "UPDATE api_token SET per_minute = ? WHERE id = ? AND revoked_ms IS NULL"
        " RETURNING branch_id",
        (per_minute, token_id),
    ).fetchone()
    if done is None:
        raise NotFound("token")
    facts = {"token": token_id, "per_minute": per_minute, "by": by}
    tx.emit(EventKind.TOKEN_LIMITED, branch_id=done["branch_id"], facts=facts)


def rotate_key(tx: Tx, token_id: str, *, by: str) -> NewSigningKey:
    """It signs with a new key; that of before signs, too, for a day. Raises NotFound, or SetupError
    where the key of the house is not here.
    """
    if (token := by_id(tx.conn, token_id)) is None:
        raise NotFound("token")
    made, ends_ms = signing_keys.rotate(tx, token_id)
    facts = {"token": token_id, "by": by}
    tx.emit(EventKind.TOKEN_SIGNS_ANEW, branch_id=token.branch_id, facts=facts)
    return NewSigningKey(id=token_id, name=token.name, signing_key=made, previous_ends_ms=ends_ms)


def used(tx: Tx, token_id: str) -> None:
    """Notes that a program came in with it now."""
    tx.conn.execute("UPDATE api_token SET used_ms = ? WHERE id = ?", (tx.now_ms, token_id))


def find(conn: sqlite3.Connection, token: str) -> ApiToken | None:
    """The token that this string opens, unless it was revoked; it may have ended."""
    row = conn.execute(
        "SELECT * FROM api_token WHERE token_hash = ? AND revoked_ms IS NULL",
        (token_hash(token),),
    ).fetchone()
    return None if row is None else _found(conn, row)


def by_id(conn: sqlite3.Connection, token_id: str) -> ApiToken | None:
    """As `find`, for one that was found before."""
    row = conn.execute(
        "SELECT * FROM api_token WHERE id = ? AND revoked_ms IS NULL", (token_id,)
    ).fetchone()
    return None if row is None else _found(conn, row)


def called(conn: sqlite3.Connection, name_or_id: str) -> ApiToken:
    """That of this id, or the only one of this name; a revoked one is none.

    Raises NotFound, or InvalidInput where several have the name.
    """
    wanted = name_or_id.casefold()
    there = [each for each in listing(conn) if each.revoked_ms is None]
    found = [each for each in there if each.id == name_or_id] or [
        each for each in there if each.name.casefold() == wanted
    ]
    if not found:
        raise NotFound("token")
    if len(found) > 1:
        raise InvalidInput("token", f"Several tokens are named “{name_or_id}”: give the id of one.")
    return found[0]


def signing_key(conn: sqlite3.Connection, key: HouseKey, token_id: str) -> str:
    """64 hexadecimal digits, as text: what Balie tells the token's program is signed with them.

    Raises NotFound, or SetupError where the key that sealed it is not here.
    """
    return signing_keys.of_token(conn, key, token_id)


def all_signing_keys(
    conn: sqlite3.Connection, key: HouseKey, token_id: str, now_ms: int
) -> tuple[Sequence[str], int | None]:
    """The newest first; and when the last of several ends. Raises as `signing_key`."""
    return signing_keys.all_of_token(conn, key, token_id, now_ms)


def is_valid(conn: sqlite3.Connection, token_id: str, now_ms: int | None = None) -> bool:
    """False once the token was revoked, or has ended by `now_ms`. For a transaction after an
    earlier look-up.
    """
    return bool(
        conn.execute(
            "SELECT 1 FROM api_token WHERE id = ?1 AND revoked_ms IS NULL"
            " AND (expires_ms IS NULL OR ?2 IS NULL OR expires_ms > ?2)",
            (token_id, now_ms),
        ).fetchone()
    )


def warn(tx: Tx) -> None:
    """Says of each that ends soon that it does, and no more of one that has ended since."""
    for each in listing(tx.conn):
        if each.ends_soon(tx.now_ms):
            facts = {"token": each.id, "stops": []}
            incidents.open_incident(tx, IncidentKind.TOKEN_ENDS, about=each.id, facts=facts)
        elif each.has_ended(tx.now_ms):
            incidents.close_incident(tx, IncidentKind.TOKEN_ENDS, about=each.id)


def listing(conn: sqlite3.Connection) -> list[ApiToken]:
    """All of them, the revoked ones too, oldest first."""
    return [_from_row(row) for row in conn.execute("SELECT * FROM api_token ORDER BY id")]


def scopes_of(names: Iterable[str]) -> frozenset[Scope]:
    """Raises InvalidInput for a name that is no scope."""
    known = {scope.value: scope for scope in Scope}
    wanted = list(names)
    for name in wanted:
        if name not in known:
            sentence = f"“{name}” is no scope. The scopes are: {', '.join(known)}."
            raise InvalidInput("scopes", sentence)
    return frozenset(known[name] for name in wanted)


def _checked(days: int) -> int:
    if not 1 <= days <= MAX_LIFE_DAYS:
        sentence = f"It lasts from 1 to {MAX_LIFE_DAYS} days, or never ends."
        raise InvalidInput("expires", sentence)
    return days


def life_days(text: str) -> int | None:
    """Days as a person gives them; `never` for one without end, empty for the usual year.

    Raises InvalidInput for `expires`.
    """
    tidy = text.strip().casefold()
    if tidy in ("", NEVER):
        return None if tidy else LIFE_DAYS
    if not (tidy.isascii() and tidy.isdecimal()):
        raise InvalidInput("expires", f"Give a number of days, or “{NEVER}”.")
    return _checked(int(tidy[:6]))


def _found(conn: sqlite3.Connection, row: sqlite3.Row) -> ApiToken:
    return replace(_from_row(row), groups=group_limits.of_token(conn, row["id"]))


def _from_row(row: sqlite3.Row) -> ApiToken:
    return ApiToken(
        id=row["id"],
        name=row["name"],
        scopes=frozenset(Scope(name) for name in json.loads(row["scopes"])),
        branch_id=row["branch_id"],
        created_ms=row["created_ms"],
        used_ms=row["used_ms"],
        revoked_ms=row["revoked_ms"],
        expires_ms=row["expires_ms"],
        per_minute=row["per_minute"],
    )
