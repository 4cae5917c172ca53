"""Endpoints: where Balie posts what happens, for which program, and how far each was told."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from appliance.errors import InvalidInput, SetupError
from appliance.events import EventKind
from appliance.store import events, incidents
from appliance.store.house_key import HouseKey
from appliance.store.incidents import IncidentKind
from appliance.store.key_at_hand import house_key
from appliance.store.store import Tx

ROTATING_MS = 24 * 3_600_000
"""So long both secrets sign, the new one and that of before."""
MAX_ENDPOINTS = 500
"""Each is asked about every event: a program that makes one a minute is mistaken."""


class Content(StrEnum):
    #: Ids, states, codes: no text, number or name.
    IDS = "ids"
    #: The message, too, as the API shows it.
    FULL = "full"


class OffWhy(StrEnum):
    #: Somebody paused it.
    PERSON = "person"
    #: Its token opens nothing any more.
    TOKEN = "token"  # noqa: S105 -- a reason
    #: It answered that it is gone for good.
    GONE = "gone"
    #: Nothing arrived for days.
    FAILING = "failing"


_OF_ITSELF = frozenset({OffWhy.GONE, OffWhy.FAILING})


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEndpoint:
    """`secret` and `previous` are sealed (`secrets_of`); without one its token's key signs.

    `ends_ms`: when its token opens nothing any more; `scopes` are those of the token. `event_seq`:
    up to there it was told; `moves` counts how often somebody put that elsewhere.
    `external_id` and `options` mean something to its dialect only.
    """

    id: str
    dialect: str
    token_id: str | None
    staff_id: str | None
    branch_id: str | None
    line_id: str | None
    external_id: str | None
    url: str
    events: tuple[str, ...]
    content: Content
    options: Mapping[str, Any] = field(default_factory=dict)
    enabled: bool
    off_why: OffWhy | None
    secret: str | None = field(repr=False)
    previous: str | None = field(repr=False)
    previous_ends_ms: int | None
    failing_ms: int | None
    created_ms: int
    ends_ms: int | None
    scopes: frozenset[str]
    event_seq: int
    moves: int

    def is_live(self, now_ms: int) -> bool:
        return self.enabled and (self.ends_ms is None or now_ms < self.ends_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookBy:
    """Who did it: a token or a member of staff; neither where Balie itself did."""

    token_id: str | None = None
    staff_id: str | None = None


BALIE = WebhookBy()


def add(
    tx: Tx,
    *,
    dialect: str,
    url: str,
    events_wanted: Iterable[str],
    by: WebhookBy,
    branch_id: str | None = None,
    line_id: str | None = None,
    content: Content = Content.IDS,
    external_id: str | None = None,
    options: Mapping[str, Any] | None = None,
    secret: str | None = None,
) -> WebhookEndpoint:
    """It is told what happens from now on. The URL was checked; `secret` is sealed here.

    Raises InvalidInput where there are too many, and SetupError where there is a secret and the
    key of the house is not here.
    """
    if tx.conn.execute("SELECT count(*) AS n FROM webhook").fetchone()["n"] >= MAX_ENDPOINTS:
        raise InvalidInput("url", f"There are {MAX_ENDPOINTS} webhooks already; remove some.")
    webhook_id = tx.new_id()
    sealed = None if secret is None else _sealed(house_key(tx.conn), webhook_id, secret)
    tx.conn.execute(
        "INSERT INTO webhook (id, dialect, token_id, staff_id, branch_id, line_id, external_id,"
        " url, events, content, options, secret, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            webhook_id,
            dialect,
            by.token_id,
            by.staff_id,
            branch_id,
            line_id,
            external_id,
            url,
            json.dumps(list(events_wanted)),
            content.value,
            json.dumps(dict(options or {})),
            sealed,
            tx.now_ms,
        ),
    )
    tx.conn.execute(
        "INSERT INTO webhook_cursor (webhook_id, event_seq) VALUES (?, ?)",
        (webhook_id, events.last_seq(tx.conn)),
    )
    _tell(tx, webhook_id, branch_id, "added", by)
    return _there(tx, webhook_id)


def endpoint(conn: sqlite3.Connection, webhook_id: str) -> WebhookEndpoint | None:
    row = conn.execute(f"{_ENDPOINT} WHERE w.id = ?", (webhook_id,)).fetchone()
    return None if row is None else _from_row(row)


def endpoints(conn: sqlite3.Connection, *, dialect: str | None = None) -> Sequence[WebhookEndpoint]:
    """All of them, the oldest first."""
    rows = conn.execute(f"{_ENDPOINT} WHERE ?1 IS NULL OR w.dialect = ?1 ORDER BY w.id", (dialect,))
    return [_from_row(row) for row in rows]


def of_token(conn: sqlite3.Connection, token_id: str, *, dialect: str) -> Sequence[WebhookEndpoint]:
    rows = conn.execute(
        f"{_ENDPOINT} WHERE w.token_id = ? AND w.dialect = ? ORDER BY w.id", (token_id, dialect)
    )
    return [_from_row(row) for row in rows]


def named(
    conn: sqlite3.Connection, token_id: str, external_id: str, *, dialect: str
) -> WebhookEndpoint | None:
    """The one that this program calls so."""
    row = conn.execute(
        f"{_ENDPOINT} WHERE w.dialect = ? AND w.token_id = ? AND w.external_id = ?",
        (dialect, token_id, external_id),
    ).fetchone()
    return None if row is None else _from_row(row)


def change(
    tx: Tx,
    webhook_id: str,
    by: WebhookBy,
    *,
    url: str | None = None,
    events_wanted: Iterable[str] | None = None,
    content: Content | None = None,
) -> WebhookEndpoint:
    """What is None stays. The URL was checked. It is the token's from now on that changed it, so it
    is told what that one may see, and no more.
    """
    tx.conn.execute(
        "UPDATE webhook SET token_id = coalesce(?, token_id), url = coalesce(?, url),"
        " events = coalesce(?, events), content = coalesce(?, content) WHERE id = ?",
        (
            by.token_id,
            url,
            None if events_wanted is None else json.dumps(list(events_wanted)),
            None if content is None else content.value,
            webhook_id,
        ),
    )
    found = _there(tx, webhook_id)
    _tell(tx, webhook_id, found.branch_id, "changed", by)
    return found


def switch_on(tx: Tx, webhook_id: str, by: WebhookBy) -> None:
    """What happened while it was off it is not told, unless somebody asks for it (`rewind`). It is
    the token's from now on that switched it on.
    """
    tx.conn.execute(
        "UPDATE webhook SET token_id = coalesce(?, token_id), enabled = 1, off_why = NULL,"
        " failing_ms = NULL WHERE id = ?",
        (by.token_id, webhook_id),
    )
    _move(tx, webhook_id, events.last_seq(tx.conn))
    incidents.close_incident(tx, IncidentKind.WEBHOOK_OFF, about=webhook_id)
    _tell(tx, webhook_id, _there(tx, webhook_id).branch_id, "on", by)


def switch_off(tx: Tx, webhook_id: str, why: OffWhy, by: WebhookBy = BALIE) -> None:
    """Nothing is sent any more; what waits keeps waiting."""
    off = tx.conn.execute(
        "UPDATE webhook SET enabled = 0, off_why = ? WHERE id = ? AND enabled = 1"
        " RETURNING branch_id",
        (why.value, webhook_id),
    ).fetchone()
    if off is None:
        return
    if why not in _OF_ITSELF:
        _tell(tx, webhook_id, off["branch_id"], "off", by)
        return
    facts = {"webhook": webhook_id, "why": why.value}
    tx.emit(EventKind.WEBHOOK_DISABLED, branch_id=off["branch_id"], facts=facts)
    incidents.open_incident(
        tx, IncidentKind.WEBHOOK_OFF, about=webhook_id, facts={**facts, "stops": []}
    )


def switch_off_of_token(tx: Tx, token_id: str) -> None:
    rows = tx.conn.execute("SELECT id FROM webhook WHERE token_id = ?", (token_id,)).fetchall()
    for row in rows:
        switch_off(tx, row["id"], OffWhy.TOKEN)


def remove(tx: Tx, webhook_id: str, by: WebhookBy) -> None:
    """It is gone, with the log of what it was told."""
    gone = tx.conn.execute(
        "DELETE FROM webhook WHERE id = ? RETURNING branch_id", (webhook_id,)
    ).fetchone()
    if gone is not None:
        incidents.close_incident(tx, IncidentKind.WEBHOOK_OFF, about=webhook_id)
        _tell(tx, webhook_id, gone["branch_id"], "removed", by)


def rotate(tx: Tx, webhook_id: str, secret: str, by: WebhookBy) -> int:
    """The new secret and that of before both sign for a day; gives when that ends.

    Raises SetupError where the key of the house is not here.
    """
    ends_ms = tx.now_ms + ROTATING_MS
    tx.conn.execute(
        "UPDATE webhook SET previous = secret, previous_ends_ms = ?, secret = ? WHERE id = ?",
        (ends_ms, _sealed(house_key(tx.conn), webhook_id, secret), webhook_id),
    )
    _tell(tx, webhook_id, _there(tx, webhook_id).branch_id, "rotated", by)
    return ends_ms


def ping(tx: Tx, webhook_id: str, by: WebhookBy) -> int:
    """An event that this endpoint alone is told, whatever it wants to know; its number."""
    _emit(tx, EventKind.WEBHOOK_PING, _there(tx, webhook_id).branch_id, {"webhook": webhook_id}, by)
    return events.last_seq(tx.conn)


def note_failing(tx: Tx, webhook_id: str, since_ms: int | None) -> None:
    tx.conn.execute("UPDATE webhook SET failing_ms = ? WHERE id = ?", (since_ms, webhook_id))


def follow_to(tx: Tx, cursors: Mapping[str, tuple[int, int]]) -> None:
    """By the ids of endpoints the moves that were counted, and how far it was told. One that
    somebody moved since stays where they put it.
    """
    tx.conn.executemany(
        "UPDATE webhook_cursor SET event_seq = ? WHERE webhook_id = ? AND moves = ?",
        [(seq, webhook_id, moves) for webhook_id, (moves, seq) in cursors.items()],
    )


def _move(tx: Tx, webhook_id: str, seq: int) -> None:
    tx.conn.execute(
        "UPDATE webhook_cursor SET event_seq = ?, moves = moves + 1 WHERE webhook_id = ?",
        (seq, webhook_id),
    )


def rewind(tx: Tx, webhook_id: str, since_ms: int, by: WebhookBy) -> None:
    """It is told again what happened since then, each under the same id as before; what it was not
    told yet comes, too, also of earlier.
    """
    found = _there(tx, webhook_id)
    before = events.between(tx.conn, since_ms, tx.now_ms + 1).start - 1
    _move(tx, webhook_id, min(before, found.event_seq))
    _tell(tx, webhook_id, found.branch_id, "replayed", by)


def tell_again(tx: Tx, found: WebhookEndpoint, by: WebhookBy) -> None:
    """One that was told is to be told again: who tells looks for it after this event."""
    _tell(tx, found.id, found.branch_id, "resent", by)


def secrets_of(key: HouseKey, found: WebhookEndpoint, now_ms: int) -> Sequence[str]:
    """The newest first; none where its token's key signs. One of before that no key opens signs no
    more. Raises SetupError for the newest.
    """
    about, secrets = _about(found.id), []
    if found.secret is not None:
        secrets.append(key.open_text(found.secret, about=about))
    ends_ms = found.previous_ends_ms
    if found.previous is not None and ends_ms is not None and now_ms < ends_ms:
        with suppress(SetupError):
            secrets.append(key.open_text(found.previous, about=about))
    return secrets


def seal_all(tx: Tx, key: HouseKey) -> None:
    """What lies under an earlier key is sealed with the newest. What no key opens stays shut: the
    endpoint is told nothing until it has a new secret.
    """
    for row in tx.conn.execute("SELECT id, secret, previous FROM webhook").fetchall():
        for column in ("secret", "previous"):
            if row[column] is None or key.seals_newest(row[column]):
                continue
            try:
                opened = key.open_text(row[column], about=_about(row["id"]))
            except SetupError:
                continue
            tx.conn.execute(
                f"UPDATE webhook SET {column} = ? WHERE id = ?",  # noqa: S608 -- our own names
                (_sealed(key, row["id"], opened), row["id"]),
            )


def _sealed(key: HouseKey, webhook_id: str, secret: str) -> str:
    return key.seal_text(secret, about=_about(webhook_id))


def _about(webhook_id: str) -> str:
    return f"webhook.secret {webhook_id}"


def _there(tx: Tx, webhook_id: str) -> WebhookEndpoint:
    found = endpoint(tx.conn, webhook_id)
    if found is None:
        raise sqlite3.IntegrityError("an endpoint that was just kept is not there")
    return found


def _tell(tx: Tx, webhook_id: str, branch_id: str | None, what: str, by: WebhookBy) -> None:
    facts = {"webhook": webhook_id, "what": what}
    _emit(tx, EventKind.WEBHOOK_CHANGED, branch_id, facts, by)


def _emit(
    tx: Tx, kind: EventKind, branch_id: str | None, facts: Mapping[str, Any], by: WebhookBy
) -> None:
    told = {**facts, **({"token": by.token_id} if by.token_id else {})}
    tx.emit(kind, branch_id=branch_id, staff_id=by.staff_id, facts=told)


def _from_row(row: sqlite3.Row) -> WebhookEndpoint:
    values = dict(row)
    return WebhookEndpoint(
        **{
            **values,
            "events": tuple(json.loads(values["events"])),
            "content": Content(values["content"]),
            "options": json.loads(values["options"]),
            "enabled": bool(values["enabled"]),
            "scopes": frozenset(json.loads(values["scopes"] or "[]")),
            "off_why": None if values["off_why"] is None else OffWhy(values["off_why"]),
        }
    )


_ENDPOINT = """
SELECT w.id, w.dialect, w.token_id, w.staff_id, w.branch_id, w.line_id, w.external_id, w.url,
  w.events, w.content, w.options, w.enabled, w.off_why, w.secret, w.previous, w.previous_ends_ms,
  w.failing_ms, w.created_ms, coalesce(t.revoked_ms, t.expires_ms) AS ends_ms,
  t.scopes, c.event_seq, c.moves
FROM webhook w
JOIN webhook_cursor c ON c.webhook_id = w.id
LEFT JOIN api_token t ON t.id = w.token_id
"""
