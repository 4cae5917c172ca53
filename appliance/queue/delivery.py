"""Delivery reports: what the network says became of each part.

A report names the number and the TP-MR. The TP-MR begins again after 256 parts, so the newest part
that fits and has not arrived yet is meant. The report is also evidence that the part left, so it
settles a doubt. If Balie was killed while it sent, a report may come before Balie knows which
message it is for; it is kept until then.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.channels import Channel
from appliance.devices.modem_protocol import DeliveryReport
from appliance.identities import TEL
from appliance.messages import MessageState
from appliance.queue import attempt_row
from appliance.queue.profile import DAY_MS, MINUTE_MS
from appliance.reasons import Reason
from appliance.sms_parts import count_parts
from appliance.store import messages
from appliance.store.store import Tx

KEPT_MS = 3 * DAY_MS
"""How long a report waits for its message, and how far back its message is searched: the network
gives up on an SMS after a few days."""

SLACK_MS = 2 * MINUTE_MS
"""How far the network's clock may differ from ours."""

_WORDS = {True: "arrived", False: "failed", None: "trying"}

# A network may name the recipient in a national form: the last digits are the person's.
_SAME_NUMBER = f"m.scheme = '{TEL}' AND substr(m.value, -8) = substr(:number, -8)"

_PART = f"""
SELECT p.attempt_id, p.part, p.report, p.report_ms FROM attempt a INDEXED BY attempt_tapped
CROSS JOIN message m ON m.id = a.message_id
CROSS JOIN attempt_part p ON p.attempt_id = a.id
WHERE a.device_id = :device AND a.tapped_ms > :since AND {_SAME_NUMBER}
AND p.mr = :mr AND p.left_ms <= :until AND (p.report IS NOT 'arrived' OR p.report_ms = :at)
ORDER BY a.tapped_ms DESC, p.part DESC LIMIT 1
"""  # noqa: S608 -- our own condition

_DOUBTS = f"""
SELECT a.id, a.tapped_ms, m.state, m.text, a.signature
FROM attempt a INDEXED BY attempt_tapped
CROSS JOIN message m ON m.id = a.message_id
WHERE a.device_id = :device AND a.tapped_ms > :since AND {_SAME_NUMBER}
AND a.channel IN (SELECT value FROM json_each(:channels))
AND (m.state = 'unconfirmed'
  OR m.state = 'cancelled' AND a.outcome = 'partly'
  OR m.state = 'queued' AND json_extract(a.evidence, '$.found') = 'absent'
  OR m.state = 'sent' AND EXISTS (
    SELECT 1 FROM attempt_part p WHERE p.attempt_id = a.id AND p.state = 'sent' AND p.mr IS NULL))
AND a.id = (SELECT max(id) FROM attempt WHERE message_id = m.id)
"""  # noqa: S608 -- our own condition

_EARLY = """
SELECT * FROM early_report WHERE device_id = :device
AND substr(number, -8) = substr(:number, -8) ORDER BY at_ms
"""


def keep(tx: Tx, device_id: str, report: DeliveryReport) -> None:
    """Records the report at its part, and what follows for the message."""
    tx.conn.execute("DELETE FROM early_report WHERE seen_ms < ?", (tx.now_ms - KEPT_MS,))
    word = _WORDS[report.arrived]
    about = {"number": report.number, "mr": report.reference, "at_ms": report.at_ms}
    if _note(tx, device_id, {**about, "report": word, "status": report.status}):
        return
    tx.conn.execute(
        "INSERT OR IGNORE INTO early_report (device_id, number, mr, at_ms, report, status,"
        " seen_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            device_id,
            report.number,
            report.reference,
            report.at_ms,
            word,
            report.status,
            tx.now_ms,
        ),
    )
    match_early(tx, device_id, report.number)


def match_early(tx: Tx, device_id: str, number: str) -> None:
    """More is known of the messages to this number: earlier reports may fit now."""
    early = tx.conn.execute(
        _EARLY,
        {"device": device_id, "number": number},
    ).fetchall()
    left = [row for row in early if not _settled(tx, device_id, row)]
    if left:
        _assign_to_doubt(tx, device_id, number, left)


def _settled(tx: Tx, device_id: str, row: sqlite3.Row) -> bool:
    if _note(tx, device_id, dict(row)):
        _forget(tx, row)
        return True
    return False


def _forget(tx: Tx, row: sqlite3.Row) -> None:
    tx.conn.execute(
        "DELETE FROM early_report WHERE device_id = ? AND number = ? AND mr = ? AND at_ms = ?"
        " AND status = ?",
        (row["device_id"], row["number"], row["mr"], row["at_ms"], row["status"]),
    )


def _note(tx: Tx, device_id: str, report: Mapping[str, Any]) -> bool:
    """False when no part is known to have this reference."""
    found = tx.conn.execute(
        _PART,
        {
            "device": device_id,
            "number": report["number"],
            "mr": report["mr"],
            "since": tx.now_ms - KEPT_MS - DAY_MS,
            "until": report["at_ms"] + SLACK_MS,
            "at": report["at_ms"],
        },
    ).fetchone()
    if found is None:
        return False
    _mark(tx, found["attempt_id"], found["part"], report)
    _settle(tx, found["attempt_id"], report)
    return True


def _mark(tx: Tx, attempt_id: str, part: int, report: Mapping[str, Any]) -> None:
    """Any report means that the network had the part; “trying” never replaces a final word."""
    tx.conn.execute(
        "UPDATE attempt_part SET state = 'sent', mr = :mr,"
        " report_ms = iif(:word = 'trying' AND report IS NOT NULL, report_ms, :at),"
        " report = iif(:word = 'trying' AND report IS NOT NULL, report, :word)"
        " WHERE attempt_id = :attempt AND part = :part",
        {
            "mr": report["mr"],
            "word": report["report"],
            "at": report["at_ms"],
            "attempt": attempt_id,
            "part": part,
        },
    )


def _assign_to_doubt(tx: Tx, device_id: str, number: str, early: Sequence[sqlite3.Row]) -> None:
    """Reports of a message whose answers were lost: as many as it has open parts prove them all.

    Fewer reports do not say which parts left. Where an opt-out cut another message short, they may
    belong to that one. The parts left in the order of their references.
    """
    doubts = tx.conn.execute(
        _DOUBTS,
        {
            "device": device_id,
            "number": number,
            "since": tx.now_ms - KEPT_MS,
            "channels": json.dumps([each.name for each in Channel.known() if each.counts_parts]),
        },
    ).fetchall()
    if len(doubts) != 1 or doubts[0]["state"] == MessageState.CANCELLED.value:
        return
    doubt = doubts[0]
    fit = {row["mr"]: row for row in early if row["at_ms"] >= doubt["tapped_ms"] - SLACK_MS}
    open_parts = _open_parts(tx, doubt)
    if not open_parts or len(fit) != len(open_parts):
        return
    for part, mr in zip(open_parts, in_order(list(fit)), strict=True):
        tx.conn.execute(
            "INSERT INTO attempt_part (attempt_id, part, state, left_ms) VALUES (?, ?, 'sent', ?)"
            " ON CONFLICT DO NOTHING",
            (doubt["id"], part, doubt["tapped_ms"]),
        )
        _mark(tx, doubt["id"], part, dict(fit[mr]))
        _forget(tx, fit[mr])
    _settle(tx, doubt["id"], dict(early[-1]))


def _open_parts(tx: Tx, doubt: sqlite3.Row) -> Sequence[int]:
    """Parts of which nothing is known, or that have no reference: a slot gives none."""
    known = {
        int(row["part"])
        for row in tx.conn.execute(
            "SELECT part FROM attempt_part WHERE attempt_id = ?"
            " AND (state = 'missing' OR state = 'sent' AND mr IS NOT NULL)",
            (doubt["id"],),
        )
    }
    count = count_parts(doubt["text"] + (doubt["signature"] or ""))
    return [part for part in range(1, count + 1) if part not in known]


def in_order(references: list[int]) -> Sequence[int]:
    """References count up and begin again at 0: the first one stands after the largest gap."""
    ordered = sorted(references)
    gaps = [
        (following - each) % 256
        for each, following in zip(ordered, [*ordered[1:], ordered[0]], strict=True)
    ]
    first = (gaps.index(max(gaps)) + 1) % len(ordered)
    return [*ordered[first:], *ordered[:first]]


def _settle(tx: Tx, attempt_id: str, report: Mapping[str, Any]) -> None:
    """The state of the message follows from all its parts, in whichever attempt they left."""
    newest = tx.conn.execute(_NEWEST, (attempt_id,)).fetchone()
    parts = _parts_of(tx, newest["message_id"])
    whole = len(parts) == count_parts(newest["text"] + (newest["signature"] or ""))
    if not whole or any(part["is_sent"] == 0 for part in parts):
        return
    facts = {"attempt": attempt_id, "by": "report", "status": report["status"]}
    if newest["state"] in (MessageState.UNCONFIRMED.value, MessageState.QUEUED.value):
        _prove_sent(tx, newest, facts)
    message_id = newest["message_id"]
    if all(part["arrived_ms"] is not None for part in parts):
        delivered_ms = max(int(part["arrived_ms"]) for part in parts)
        messages.move(
            tx, message_id, MessageState.DELIVERED, facts=facts, delivered_ms=delivered_ms
        )
    elif any(part["has_failed"] and part["arrived_ms"] is None for part in parts):
        messages.move(tx, message_id, MessageState.FAILED, reason=Reason.NOT_DELIVERED, facts=facts)


def _parts_of(tx: Tx, message_id: str) -> Sequence[sqlite3.Row]:
    return tx.conn.execute(
        "SELECT max(p.state = 'sent') AS is_sent, max(p.report IS 'failed') AS has_failed,"
        " max(iif(p.report = 'arrived', p.report_ms, NULL)) AS arrived_ms"
        " FROM attempt a JOIN attempt_part p ON p.attempt_id = a.id WHERE a.message_id = ?"
        " GROUP BY p.part",
        (message_id,),
    ).fetchall()


_NEWEST = """
SELECT a.id, a.message_id, told.channel, a.tapped_ms, a.signature, m.text, m.state
FROM attempt told JOIN message m ON m.id = told.message_id
JOIN attempt a ON a.id = (SELECT max(id) FROM attempt WHERE message_id = m.id)
WHERE told.id = ?
"""


def _prove_sent(tx: Tx, attempt: sqlite3.Row, facts: Mapping[str, Any]) -> None:
    """Also for a message that waits again because its slot denied it: the network knows better."""
    attempt_row.prove_sent(tx, attempt["id"], facts)
    if attempt["state"] == MessageState.QUEUED.value:
        messages.move(tx, attempt["message_id"], MessageState.SENDING, facts=dict(facts))
    messages.move(
        tx,
        attempt["message_id"],
        MessageState.SENT,
        facts=dict(facts),
        channel=attempt["channel"],
        sent_ms=attempt["tapped_ms"] or tx.now_ms,
    )
