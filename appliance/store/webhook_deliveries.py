"""What an endpoint is told, one row a telling: what waits, what was tried, what became of it."""

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from appliance.store.store import Tx

KEPT_MS = 30 * 24 * 3_600_000
KEPT = 5_000
"""Of an endpoint what came to an end is kept for so long, and no more than so many."""
MAX_ATTEMPTS = 30
"""Of each the last ones are shown."""
UNPLANNED = "unplanned"
"""The `part` of one that stands for an event of which Balie could not say what it makes: it failed
when it was added.
"""


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    #: It is tried no more.
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryAttempt:
    """`status` is what the receiver answered; where nothing was, `error` says why. `took_ms` is
    real time.
    """

    at_ms: int
    status: int | None
    error: str | None
    took_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDelivery:
    """`id` follows from the event and the endpoint, so it is the same however often it is made."""

    id: str
    webhook_id: str
    event_seq: int
    part: str
    type: str
    lane: str
    message_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery(NewDelivery):
    """`tries` are those since it was last asked for. `body` is what earlier tries sent."""

    seq: int
    state: DeliveryState
    due_ms: int
    tries: int
    body: bytes | None
    attempts: Sequence[DeliveryAttempt]
    created_ms: int
    ended_ms: int | None

    @property
    def next_ms(self) -> int | None:
        """When it is tried again; None for one that is new, or over."""
        is_pending = self.state is DeliveryState.PENDING
        return self.due_ms if is_pending and self.due_ms else None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryOutcome:
    """After a try. `due_ms` is when it is tried again, while it is pending. `body` is what was
    sent, where it is not kept yet; `contact_id` is whom it was about.
    """

    seq: int
    state: DeliveryState
    attempt: DeliveryAttempt
    due_ms: int
    body: bytes | None
    contact_id: str | None = None


def id_of(epoch: str, event_seq: int, webhook_id: str, part: str = "") -> str:
    """The same at each retry, after any crash, and never that of another database or endpoint."""
    of = "\n".join([epoch, str(event_seq), webhook_id, *([part] if part else [])])
    return f"msg_{hashlib.sha256(of.encode()).hexdigest()[:32]}"


def add(tx: Tx, made: Iterable[NewDelivery]) -> None:
    """What was told before is told once more, under the same id; one whose endpoint was removed
    meanwhile is not made.
    """
    mistake = DeliveryAttempt(at_ms=tx.now_ms, status=None, error="mistake", took_ms=0)
    attempts = json.dumps([asdict(mistake)], separators=(",", ":"))
    tx.conn.executemany(
        _ADD,
        [
            (
                each.id,
                each.webhook_id,
                each.event_seq,
                each.part,
                each.type,
                each.lane,
                each.message_id,
                tx.now_ms,
                *(("failed", tx.now_ms, attempts) if each.part == UNPLANNED else _WAITS),
            )
            for each in made
        ],
    )


def due(
    conn: sqlite3.Connection, webhook_id: str, now_ms: int, *, limit: int
) -> Sequence[Delivery]:
    """New ones before those that are tried again, each in the order of the log."""
    rows = conn.execute(
        f"{_DELIVERY} WHERE webhook_id = ? AND state = 'pending' AND due_ms <= ?"
        " ORDER BY due_ms, seq LIMIT ?",
        (webhook_id, now_ms, limit),
    )
    return [_from_row(row) for row in rows]


def next_due_ms(
    conn: sqlite3.Connection, webhook_id: str, *, but: Iterable[int] = ()
) -> int | None:
    """When the next one is due, of those whose numbers are not in `but`."""
    row = conn.execute(
        "SELECT due_ms FROM webhook_delivery WHERE webhook_id = ? AND state = 'pending'"
        " AND seq NOT IN (SELECT value FROM json_each(?)) ORDER BY due_ms LIMIT 1",
        (webhook_id, json.dumps(list(but))),
    ).fetchone()
    return None if row is None else int(row["due_ms"])


def tried_since(conn: sqlite3.Connection, webhook_id: str, since_ms: int) -> Sequence[int]:
    """When something was tried, in order."""
    rows = conn.execute(
        "SELECT DISTINCT a.value ->> '$.at_ms' AS at_ms"
        " FROM webhook_delivery d, json_each(d.attempts) a"
        " WHERE d.webhook_id = ? AND a.value ->> '$.at_ms' >= ? ORDER BY at_ms",
        (webhook_id, since_ms),
    )
    return [row["at_ms"] for row in rows]


def waiting(conn: sqlite3.Connection, webhook_id: str, *, most: int) -> int:
    """How many wait, counted up to `most`."""
    row = conn.execute(
        "SELECT count(*) AS n FROM (SELECT 1 FROM webhook_delivery"
        " WHERE webhook_id = ? AND state = 'pending' LIMIT ?)",
        (webhook_id, most),
    ).fetchone()
    return int(row["n"])


def keep_body(tx: Tx, seq: int, body: bytes) -> None:
    """Before the first try of what could not be made the same again."""
    tx.conn.execute("UPDATE webhook_delivery SET body = ? WHERE seq = ?", (body, seq))


def drop_bodies(tx: Tx, message_ids: Iterable[str] | None = None) -> None:
    """Of what is about these messages, or of all: it is made anew for the next try."""
    ids = None if message_ids is None else json.dumps(list(message_ids))
    tx.conn.execute(
        "UPDATE webhook_delivery SET body = NULL WHERE body IS NOT NULL"
        " AND (?1 IS NULL OR message_id IN (SELECT value FROM json_each(?1)))",
        (ids,),
    )


def body_of(conn: sqlite3.Connection, seq: int) -> bytes | None:
    row = conn.execute("SELECT body FROM webhook_delivery WHERE seq = ?", (seq,)).fetchone()
    return None if row is None else row["body"]


def keep_outcomes(tx: Tx, outcomes: Iterable[DeliveryOutcome]) -> None:
    """One whose person was erased meanwhile is made anew for the next try."""
    for each in outcomes:
        row = tx.conn.execute(
            "SELECT attempts FROM webhook_delivery WHERE seq = ?", (each.seq,)
        ).fetchone()
        if row is None:  # its endpoint was removed meanwhile
            continue
        attempts = [*json.loads(row["attempts"]), asdict(each.attempt)][-MAX_ATTEMPTS:]
        is_over = each.state is not DeliveryState.PENDING
        tx.conn.execute(
            _AFTER_TRY,
            {
                "seq": each.seq,
                "state": each.state.value,
                "due_ms": each.due_ms,
                "body": each.body,
                "contact": each.contact_id,
                "attempts": json.dumps(attempts, separators=(",", ":")),
                "ended_ms": tx.now_ms if is_over else None,
            },
        )


def drop(tx: Tx, seq: int) -> None:
    """There is nothing to tell any more."""
    tx.conn.execute("DELETE FROM webhook_delivery WHERE seq = ?", (seq,))


def again(tx: Tx, seq: int) -> None:
    """It is tried at once, whatever became of it."""
    tx.conn.execute(f"UPDATE webhook_delivery SET {_ANEW} WHERE seq = ?", (seq,))  # noqa: S608 -- our own words


def newest(
    conn: sqlite3.Connection,
    webhook_id: str,
    *,
    limit: int,
    before: str | None = None,
    state: DeliveryState | None = None,
) -> Sequence[Delivery]:
    """The newest first; `before` is the id of the last one of the page before."""
    rows = conn.execute(
        _NEWEST,
        {
            "webhook": webhook_id,
            "state": state and state.value,
            "before": before,
            "limit": limit,
        },
    )
    return [_from_row(row) for row in rows]


def one(conn: sqlite3.Connection, webhook_id: str, delivery_id: str) -> Delivery | None:
    row = conn.execute(
        f"{_DELIVERY} WHERE webhook_id = ? AND id = ?", (webhook_id, delivery_id)
    ).fetchone()
    return None if row is None else _from_row(row)


def sweep(tx: Tx, webhook_id: str, *, most: int) -> None:
    """Lets go of what is old, at most so many at once."""
    tx.conn.execute(
        _SWEEP, {"webhook": webhook_id, "kept": KEPT, "old": tx.now_ms - KEPT_MS, "most": most}
    )


def _from_row(row: sqlite3.Row) -> Delivery:
    values = dict(row)
    values["state"] = DeliveryState(values["state"])
    values["attempts"] = [DeliveryAttempt(**each) for each in json.loads(values["attempts"])]
    return Delivery(**values)


_ANEW = "state = 'pending', due_ms = 0, tries = 0, ended_ms = NULL"
_WAITS = ("pending", None, "[]")
_ADD = f"""
INSERT INTO webhook_delivery (id, webhook_id, event_seq, part, type, lane, message_id, created_ms,
  state, ended_ms, attempts, due_ms)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0
WHERE EXISTS (SELECT 1 FROM webhook WHERE id = ?2)
ON CONFLICT (id) DO UPDATE SET {_ANEW} WHERE excluded.state = 'pending'
"""  # noqa: S608 -- our own words
_DELIVERY = (
    "SELECT seq, id, webhook_id, event_seq, part, type, lane, message_id, state, due_ms, tries,"
    " body, attempts, created_ms, ended_ms FROM webhook_delivery"
)
_AFTER_TRY = """
UPDATE webhook_delivery SET state = :state, tries = tries + 1, due_ms = :due_ms,
  attempts = :attempts, ended_ms = :ended_ms, body = CASE
    WHEN :ended_ms IS NOT NULL THEN NULL
    WHEN body IS NOT NULL OR :body IS NULL THEN body
    WHEN message_id IS NULL OR EXISTS (SELECT 1 FROM message m
      WHERE m.id = webhook_delivery.message_id AND m.contact_id IS :contact) THEN :body
  END
WHERE seq = :seq
"""
_NEWEST = f"""
{_DELIVERY} WHERE webhook_id = :webhook AND (:state IS NULL OR state = :state)
AND (:before IS NULL OR seq < (SELECT seq FROM webhook_delivery WHERE id = :before))
ORDER BY seq DESC LIMIT :limit
"""  # noqa: S608 -- our own words
_SWEEP = """
DELETE FROM webhook_delivery WHERE seq IN (
  SELECT seq FROM webhook_delivery
  WHERE webhook_id = :webhook AND ended_ms IS NOT NULL AND (ended_ms < :old OR seq < (
    SELECT seq FROM webhook_delivery WHERE webhook_id = :webhook
    ORDER BY seq DESC LIMIT 1 OFFSET :kept))
  LIMIT :most)
"""
