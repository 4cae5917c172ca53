"""After a copy was put back: what waits in it may have left since, so it is in doubt.

A phone keeps what it sent, and is asked about each way that the message may have taken, one after
the other. A way of which nothing is kept is answered by a person. Meanwhile all other messages go
on. What was not to leave yet has not left.
"""

import json
import sqlite3
from collections.abc import Sequence

from appliance.channels import Channel
from appliance.devices import evidence_facts
from appliance.devices.kind import Kind
from appliance.devices.protocol import Outgoing
from appliance.errors import NotFound
from appliance.messages import MessageClass, MessageState
from appliance.queue.routing import Parcel, Ways
from appliance.reasons import Reason
from appliance.store import lines, messages
from appliance.store.contacts import identity_of
from appliance.store.restoring import MAY_HAVE_LEFT
from appliance.store.routes import Route
from appliance.store.store import Tx

_WAITING = """
SELECT id FROM message INDEXED BY message_waiting
WHERE state IN ('queued', 'sending', 'unconfirmed') AND state = 'queued'
AND coalesce(not_before_ms, 0) <= ?
"""
_HOLD_BACK_SENDS = """
UPDATE list_send SET state = 'paused'
WHERE state = 'running' AND id IN (SELECT send_id FROM list_send_unmade)
"""
"""What of them had no message yet has one since; a person says whether they go on."""
_ABOUT = """
SELECT id, line_id, value, scheme, text, class, wanted, created_ms,
  EXISTS (SELECT 1 FROM message_media WHERE message_id = m.id) AS has_files
FROM message m WHERE id = ?
"""


def doubt_waiting(tx: Tx) -> int:
    """How many are in doubt now; nothing where no copy was put back."""
    name = (MAY_HAVE_LEFT,)
    if tx.conn.execute("SELECT 1 FROM meta WHERE name = ?", name).fetchone() is None:
        return 0
    waiting = tx.conn.execute(_WAITING, (tx.now_ms,)).fetchall()
    doubted = sum(doubt(tx, row["id"]) for row in waiting)
    tx.conn.execute(_HOLD_BACK_SENDS)
    tx.conn.execute("DELETE FROM meta WHERE name = ?", name)
    return doubted


def asks_further(tx: Tx, outgoing: Outgoing) -> bool:
    """Nothing of it was found where it was looked for: whether it may have left another way, about
    which the next device, or a person, is asked now.
    """
    asked = tx.conn.execute(
        "SELECT device_id, channel, baseline FROM attempt WHERE id = ?", (outgoing.attempt_id,)
    ).fetchone()
    baseline = json.loads(asked["baseline"]) if asked["baseline"] else {}
    since_ms = evidence_facts.since_copy_in(baseline)
    if since_ms is None:
        return False
    about = _about(tx, outgoing.message_id)
    ways = _ways(tx.conn, about)
    kept = [each for each in _in_turn(ways, about) if _is_kept(ways, each)]
    at = [(each.device_id, each.channel.name) for each in kept].index(
        (asked["device_id"], asked["channel"])
    )
    if at + 1 < len(kept):
        _begin(tx, about, ways, kept[at + 1], since_ms)
    elif len(kept) < len(_in_turn(ways, about)):
        messages.plan(tx, outgoing.message_id, expected_ms=None, reason=Reason.PERSON)
    else:
        return False
    return True


def doubt(tx: Tx, message_id: str, *, since_ms: int | None = None) -> bool:
    """Whether it is in doubt now: a line without any way has sent nothing. It may have left since
    `since_ms`, or since it was accepted.
    """
    about = _about(tx, message_id)
    try:
        ways = _ways(tx.conn, about)
    except NotFound:  # the line is gone, and what waited on it is cancelled already
        return False
    in_turn = _in_turn(ways, about)
    kept = [each for each in in_turn if _is_kept(ways, each)]
    first = next(iter(kept or in_turn), None)
    if first is None:
        return False
    attempt_id = _begin(tx, about, ways, first, since_ms or about["created_ms"])
    channel = first.channel.name
    messages.move(tx, message_id, MessageState.SENDING, reason=Reason.BUSY, channel=channel)
    messages.move(
        tx,
        message_id,
        MessageState.UNCONFIRMED,
        reason=Reason.LOOKING if kept else Reason.PERSON,
        facts={"attempt": attempt_id, "why": "copy put back"},
    )
    return True


def _begin(tx: Tx, about: sqlite3.Row, ways: Ways, way: Route, since_ms: int) -> str:
    """An attempt that may have been made, for the device to be asked about."""
    attempt_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO attempt (id, message_id, device_id, channel, signature, started_ms, tapped_ms,"
        " ended_ms, outcome, baseline) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'unknown', ?)",
        (
            attempt_id,
            about["id"],
            way.device_id,
            way.channel.name,
            ways.added(way, has_files=bool(about["has_files"])),
            since_ms,
            since_ms,
            tx.now_ms,
            json.dumps(evidence_facts.since_copy(since_ms)),
        ),
    )
    return attempt_id


def _about(tx: Tx, message_id: str) -> sqlite3.Row:
    row: sqlite3.Row = tx.conn.execute(_ABOUT, (message_id,)).fetchone()
    return row


def _ways(conn: sqlite3.Connection, about: sqlite3.Row) -> Ways:
    return Ways.of(conn, lines.line(conn, about["line_id"]))


def _in_turn(ways: Ways, about: sqlite3.Row) -> Sequence[Route]:
    parcel = Parcel(
        identity=identity_of(about),
        text=about["text"],
        kind=MessageClass(about["class"]),
        wanted=Channel.named(about["wanted"]) if about["wanted"] else None,
        on_whatsapp=None,
        has_files=bool(about["has_files"]),
    )
    return ways.carrying(parcel)


def _is_kept(ways: Ways, way: Route) -> bool:
    return Kind.named(ways.devices[way.device_id].kind).keeps_sent
