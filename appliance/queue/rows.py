"""What waits, as the database has it."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge

from appliance.channels import Channel
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.queue import posts, undecided
from appliance.queue.heard import PREFERS, SINCE_HEARD
from appliance.queue.lanes import LANES, Lane, Queued, by_class, by_id, place
from appliance.queue.pacing import GREETINGS, Waiting
from appliance.queue.paused import IS_PAUSED
from appliance.reasons import Reason
from appliance.store import forecast
from appliance.store.contacts import identity_of

MAX_CONSIDERED = 100
"""Messages of a lane that one decision looks at; the next decision looks behind them."""

_FIRST_PAGE = 8
"""Usually the first few decide, so only these are read at first."""

FOR_DAYS = (
    Reason.UNANSWERED,
    Reason.FIRST_CONTACTS,
    Reason.NEWCOMERS,
    Reason.CEILING_MONTH,
    Reason.NEAR_STOP,
    Reason.PAUSED,
)
"""Reasons that hold one person's messages for days, and nobody's behind them."""

PARKED = "(" + ", ".join(f"'{each}'" for each in FOR_DAYS) + ")"
"""Those, as the index has them."""

WAITING = "('queued', 'sending', 'unconfirmed')"
"""Written as in the index: SQLite uses a partial index only if the condition is the same."""

HAS_FILES = "EXISTS (SELECT 1 FROM message_media f WHERE f.message_id = m.id)"
"""Of a row `m`."""

PARKED_CONSIDERED = 20
"""Parked messages that one decision looks at; the planner frees the others."""


_QUEUED = f"""
SELECT m.id, m.scheme, m.value, m.class, m.text, m.created_ms, m.typed, m.answering,
       m.not_before_ms, coalesce(m.contact_id, m.conversation_id) AS contact_id,
       m.staff_id, m.wanted, n.on_whatsapp, m.expected_ms, m.reason,
       m.tries, m.bound_to, {PREFERS} AS prefers, {HAS_FILES} AS has_files,
       {IS_PAUSED} AS paused,
       (SELECT count(f.left_by) FROM message_media f WHERE f.message_id = m.id) AS files_left,
       CASE WHEN m.answering = 1 OR m.class IN ('confirmation', 'reply') THEN 0 ELSE
       (SELECT count(*) FROM message b WHERE b.conversation_id = m.conversation_id
          AND b.direction = 'out' AND b.answering = 0 AND {SINCE_HEARD}
       ) END AS unanswered,
       m.answering = 0 AND c.last_in_ms IS NULL AND NOT EXISTS (SELECT 1 FROM message s
          WHERE s.conversation_id = m.conversation_id AND s.sent_ms IS NOT NULL) AS first,
       coalesce(m.rule IN {{greetings}} AND NOT EXISTS (SELECT 1 FROM message s
          WHERE s.conversation_id = m.conversation_id AND s.sent_ms IS NOT NULL), 0) AS greets,
       CASE WHEN m.answering = 0 OR m.typed = 1 THEN 0 ELSE
       (SELECT length(i.text) FROM message i WHERE i.conversation_id = m.conversation_id
          AND i.direction = 'in' ORDER BY i.happened_ms DESC, i.id DESC LIMIT 1) END AS heard
FROM message m INDEXED BY {{index}}
CROSS JOIN conversation c ON c.id = m.conversation_id
LEFT JOIN contact_identity n ON n.value = m.value AND n.scheme = m.scheme
WHERE m.line_id = :line AND m.state = 'queued' AND m.class = :class AND m.answering = :answering
  AND m.id > :after {{as_indexed}} AND {{condition}}
ORDER BY m.id LIMIT :limit
"""  # noqa: S608 -- our own words
_OF_LINE = f"""
SELECT {{what}} FROM message m INDEXED BY message_waiting
WHERE line_id = ?1 AND state IN {WAITING} AND state = 'queued'
"""  # noqa: S608 -- our own words
_FILLED = "SELECT " + ", ".join(
    f"EXISTS ({_OF_LINE.format(what='1')} AND class = '{lane.kind.value}'"
    f" AND answering = {int(lane.answering)})"
    for lane in LANES
)
_READY = _QUEUED.format(
    greetings=GREETINGS,
    index="message_waiting",
    as_indexed=f"AND m.state IN {WAITING}",
    # A message that is tried again keeps its place before those behind it.
    condition="(coalesce(m.not_before_ms, 0) <= :now OR m.tries > 0)"
    f" AND coalesce(m.reason, '') NOT IN {PARKED}",
)
_LATER = _QUEUED.format(
    greetings=GREETINGS,
    index="message_later",
    as_indexed="",
    condition="m.not_before_ms IS NOT NULL AND m.not_before_ms > :now AND m.tries = 0"
    f" AND coalesce(m.reason, '') NOT IN {PARKED}",
)
_PARKED = _QUEUED.format(
    greetings=GREETINGS, index="message_parked", as_indexed="", condition=f"m.reason IN {PARKED}"
)
# Time alone ends these; the others end when a person writes or decides.
_PARKED_FOR_A_TIME = _QUEUED.format(
    greetings=GREETINGS,
    index="message_parked",
    as_indexed="",
    condition=f"m.reason IN {PARKED}"
    f" AND m.reason NOT IN ('{Reason.UNANSWERED}', '{Reason.NEAR_STOP}', '{Reason.PAUSED}')",
)


class Reading:
    """The messages that wait on one line, read lane by lane as far as the caller needs.

    `looked` is kept from one decision to the next. It says for each lane up to which message none
    could leave. The first few are always read again, and then those behind that message.
    """

    def __init__(
        self,
        conn: sqlite3.Connection,
        line_id: str,
        *,
        now_ms: int,
        looked: dict[Lane, str] | None = None,
    ) -> None:
        self._conn = conn
        self._line_id = line_id
        self._now_ms = now_ms
        self._looked = {} if looked is None else looked
        self._doubts = _doubts(conn, line_id)
        self._unread = posts.unread(conn, line_id)
        self._asked = undecided.asked(conn, line_id)

    def in_order(self, closed: set[Lane]) -> Iterator[Queued]:
        """The messages whose own time has come, in the queue's order, but none of a closed lane.

        `closed` may grow during the iteration: the rest of a lane is then left out.
        """
        return by_class({lane: self._ready(lane, closed) for lane in self._filled()}, closed)

    def is_empty(self) -> bool:
        found = self._conn.execute(_OF_LINE.format(what="1") + " LIMIT 1", (self._line_id,))
        return found.fetchone() is None

    def heads(self, limit: int) -> Sequence[Queued]:
        """The first of each lane: the ready ones, those for later, and the parked ones."""
        found = [
            each
            for lane in self._filled()
            for waiting in (
                self._page(_READY, lane, "", limit),
                self._page(_LATER, lane, "", limit),
                self._parked(lane, limit),
            )
            for each in waiting
        ]
        return sorted(found, key=place)

    def _filled(self) -> Sequence[Lane]:
        """The lanes in which anything waits. Most are empty, and each is asked in four ways."""
        found = self._conn.execute(_FILLED, (self._line_id,)).fetchone()
        return [lane for lane, is_filled in zip(LANES, found, strict=True) if is_filled]

    def _ready(self, lane: Lane, closed: set[Lane]) -> Iterator[Queued]:
        parked = self._parked(lane, PARKED_CONSIDERED)
        return merge(self._paged(lane, closed), parked, key=by_id)

    def _parked(self, lane: Lane, limit: int) -> Sequence[Queued]:
        """The first parked ones, and the first of those that wait for no person."""
        found = {
            each.waiting.id: each
            for statement in (_PARKED, _PARKED_FOR_A_TIME)
            for each in self._page(statement, lane, "", limit)
        }
        return [found[key] for key in sorted(found)]

    def _paged(self, lane: Lane, closed: set[Lane]) -> Iterator[Queued]:
        first = () if lane in closed else self._page(_READY, lane, "", _FIRST_PAGE)
        yield from first
        if len(first) < _FIRST_PAGE or lane in closed:
            return
        after = max(first[-1].waiting.id, self._looked.get(lane, ""))
        limit = MAX_CONSIDERED - _FIRST_PAGE
        page = self._page(_READY, lane, after, limit)
        yield from page
        if lane not in closed:  # none of them left, and none closed the lane
            self._looked[lane] = page[-1].waiting.id if len(page) == limit else ""

    def _page(self, statement: str, lane: Lane, after: str, limit: int) -> Sequence[Queued]:
        about = {
            "line": self._line_id,
            "class": lane.kind.value,
            "answering": int(lane.answering),
            "now": self._now_ms,
            "after": after,
            "limit": limit,
        }
        return [self._queued(row) for row in self._conn.execute(statement, about)]

    def _queued(self, row: sqlite3.Row) -> Queued:
        known = row["on_whatsapp"]
        doubt = self._doubts.get(row["contact_id"])
        return Queued(
            waiting=_waiting(row),
            contact_id=row["contact_id"],
            text=row["text"],
            wanted=Channel.named(row["wanted"]) if row["wanted"] else None,
            on_whatsapp=None if known is None else bool(known),
            expected_ms=row["expected_ms"],
            reason=Reason.of(row["reason"]),
            tries=row["tries"],
            blocked=(doubt is not None and doubt < row["id"]) or row["contact_id"] in self._unread,
            bound_to=row["bound_to"],
            prefers=Channel.named(row["prefers"]) if row["prefers"] else None,
            has_files=bool(row["has_files"]),
            paused=bool(row["paused"]),
            undecided=undecided.holds(
                self._asked.get(row["contact_id"]),
                message_id=row["id"],
                staff_id=row["staff_id"],
                kind=MessageClass(row["class"]),
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Distant:
    """A waiting message that is not near yet: only what an estimate of its time needs."""

    id: str
    lane: Lane
    identity: Identity
    text: str
    wanted: Channel | None
    on_whatsapp: bool | None
    bound_to: str | None
    prefers: Channel | None
    has_files: bool
    not_before_ms: int
    tries: int
    expected_ms: int | None
    reason: Reason | None


_DISTANT = f"""
SELECT m.id, m.scheme, m.value, m.text, m.wanted, n.on_whatsapp, m.bound_to,
       {PREFERS} AS prefers, {HAS_FILES} AS has_files,
       coalesce(m.not_before_ms, 0) AS not_before_ms, m.tries, m.expected_ms, m.reason
FROM message m INDEXED BY message_waiting
LEFT JOIN contact_identity n ON n.value = m.value AND n.scheme = m.scheme
WHERE m.line_id = ? AND m.state = 'queued' AND m.class = ? AND m.answering = ? AND m.id > ?
  AND m.state IN {WAITING} AND coalesce(m.reason, '') NOT IN {PARKED}
ORDER BY m.id LIMIT ?
"""  # noqa: S608 -- our own words


def distant(
    conn: sqlite3.Connection, line_id: str, lane: Lane, *, after: str, limit: int
) -> Sequence[Distant]:
    """The messages behind `after` in a lane that are not parked."""
    values = (line_id, lane.kind.value, int(lane.answering), after, limit)
    return [_distant(row, lane) for row in conn.execute(_DISTANT, values)]


def _distant(row: sqlite3.Row, lane: Lane) -> Distant:
    known = row["on_whatsapp"]
    return Distant(
        id=row["id"],
        lane=lane,
        identity=identity_of(row),
        text=row["text"],
        wanted=Channel.named(row["wanted"]) if row["wanted"] else None,
        on_whatsapp=None if known is None else bool(known),
        bound_to=row["bound_to"],
        prefers=Channel.named(row["prefers"]) if row["prefers"] else None,
        has_files=bool(row["has_files"]),
        not_before_ms=row["not_before_ms"],
        tries=row["tries"],
        expected_ms=row["expected_ms"],
        reason=Reason.of(row["reason"]),
    )


_LATEST = f"""
SELECT {forecast.EXPECTED_MS} AS at_ms FROM message m INDEXED BY message_waiting
WHERE line_id = ? AND class = ? AND answering = ? AND state IN {WAITING}
  AND coalesce(reason, '') NOT IN {PARKED} AND coalesce(not_before_ms, 0) <= ? AND at_ms > ?
ORDER BY id DESC LIMIT ?
"""  # noqa: S608 -- our own words


def latest_expected(
    conn: sqlite3.Connection, line_id: str, lane: Lane, *, now_ms: int, limit: int
) -> Sequence[int]:
    """The promises to the last messages of a lane, without those that are for later."""
    values = (line_id, lane.kind.value, int(lane.answering), now_ms, now_ms, limit)
    return [int(row[0]) for row in conn.execute(_LATEST, values)]


def first_expected(conn: sqlite3.Connection, line_id: str) -> int | None:
    """The soonest time at which the first message of any lane leaves."""
    heads = (
        conn.execute(
            _OF_LINE.format(what=forecast.EXPECTED_MS) + " AND class = ? AND answering = ? LIMIT 1",
            (line_id, lane.kind.value, int(lane.answering)),
        ).fetchone()
        for lane in LANES
    )
    return min((head[0] for head in heads if head and head[0] is not None), default=None)


def count_queued(conn: sqlite3.Connection, line_id: str) -> int:
    """How many messages wait on the line, read from the index alone."""
    return int(conn.execute(_OF_LINE.format(what="count(*)"), (line_id,)).fetchone()[0])


def too_old(conn: sqlite3.Connection, line_id: str, *, now_ms: int, limit: int) -> Sequence[str]:
    """The first messages whose time to live is over."""
    statement = _OF_LINE.format(what="id") + " AND expires_ms <= ? LIMIT ?"
    return [row[0] for row in conn.execute(statement, (line_id, now_ms, limit))]


def _doubts(conn: sqlite3.Connection, line_id: str) -> Mapping[str, str]:
    """For each contact or group the first message that a device has in hand or that is in doubt."""
    rows = conn.execute(
        "SELECT coalesce(contact_id, conversation_id), min(id)"
        " FROM message INDEXED BY message_doubt"
        " WHERE line_id = ? AND state IN ('sending', 'unconfirmed')"
        " AND (state = 'sending' OR reason IS NOT ?) GROUP BY 1",
        (line_id, Reason.PERSON),
    )
    return {row[0]: row[1] for row in rows}


def _waiting(row: sqlite3.Row) -> Waiting:
    wanted = Channel.named(row["wanted"]) if row["wanted"] else None
    return Waiting(
        id=row["id"],
        identity=identity_of(row),
        kind=MessageClass(row["class"]),
        text_length=0 if row["files_left"] else len(row["text"]),  # typed below the first one
        created_ms=row["created_ms"],
        typed=bool(row["typed"]),
        answering=bool(row["answering"]),
        unanswered=row["unanswered"],
        not_before_ms=row["not_before_ms"] or 0,
        first=bool(row["first"]),
        heard_length=row["heard"] or 0,
        greets=bool(row["greets"]),
        sms=wanted is not None and wanted.counts_parts,
        parts=wanted.parts_of(row["text"]) if wanted else 1,
    )
