"""What a SIM has sent, read from the attempts.

Every decision and every promise asks it, so what changes no more is kept: of each call only the
last hour is read anew.
"""

import json
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
from appliance.store import late_proofs
from appliance.store.contacts import identity_of
from appliance.store.lines import Line

RECENT_MS = 2 * DAY_MS
"""Only the window of the month's distinct recipients reaches back further than a day."""

SETTLED_MS = HOUR_MS
"""What left before is kept as it was read, for `SETTLED_READ_MS`."""

SETTLED_READ_MS = 5 * MINUTE_MS
OLDER_READ_MS = 6 * HOUR_MS

ANSWERS_MS = 7 * DAY_MS
"""The rate of a SIM's answers in this time predicts how often they will interrupt a list."""

ANSWERS_READ_MS = 5 * MINUTE_MS

# A SIM outlives its device row: a line may be removed and added again, a card may move to another
# phone. Where no identity was read, the address stands for the SIM.
_OF_THE_SIM = """
SELECT other.id FROM device mine JOIN device other ON other.id = mine.id
  OR other.iccid = mine.iccid
  OR ((other.iccid IS NULL OR mine.iccid IS NULL)
      AND other.kind = mine.kind AND other.address = mine.address)
WHERE mine.id = ? ORDER BY other.id
"""
_LEFT = f"""
SELECT a.tapped_ms AS at_ms, m.scheme, m.value, m.answering, a.parts, a.channel,
       m.answering = 0 AND NOT EXISTS (SELECT 1 FROM message e WHERE
         e.conversation_id = m.conversation_id AND (e.happened_ms, e.id) < (m.happened_ms, m.id)
         AND (e.direction = 'in' OR e.sent_ms IS NOT NULL)) AS first,
       m.rule IN {GREETINGS} AND NOT EXISTS (SELECT 1 FROM message e WHERE
         e.conversation_id = m.conversation_id AND e.sent_ms IS NOT NULL AND e.id < m.id) AS greets
FROM attempt a CROSS JOIN message m ON m.id = a.message_id WHERE a.outcome IS NOT 'not_sent'
"""  # noqa: S608 -- our own words
_OF_IT = "a.device_id IN (SELECT value FROM json_each(:sim))"
_SETTLED = f"""
{_LEFT} AND {_OF_IT} AND a.tapped_ms > :after_ms AND a.tapped_ms <= :until_ms ORDER BY a.tapped_ms
"""
# The plus keeps SQLite from looking through all that is settled for what has come late.
_FRESH = f"""
{_LEFT} AND {_OF_IT} AND a.tapped_ms > :until_ms
UNION ALL
{_LEFT} AND +{_OF_IT} AND +a.tapped_ms <= :until_ms AND a.seq > :seq
ORDER BY 1
"""
_OLDER = f"""
SELECT max(a.tapped_ms) AS at_ms, m.scheme, m.value, m.answering, a.parts, a.channel,
       0 AS first, 0 AS greets
FROM attempt a CROSS JOIN message m ON m.id = a.message_id
WHERE {_OF_IT} AND a.outcome IS NOT 'not_sent'
  AND a.tapped_ms > :after_ms AND a.tapped_ms <= :until_ms
GROUP BY m.value, m.scheme, a.channel ORDER BY 1
"""  # noqa: S608 -- our own words
_NEWEST = "SELECT coalesce(max(seq), 0) FROM attempt"
_LATE = f"""
SELECT 1 FROM attempt a WHERE a.seq > :seq AND +a.tapped_ms <= :until_ms AND +{_OF_IT} LIMIT 1
"""  # noqa: S608 -- our own words
_ANSWERS = """
SELECT count(*), min(a.tapped_ms) FROM attempt a CROSS JOIN message m ON m.id = a.message_id
WHERE a.device_id = ? AND a.tapped_ms > ? AND a.outcome IS NOT 'not_sent'
  AND m.class IN ('reply', 'confirmation')
"""
_CHANGES = """
SELECT t.tapped_ms AS at_ms, g.jid FROM group_task t JOIN chat_group g ON g.id = t.group_id
WHERE t.device_id IN (SELECT value FROM json_each(:sim))
  AND t.tapped_ms > :after_ms AND t.tapped_ms <= :until_ms ORDER BY t.tapped_ms
"""
_SINCE = """
SELECT coalesce(
  (SELECT min(line.created_ms) FROM route r JOIN line ON line.id = r.line_id
   WHERE r.device_id = :device
   AND r.rank = (SELECT min(rank) FROM route WHERE line_id = r.line_id)),
  (SELECT created_ms FROM device WHERE id = :device), :line) AS since_ms
"""


_EVER = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class _Older:
    """The newest to each identity, of those up to `until_ms`; no attempt of them has a greater
    `seq`.
    """

    read_ms: int
    proofs: int
    until_ms: int
    seq: int
    left: Sequence[Left]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """What left up to `until_ms`, of the attempts that there were: none has a greater `seq`."""

    read_ms: int
    proofs: int
    until_ms: int
    seq: int
    history: History


class Histories:
    """The history of each SIM. Usable from every thread; one for all decisions of a process.

    What is kept changes no more, with two exceptions. A doubt that is older than an hour may be
    settled: then the message still counts for some minutes, and one that is older than days for
    some hours, which can only slow the SIM down. What was said not to have left may be proven: that
    would make it faster, so all is read anew then (`late_proofs`).
    """

    def __init__(self) -> None:
        self._older: dict[tuple[str, ...], _Older] = {}
        self._settled: dict[tuple[str, ...], _Settled] = {}
        self._answers: dict[str, tuple[int, float]] = {}

    def forget(self) -> None:
        """All that is kept, because somebody is erased whose number may be among it."""
        self._settled.clear()
        self._older.clear()

    def of(self, conn: sqlite3.Connection, device_id: str, line: Line, *, now_ms: int) -> History:
        """What left, or may have left, in the last 30 days. The caller may add to the result."""
        sim = tuple(row[0] for row in conn.execute(_OF_THE_SIM, (device_id,)))
        # Read first: what is proven from here on has another number.
        proofs = late_proofs.count(conn)
        settled = self._settled.get(sim)
        if settled is None or not _is_good(settled, proofs, now_ms, SETTLED_READ_MS):
            settled = self._settled[sim] = self._settle(conn, sim, proofs, now_ms)
        asked = {"sim": json.dumps(sim), "until_ms": settled.until_ms, "seq": settled.seq}
        fresh = conn.execute(_FRESH, asked)
        history = settled.history.copy()
        history.since_ms = _in_use_since_ms(conn, device_id, line)
        for left in by_now(_with_changes(conn, sim, settled.until_ms, _EVER, fresh), now_ms):
            history.add(left)
        return history

    def _settle(
        self, conn: sqlite3.Connection, sim: tuple[str, ...], proofs: int, now_ms: int
    ) -> _Settled:
        older = self._older.get(sim)
        is_good = older is not None and _is_good(older, proofs, now_ms, OLDER_READ_MS)
        if older is None or not is_good or _has_come_late(conn, sim, older):
            older = self._older[sim] = _read_older(conn, sim, proofs, now_ms)
        (seq,) = conn.execute(_NEWEST).fetchone()
        until_ms = now_ms - SETTLED_MS
        asked = {"sim": json.dumps(sim), "after_ms": older.until_ms, "until_ms": until_ms}
        recent = _with_changes(conn, sim, older.until_ms, until_ms, conn.execute(_SETTLED, asked))
        history = History(left=[*older.left, *recent], since_ms=0)
        return _Settled(read_ms=now_ms, proofs=proofs, until_ms=until_ms, seq=seq, history=history)

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


def _is_good(kept: _Older | _Settled, proofs: int, now_ms: int, for_ms: int) -> bool:
    return kept.proofs == proofs and 0 <= now_ms - kept.read_ms < for_ms


def _has_come_late(conn: sqlite3.Connection, sim: tuple[str, ...], older: _Older) -> bool:
    """Whether an attempt that was kept since left before, as when a clock was set back."""
    asked = {"sim": json.dumps(sim), "until_ms": older.until_ms, "seq": older.seq}
    return conn.execute(_LATE, asked).fetchone() is not None


def _read_older(conn: sqlite3.Connection, sim: tuple[str, ...], proofs: int, now_ms: int) -> _Older:
    until_ms = now_ms - RECENT_MS
    (seq,) = conn.execute(_NEWEST).fetchone()
    asked = {"sim": json.dumps(sim), "after_ms": now_ms - MONTH_MS, "until_ms": until_ms}
    rows = conn.execute(_OLDER, asked)
    left = [_left(row) for row in rows]
    return _Older(read_ms=now_ms, proofs=proofs, until_ms=until_ms, seq=seq, left=left)


def _with_changes(
    conn: sqlite3.Connection,
    sim: tuple[str, ...],
    after_ms: int,
    until_ms: int,
    sent: Iterable[sqlite3.Row],
) -> Iterable[Left]:
    """A change in a group takes a hand as a message does; it begins no conversation."""
    asked = {"sim": json.dumps(sim), "after_ms": after_ms, "until_ms": until_ms}
    rows = conn.execute(_CHANGES, asked).fetchall()
    changes = (
        Left(at_ms=row["at_ms"], identity=Identity(row["jid"], WHATSAPP_GROUP), answering=True)
        for row in rows
    )
    return merge(map(_left, sent), changes, key=lambda each: each.at_ms)


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
