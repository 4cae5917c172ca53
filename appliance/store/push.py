"""Notifications while no page is open: the browsers that get them, what is due, the house's choice.

Who is told what the desk decides; here are the rows.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from appliance.errors import SetupError
from appliance.events import EventKind
from appliance.store import events
from appliance.store.house_key import HouseKey, is_sealed
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class PushHouse:
    """`contact` is where a push service may reach the house; `event_seq` how far the log was
    followed.
    """

    is_on: bool
    shows_text: bool
    contact: str
    event_seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PushAddress:
    """As the browser gives it; the keys are in base64url. Where it is kept, `secret` is sealed."""

    endpoint: str
    public_key: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PushSubscription:
    id: str
    staff_id: str
    address: PushAddress
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueNotice:
    subscription: PushSubscription
    conversation_id: str
    began_ms: int
    tries: int


def house(conn: sqlite3.Connection) -> PushHouse:
    row = conn.execute("SELECT is_on, shows_text, contact, event_seq FROM push_house").fetchone()
    return PushHouse(
        is_on=bool(row["is_on"]),
        shows_text=bool(row["shows_text"]),
        contact=row["contact"],
        event_seq=row["event_seq"],
    )


def set_house(tx: Tx, *, is_on: bool, shows_text: bool, contact: str, staff_id: str) -> None:
    """Who switches it on is told what comes from now on; off, no browser is known any more."""
    if not is_on:
        tx.conn.execute("DELETE FROM push_notice")
        tx.conn.execute("DELETE FROM push_subscription")
    tx.conn.execute(
        "UPDATE push_house SET event_seq = iif(is_on, event_seq, ?), is_on = ?, shows_text = ?,"
        " contact = ?",
        (events.last_seq(tx.conn), is_on, shows_text, contact),
    )
    facts = {"on": is_on, "shows_text": shows_text}
    tx.emit(EventKind.PUSH_CHANGED, staff_id=staff_id, facts=facts)


def follow_to(tx: Tx, event_seq: int) -> None:
    tx.conn.execute("UPDATE push_house SET event_seq = ?", (event_seq,))


def subscribe(
    tx: Tx, address: PushAddress, *, staff_id: str, session_hash: str, language: str
) -> None:
    """A browser is one person's: whoever had it before is told nothing there any more."""
    _end_where(tx, "endpoint = ?1 AND staff_id <> ?2", address.endpoint, staff_id)
    tx.conn.execute(
        "INSERT INTO push_subscription (id, staff_id, session_hash, endpoint, public_key, secret,"
        " language, seen_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (endpoint) DO UPDATE SET session_hash = excluded.session_hash,"
        " public_key = excluded.public_key, secret = excluded.secret,"
        " language = excluded.language, seen_ms = excluded.seen_ms",
        (
            tx.new_id(),
            staff_id,
            session_hash,
            address.endpoint,
            address.public_key,
            address.secret,
            language,
            tx.now_ms,
        ),
    )


def sealed(key: HouseKey, address: PushAddress) -> PushAddress:
    return replace(address, secret=key.seal_text(address.secret, about=_about(address.endpoint)))


def opened(key: HouseKey, address: PushAddress) -> PushAddress:
    """Raises SetupError where the key that sealed it is not here."""
    if not is_sealed(address.secret):
        return address
    return replace(address, secret=key.open_text(address.secret, about=_about(address.endpoint)))


def seal_all(tx: Tx, key: HouseKey) -> None:
    """What lies open, or under an earlier key, is sealed with the newest. What no key opens ends:
    its browser asks for notifications again at its next visit.
    """
    for row in tx.conn.execute("SELECT * FROM push_subscription").fetchall():
        if key.seals_newest(row["secret"]):
            continue
        try:
            address = sealed(key, opened(key, _subscription(row).address))
        except SetupError:
            _end(tx, [row["id"]])
            continue
        tx.conn.execute(
            "UPDATE push_subscription SET secret = ? WHERE id = ?", (address.secret, row["id"])
        )


def _about(endpoint: str) -> str:
    return f"push_subscription.secret {endpoint}"


def subscriptions(conn: sqlite3.Connection, now_ms: int) -> Sequence[PushSubscription]:
    """Those in which their person is still logged in: a session that nobody uses ends by itself."""
    rows = conn.execute(f"SELECT s.* {_LOGGED_IN} ORDER BY s.id", {"now": now_ms})
    return [_subscription(row) for row in rows]


def end(tx: Tx, subscription_id: str) -> None:
    _end(tx, [subscription_id])


def end_address(tx: Tx, endpoint: str) -> None:
    """Who knows an address has the browser: addresses are secret."""
    _end_where(tx, "endpoint = ?", endpoint)


def end_of_session(tx: Tx, session_hash: str) -> None:
    _end_where(tx, "session_hash = ?", session_hash)


def end_of_gone(tx: Tx) -> None:
    """Of the sessions that were forgotten."""
    _end_where(tx, "session_hash NOT IN (SELECT token_hash FROM session)")


def end_of_others(tx: Tx, staff_id: str, session_hash: str) -> None:
    """Of the browsers of a person only that of this session is told anything more."""
    _end_where(tx, "staff_id = ? AND session_hash <> ?", staff_id, session_hash)


def end_of_staff(tx: Tx, staff_id: str) -> None:
    _end_where(tx, "staff_id = ?", staff_id)


def note(tx: Tx, subscription_id: str, conversation_id: str) -> None:
    """It is to be told, if that browser is still one and two conversations have not become one
    meanwhile; what is to be told already is so once.
    """
    tx.conn.execute(
        "INSERT INTO push_notice (subscription_id, conversation_id, began_ms, due_ms)"
        " SELECT id, ?2, ?3, ?3 FROM push_subscription WHERE id = ?1"
        " AND EXISTS (SELECT 1 FROM conversation WHERE id = ?2) ON CONFLICT DO NOTHING",
        (subscription_id, conversation_id, tx.now_ms),
    )


def join(tx: Tx, kept_id: str, other_id: str) -> None:
    """Two conversations become one: of both it is told once."""
    tx.conn.execute(
        "UPDATE OR IGNORE push_notice SET conversation_id = ? WHERE conversation_id = ?",
        (kept_id, other_id),
    )
    tx.conn.execute("DELETE FROM push_notice WHERE conversation_id = ?", (other_id,))


def due(conn: sqlite3.Connection, now_ms: int, *, limit: int = 50) -> Sequence[DueNotice]:
    rows = conn.execute(
        f"SELECT s.*, n.conversation_id, n.began_ms, n.tries {_LOGGED_IN}"
        " JOIN push_notice n ON n.subscription_id = s.id"
        " WHERE n.due_ms <= :now ORDER BY n.due_ms LIMIT :limit",
        {"now": now_ms, "limit": limit},
    )
    return [
        DueNotice(
            subscription=_subscription(row),
            conversation_id=row["conversation_id"],
            began_ms=row["began_ms"],
            tries=row["tries"],
        )
        for row in rows
    ]


def told(tx: Tx, notice: DueNotice) -> None:
    """Or nothing is to be told any more."""
    tx.conn.execute(
        "DELETE FROM push_notice WHERE subscription_id = ? AND conversation_id = ?",
        (notice.subscription.id, notice.conversation_id),
    )


def again(tx: Tx, notice: DueNotice, due_ms: int) -> None:
    tx.conn.execute(
        "UPDATE push_notice SET tries = tries + 1, due_ms = ?"
        " WHERE subscription_id = ? AND conversation_id = ?",
        (due_ms, notice.subscription.id, notice.conversation_id),
    )


def _end_where(tx: Tx, condition: str, *values: str) -> None:
    rows = tx.conn.execute(f"SELECT id FROM push_subscription WHERE {condition}", values)  # noqa: S608 -- our own words
    _end(tx, [row["id"] for row in rows])


def _end(tx: Tx, ids: Sequence[str]) -> None:
    for each in ids:
        tx.conn.execute("DELETE FROM push_notice WHERE subscription_id = ?", (each,))
        tx.conn.execute("DELETE FROM push_subscription WHERE id = ?", (each,))


def _subscription(row: sqlite3.Row) -> PushSubscription:
    return PushSubscription(
        id=row["id"],
        staff_id=row["staff_id"],
        address=PushAddress(
            endpoint=row["endpoint"], public_key=row["public_key"], secret=row["secret"]
        ),
        language=row["language"],
    )


_LOGGED_IN = """FROM push_subscription s
JOIN session ON session.token_hash = s.session_hash AND session.expires_ms > :now"""
