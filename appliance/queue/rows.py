"""What the queue reads: waiting messages, attempts, and what a SIM has sent."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.devices.protocol import Outgoing
from appliance.messages import Channel, MessageClass
from appliance.queue.pacing import DAY_MS, MONTH_MS, History, Left, Waiting
from appliance.sms_parts import count_parts
from appliance.store.lines import Line

MAX_CONSIDERED = 200
"""Waiting messages of a line that one decision looks at; the rest stand behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A waiting message as the planner sees it. `blocked`: an earlier one to them is in doubt."""

    waiting: Waiting
    contact_id: str
    text: str
    wanted: Channel | None
    on_whatsapp: bool | None
    expected_ms: int | None
    reason: str | None
    tries: int
    blocked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenQuestion:
    """An attempt whose outcome is not known. `tapped_ms` None: nothing was tapped."""

    outgoing: Outgoing
    baseline: Mapping[str, Any] | None
    tapped_ms: int | None
    looks: int
    looked_ms: int | None


_QUEUED = """
SELECT m.id, m.number, m.class, m.text, m.created_ms, m.typed, m.answering, m.not_before_ms,
       m.contact_id, m.wanted, n.on_whatsapp, m.expected_ms, m.reason, m.tries,
       (SELECT count(*) FROM message b WHERE b.conversation_id = m.conversation_id
          AND b.direction = 'out' AND b.answering = 0 AND b.sent_ms > coalesce(c.last_in_ms, 0)
       ) AS unanswered,
       EXISTS (SELECT 1 FROM message e WHERE e.line_id = m.line_id AND e.id < m.id
          AND e.contact_id = m.contact_id AND (e.state = 'sending'
            OR e.state = 'unconfirmed' AND e.reason IS NOT 'person')
       ) AS blocked,
       m.answering = 0 AND c.last_in_ms IS NULL AND NOT EXISTS (SELECT 1 FROM message s
          WHERE s.conversation_id = m.conversation_id AND s.sent_ms IS NOT NULL
       ) AS first,
       CASE WHEN m.answering = 1 AND m.typed = 0 THEN
         (SELECT length(i.text) FROM message i WHERE i.conversation_id = m.conversation_id
          AND i.direction = 'in' ORDER BY i.happened_ms DESC, i.id DESC LIMIT 1)
       END AS heard_length
FROM message m
JOIN conversation c ON c.id = m.conversation_id
LEFT JOIN contact_number n ON n.number = m.number
WHERE m.line_id = ? AND m.state = 'queued'
ORDER BY CASE m.class WHEN 'confirmation' THEN 0 WHEN 'reply' THEN 1 WHEN 'automatic' THEN 2
         ELSE 3 END, m.id
LIMIT ?
"""


def queued(conn: sqlite3.Connection, line_id: str) -> Sequence[Queued]:
    """Waiting messages in the order in which they should leave."""
    return [_queued(row) for row in conn.execute(_QUEUED, (line_id, MAX_CONSIDERED))]


def history(conn: sqlite3.Connection, device_id: str, line: Line, *, now_ms: int) -> History:
    """What left, or may have left, from the device's SIM in the last 30 days."""
    rows = conn.execute(
        "SELECT a.tapped_ms, m.number, m.answering, a.parts, a.channel = 'sms',"
        # Only a day's first contacts count, and only a day's budget of them is looked up.
        " CASE WHEN m.answering = 0 AND a.tapped_ms > ?3 THEN NOT EXISTS (SELECT 1 FROM message e"
        "  WHERE e.conversation_id = m.conversation_id AND e.happened_ms < m.happened_ms"
        "  AND (e.direction = 'in' OR e.sent_ms IS NOT NULL)) ELSE 0 END"
        " FROM attempt a JOIN message m ON m.id = a.message_id"
        " WHERE a.device_id = ?1 AND a.tapped_ms > ?2 AND a.outcome IS NOT 'not_sent'"
        " ORDER BY a.tapped_ms",
        (device_id, now_ms - MONTH_MS, now_ms - DAY_MS),
    )
    left = [
        Left(
            at_ms=row[0],
            number=row[1],
            answering=bool(row[2]),
            parts=row[3],
            sms=bool(row[4]),
            first=bool(row[5]),
        )
        for row in rows
    ]
    return History(left=left, since_ms=line.created_ms)


def open_questions(conn: sqlite3.Connection, device_id: str) -> Sequence[OpenQuestion]:
    """Attempts over this device whose message is `unconfirmed` and not yet for a person."""
    rows = conn.execute(
        "SELECT a.*, m.number, m.text FROM message m JOIN attempt a ON a.id ="
        "   (SELECT max(id) FROM attempt WHERE message_id = m.id)"
        " WHERE m.state = 'unconfirmed' AND m.reason IS NOT 'person' AND a.device_id = ?"
        " ORDER BY a.id",
        (device_id,),
    )
    return [_question(row) for row in rows]


def _queued(row: sqlite3.Row) -> Queued:
    known = row["on_whatsapp"]
    return Queued(
        waiting=Waiting(
            id=row["id"],
            number=row["number"],
            kind=MessageClass(row["class"]),
            text_length=len(row["text"]),
            created_ms=row["created_ms"],
            typed=bool(row["typed"]),
            answering=bool(row["answering"]),
            unanswered=row["unanswered"],
            not_before_ms=row["not_before_ms"] or 0,
            parts=count_parts(row["text"]) if row["wanted"] == Channel.SMS.value else 1,
            heard_length=row["heard_length"] or 0,
            first=bool(row["first"]),
            sms=row["wanted"] == Channel.SMS.value,
        ),
        contact_id=row["contact_id"],
        text=row["text"],
        wanted=Channel(row["wanted"]) if row["wanted"] else None,
        on_whatsapp=None if known is None else bool(known),
        expected_ms=row["expected_ms"],
        reason=row["reason"],
        tries=row["tries"],
        blocked=bool(row["blocked"]),
    )


def _question(row: sqlite3.Row) -> OpenQuestion:
    return OpenQuestion(
        outgoing=Outgoing(
            attempt_id=row["id"],
            message_id=row["message_id"],
            channel=Channel(row["channel"]),
            number=row["number"],
            text=row["text"],
            started_ms=row["started_ms"],
        ),
        baseline=json.loads(row["baseline"]) if row["baseline"] else None,
        tapped_ms=row["tapped_ms"],
        looks=row["looks"],
        looked_ms=row["looked_ms"],
    )
