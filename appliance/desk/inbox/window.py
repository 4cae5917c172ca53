"""Stretches of a thread: a page of it, the pages beside it, and what changed in what is shown.

A thread may hold tens of thousands of messages. Whatever is asked, a few pages are read.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

from appliance.desk.inbox import missed_calls
from appliance.desk.inbox.bubbles import MESSAGES, Bubble, CallMark, drawn
from appliance.desk.inbox.thread import Conversation
from appliance.desk.team import notes
from appliance.desk.team.notes import TeamNote
from appliance.queue.profile import DAY_MS

PAGE = 40
"""Messages a page."""
OPENED = 3 * PAGE
"""A thread opens with its unread messages where they are no more than these."""
PRINTED = 1000
"""Messages on paper, before one asks for those above them."""
COUNTED = 100
"""Unread messages further up are counted to here; nobody minds how many more there are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stretch of the thread, oldest first. `newest_id` is the message in it that arrived last.

    `unread_above`: unread messages that are older than the stretch, `COUNTED` at most. `calls` and
    `notes` are those after the last message of the thread.
    """

    bubbles: Sequence[Bubble]
    calls: Sequence[CallMark] = ()
    notes: Sequence[TeamNote] = ()
    has_older: bool = False
    has_newer: bool = False
    unread_above: int = 0

    @property
    def oldest_id(self) -> str:
        return self.bubbles[0].id if self.bubbles else ""

    @property
    def last_id(self) -> str:
        """Where the stretch ends before the thread does; empty at the end of the thread."""
        return self.bubbles[-1].id if self.bubbles and self.has_newer else ""

    @property
    def newest_id(self) -> str:
        there = (bubble.id for bubble in self.bubbles if bubble.asked is None)
        return max(there, default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a browser shows: how many messages from which to which, as they were at an event.

    `last_id` is empty for the end of the thread.
    """

    since_seq: int
    oldest_id: str
    last_id: str
    count: int


@dataclass(frozen=True, slots=True)
class _Point:
    """Where a message stands in the thread."""

    at_ms: int
    id: str


_START, _END = _Point(0, ""), _Point(1 << 62, "")


def newest(
    conn: sqlite3.Connection, about: Conversation, *, unread_id: str | None = None
) -> Window:
    """The last page, or more where the first unread message, `unread_id`, stands a little above."""
    rows = _before(conn, about, _END, (OPENED if unread_id else PAGE) + 1)
    ids = [row["id"] for row in rows[-OPENED:]]
    unread = len(ids) - ids.index(unread_id) if unread_id in ids else 0
    first = max(len(rows) - max(unread, PAGE), 0)
    return _window(conn, about, rows, first, unread_id=unread_id)


def printed(conn: sqlite3.Connection, about: Conversation, before_id: str) -> Window | None:
    """What a page on paper holds: much more, and all that stands above a message where one is
    named. None when that is not in this thread.
    """
    place = _place(conn, about, before_id) if before_id else _END
    if place is None:
        return None
    rows = _before(conn, about, place, PRINTED + 1)
    return _window(conn, about, rows, max(len(rows) - PRINTED, 0), has_newer=bool(before_id))


def around(conn: sqlite3.Connection, about: Conversation, message_id: str) -> Window | None:
    """A page with this message in its midst; None when it is not in this thread."""
    place = _place(conn, about, message_id)
    if place is None:
        return None
    half = PAGE // 2
    above = _before(conn, about, place, half + 1)
    below = _from(conn, about, place, half + 1)
    rows = [*above, *below[:half]]
    return _window(conn, about, rows, max(len(above) - half, 0), has_newer=len(below) > half)


def older(
    conn: sqlite3.Connection, about: Conversation, message_id: str, *, unread_id: str | None = None
) -> Window | None:
    """The page that ends right before this message; None when it is not in this thread."""
    place = _place(conn, about, message_id)
    if place is None:
        return None
    rows = _before(conn, about, place, PAGE + 1)
    first = max(len(rows) - PAGE, 0)
    return _window(conn, about, rows, first, has_newer=True, unread_id=unread_id)


def newer(conn: sqlite3.Connection, about: Conversation, message_id: str) -> Window | None:
    """The page that begins right after this message; None when it is not in this thread."""
    place = _place(conn, about, message_id)
    if place is None:
        return None
    rows = _from(conn, about, place, PAGE + 2)
    return _window(conn, about, rows[: PAGE + 1], 1, has_newer=len(rows) > PAGE + 1)


def changed(conn: sqlite3.Connection, about: Conversation, held: Held) -> Window | None:
    """What is new or otherwise in it since; None when too much is, and it is to be drawn anew.

    A message that came between two others brings the one below it: that one may have been the
    first of its day.
    """
    start = _place(conn, about, held.oldest_id)
    end = _place(conn, about, held.last_id) if held.last_id else _END
    if start is None or end is None:
        return None
    if missed_calls.came_since(conn, about, held.since_seq):
        return None
    if notes.came_since(conn, about.id, held.since_seq):
        return None
    values = {"conversation": about.id, "seq": held.since_seq, **_range(start, end)}
    found = conn.execute(_CHANGED, values).fetchall()
    count = conn.execute(_COUNT, values).fetchone()[0]
    new = sum(row["is_new"] for row in found)
    if len(found) > PAGE or count - new != held.count:  # messages of another thread came or went
        return None
    rows: dict[str, tuple[sqlite3.Row | None, sqlite3.Row]] = {}
    for each in found:
        place = _Point(each["happened_ms"], each["id"])
        previous = next(iter(_before(conn, about, place, 1)), None)
        for row in _from(conn, about, place, 2 if each["is_new"] else 1):
            rows[row["id"]] = (previous, row)
            previous = row
    return Window(bubbles=drawn(conn, about, list(rows.values())), has_newer=bool(held.last_id))


def _window(
    conn: sqlite3.Connection,
    about: Conversation,
    rows: Sequence[sqlite3.Row],
    first: int,
    *,
    has_newer: bool = False,
    unread_id: str | None = None,
) -> Window:
    """These rows from the one at `first`; the one before it tells what that one follows."""
    shown = rows[first:]
    previous = [rows[first - 1] if first else None, *shown]
    bubbles = drawn(conn, about, list(zip(previous, shown, strict=False)))
    span = {
        "from_ms": _calls_from_ms(previous[0], shown),
        "to_ms": shown[-1]["happened_ms"] if shown and has_newer else _END.at_ms,
    }
    placed, below = missed_calls.among(bubbles, missed_calls.calls_of(conn, about, **span))
    placed, noted = _noted(placed, notes.between(conn, about.id, **span))
    return Window(
        bubbles=placed,
        calls=below,
        notes=noted,
        has_older=first > 0,
        has_newer=has_newer,
        unread_above=_unread_above(conn, about, unread_id, shown),
    )


def _noted(
    bubbles: Sequence[Bubble], written: Sequence[TeamNote]
) -> tuple[Sequence[Bubble], Sequence[TeamNote]]:
    """The messages, each with the notes right above it; and the notes below them all."""
    left, placed = list(written), []
    for bubble in bubbles:
        above = [note for note in left if note.created_ms < bubble.at_ms]
        left = left[len(above) :]
        placed.append(replace(bubble, notes=above) if above else bubble)
    return placed, left


def _calls_from_ms(above: sqlite3.Row | None, shown: Sequence[sqlite3.Row]) -> int:
    """Above the first message of a thread stands the call that it may have answered."""
    if above is not None:
        return int(above["happened_ms"])
    return int(shown[0]["happened_ms"]) - DAY_MS if shown else 0


def _unread_above(
    conn: sqlite3.Connection,
    about: Conversation,
    unread_id: str | None,
    shown: Sequence[sqlite3.Row],
) -> int:
    start = _place(conn, about, unread_id) if unread_id and shown else None
    if start is None:
        return 0
    end = _Point(shown[0]["happened_ms"], shown[0]["id"])
    values = {"conversation": about.id, "most": COUNTED, **_range(start, end)}
    return int(conn.execute(_UNREAD_ABOVE, values).fetchone()[0])


def _place(conn: sqlite3.Connection, about: Conversation, message_id: str) -> _Point | None:
    row = conn.execute(
        "SELECT happened_ms, id FROM message WHERE id = ? AND conversation_id = ?",
        (message_id, about.id),
    ).fetchone()
    return None if row is None else _Point(*row)


def _before(
    conn: sqlite3.Connection, about: Conversation, place: _Point, most: int
) -> Sequence[sqlite3.Row]:
    values = {"conversation": about.id, "most": most, **_range(_START, place)}
    return conn.execute(_ROWS_BEFORE, values).fetchall()[::-1]


def _from(
    conn: sqlite3.Connection, about: Conversation, place: _Point, most: int
) -> Sequence[sqlite3.Row]:
    """The message at this place comes first."""
    values = {"conversation": about.id, "most": most, **_range(place, _END)}
    return conn.execute(_ROWS_FROM, values).fetchall()


def _range(start: _Point, end: _Point) -> dict[str, int | str]:
    return {
        "from_ms": start.at_ms,
        "from_id": start.id,
        "to_ms": end.at_ms,
        "to_id": end.id,
    }


# The times alone go down the index; ids tell messages of one millisecond apart.
_IN_THREAD = """
m.conversation_id = :conversation AND m.happened_ms BETWEEN :from_ms AND :to_ms
AND (m.happened_ms, m.id) >= (:from_ms, :from_id)
"""
_BEFORE = f"{_IN_THREAD} AND (m.happened_ms, m.id) < (:to_ms, :to_id)"
_UP_TO = f"{_IN_THREAD} AND (m.happened_ms, m.id) <= (:to_ms, :to_id)"

_ROWS_BEFORE = f"{MESSAGES} WHERE {_BEFORE} ORDER BY m.happened_ms DESC, m.id DESC LIMIT :most"
_ROWS_FROM = f"{MESSAGES} WHERE {_IN_THREAD} ORDER BY m.happened_ms, m.id LIMIT :most"
_COUNT = f"SELECT count(*) FROM message m WHERE {_UP_TO}"  # noqa: S608 -- our own conditions

_UNREAD_ABOVE = f"""
SELECT count(*) FROM (SELECT 1 FROM message m WHERE {_BEFORE}
  AND m.direction = 'in' AND m.origin <> 'technical' AND m.imported IS NULL LIMIT :most)
"""  # noqa: S608 -- our own conditions

# Who has read a message is told of it, too, and changes nothing about it.
_CHANGED = f"""
SELECT m.id, m.happened_ms,
  NOT EXISTS (SELECT 1 FROM event e WHERE e.message_seq = m.seq AND e.seq <= :seq) AS is_new
FROM message m WHERE {_UP_TO} AND EXISTS (
  SELECT 1 FROM event e JOIN event_kind ON event_kind.code = e.kind
  WHERE e.message_seq = m.seq AND e.seq > :seq AND event_kind.name <> 'conversation.read')
ORDER BY m.happened_ms, m.id
"""  # noqa: S608 -- our own conditions
