"""What a SIM has sent, read from the attempts; the older part is read only once in a while."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import merge

from appliance.channels import Channel
from appliance.identities import WHATSAPP_GROUP, Identity
from appliance.queue.history import History, Left, by_now
from appliance.queue.office_hours import OfficeHours
from appliance.queue.pacing import GREETINGS
from appliance.queue.profile import DAY_MS, HOUR_MS, MINUTE_MS, MONTH_MS
from appliance.store.contacts import identity_of
from appliance.store.lines import Line

RECENT_MS = 2 * DAY_MS
"""Only the window of the month's distinct recipients reaches back further than a day."""

ANSWERS_MS = 7 * DAY_MS
"""The rate of a SIM's answers in this time predicts how often they will interrupt a list."""

ANSWERS_READ_MS = 5 * MINUTE_MS

# A SIM outlives its device row: a line may be removed and added again, a card may move to another
# phone. Where no identity was read, the address stands for the SIM.
_OF_THE_SIM = """a.device_id IN (
  SELECT other.id FROM device mine JOIN device other ON other.id = mine.id
    OR other.iccid = mine.iccid
    OR ((other.iccid IS NULL OR mine.iccid IS NULL)
        AND other.kind = mine.kind AND other.address = mine.address)
  WHERE mine.id = ?)"""

_RECENT = f"""
SELECT a.tapped_ms AS at_ms, m.scheme, m.value, m.answering, a.parts, a.channel,
       m.answering = 0 AND NOT EXISTS (SELECT 1 FROM message e WHERE
         e.conversation_id = m.conversation_id AND (e.happened_ms, e.id) < (m.happened_ms, m.id)
         AND (e.direction = 'in' OR e.sent_ms IS NOT NULL)) AS first,
       m.rule IN {GREETINGS} AND NOT EXISTS (SELECT 1 FROM message e WHERE
         e.conversation_id = m.conversation_id AND e.sent_ms IS NOT NULL AND e.id < m.id) AS greets
FROM attempt a CROSS JOIN message m ON m.id = a.message_id
WHERE {_OF_THE_SIM} AND a.tapped_ms > ? AND a.outcome IS NOT 'not_sent' ORDER BY a.tapped_ms
"""  # noqa: S608 -- our own words
_OLDER = f"""
SELECT max(a.tapped_ms) AS at_ms, m.scheme, m.value, m.answering, a.parts, a.channel,
       0 AS first, 0 AS greets
FROM attempt a CROSS JOIN message m ON m.id = a.message_id
WHERE {_OF_THE_SIM} AND a.tapped_ms > ? AND a.tapped_ms <= ? AND a.outcome IS NOT 'not_sent'
GROUP BY m.value, m.scheme, a.channel ORDER BY 1
"""  # noqa: S608 -- our own words
_ANSWERS = """
SELECT count(*), min(a.tapped_ms) FROM attempt a CROSS JOIN message m ON m.id = a.message_id
WHERE a.device_id = ? AND a.tapped_ms > ? AND a.outcome IS NOT 'not_sent'
  AND m.class IN ('reply', 'confirmation')
"""
_CHANGES = """
SELECT t.tapped_ms AS at_ms, g.jid FROM group_task t JOIN chat_group g ON g.id = t.group_id
WHERE t.device_id = ? AND t.tapped_ms > ? ORDER BY t.tapped_ms
"""
_SINCE = """
SELECT coalesce(
  (SELECT min(line.created_ms) FROM route r JOIN line ON line.id = r.line_id
   WHERE r.device_id = :device
   AND r.rank = (SELECT min(rank) FROM route WHERE line_id = r.line_id)),
  (SELECT created_ms FROM device WHERE id = :device), :line) AS since_ms
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Older:
    """The newest to each identity, of those up to `until_ms`."""

    read_ms: int
    until_ms: int
    left: Sequence[Left]


class Histories:
    """The history of each SIM. Usable from every thread; one for all decisions of a process.

    Messages that left days ago change no more, with one exception: a doubt may be settled. Then the
    message still counts until the next hour, which can only slow the SIM down.
    """

    def __init__(self) -> None:
        self._older: dict[str, _Older] = {}
        self._answers: dict[str, tuple[int, float]] = {}

    def of(self, conn: sqlite3.Connection, device_id: str, line: Line, *, now_ms: int) -> History:
        """What left, or may have left, in the last 30 days. The caller may add to the result."""
        older = self._older.get(device_id)
        if older is None or not 0 <= now_ms - older.read_ms < HOUR_MS:
            older = self._older[device_id] = _read_older(conn, device_id, now_ms)
        recent = conn.execute(_RECENT, (device_id, older.until_ms))
        left = [*older.left, *_with_changes(conn, device_id, older.until_ms, map(_left, recent))]
        return History(left=by_now(left, now_ms), since_ms=_in_use_since_ms(conn, device_id, line))

    def answers_a_ms(
        self, conn: sqlite3.Connection, device_id: str, hours: OfficeHours, *, now_ms: int
    ) -> float:
        """How many replies this SIM sends in a millisecond of office time."""
        read_ms, rate = self._answers.get(device_id, (None, 0.0))
        if read_ms is None or not 0 <= now_ms - read_ms < ANSWERS_READ_MS:
            rate = _read_answers(conn, device_id, hours, now_ms)
            self._answers[device_id] = (now_ms, rate)
        return rate


def _in_use_since_ms(conn: sqlite3.Connection, device_id: str, line: Line) -> int:
    """Since when this SIM sends: since the line whose own SIM it is. A SIM that lines only fall
    back on is as old as its device, however old those lines are.
    """
    row = conn.execute(_SINCE, {"device": device_id, "line": line.created_ms}).fetchone()
    return int(row["since_ms"])


def _read_answers(
    conn: sqlite3.Connection, device_id: str, hours: OfficeHours, now_ms: int
) -> float:
    count, first_ms = conn.execute(_ANSWERS, (device_id, now_ms - ANSWERS_MS)).fetchone()
    if not count:
        return 0.0
    # The first hour of a day says little about the day.
    return float(count / max(hours.open_ms(first_ms, now_ms), HOUR_MS))


def _read_older(conn: sqlite3.Connection, device_id: str, now_ms: int) -> _Older:
    until_ms = now_ms - RECENT_MS
    rows = conn.execute(_OLDER, (device_id, now_ms - MONTH_MS, until_ms))
    return _Older(read_ms=now_ms, until_ms=until_ms, left=[_left(row) for row in rows])


def _with_changes(
    conn: sqlite3.Connection, device_id: str, since_ms: int, sent: Iterable[Left]
) -> Iterable[Left]:
    """A change in a group takes a hand as a message does; it begins no conversation."""
    rows = conn.execute(_CHANGES, (device_id, since_ms)).fetchall()
    if not rows:
        return sent
    changes = (
        Left(at_ms=row["at_ms"], identity=Identity(row["jid"], WHATSAPP_GROUP), answering=True)
        for row in rows
    )
    return merge(sent, changes, key=lambda each: each.at_ms)


def _left(row: sqlite3.Row) -> Left:
    return Left(
        at_ms=row["at_ms"],
        identity=identity_of(row),
        answering=bool(row["answering"]),
        parts=row["parts"],
        sms=Channel.named(row["channel"]).counts_parts,
        first=bool(row["first"]),
        greets=bool(row["greets"]),
    )
