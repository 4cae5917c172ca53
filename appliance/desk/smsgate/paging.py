"""Pages by limit and offset: each place is a stretch of a narrow index, and SQLite merges them.

What is skipped is skipped in the index, from the nearer end where it is known how many there are.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.errors import NotFound

_END = 2**63 - 1
_PARTS = 400
"""SQLite merges 500 parts at most; more of them are merged by pieces."""

Place = Mapping[str, str]
"""The parameters of one stretch, beside `:first` and `:last`, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """None: no end on that side; from `from_ms` on, and before `to_ms`."""

    from_ms: int | None = None
    to_ms: int | None = None
    oldest_first: bool = False
    limit: int = 50
    offset: int = 0

    @property
    def is_whole(self) -> bool:
        """Nothing is left out by its time."""
        return self.from_ms is None and self.to_ms is None

    @property
    def order(self) -> str:
        return "ASC" if self.oldest_first else "DESC"


def page(
    conn: sqlite3.Connection, stretch: str, places: Sequence[Place], span: Span
) -> Sequence[int]:
    """The numbers of messages. `stretch` selects `seq`, in its order, from `:first` to before
    `:last`.
    """
    if not places:
        return []
    if len(places) <= _PARTS:
        return _merged(conn, stretch, places, span)
    found: list[int] = []
    start = replace(span, offset=0, limit=span.offset + span.limit)
    for at in range(0, len(places), _PARTS):
        found.extend(_merged(conn, stretch, places[at : at + _PARTS], start))
    found.sort(reverse=not span.oldest_first)
    return found[span.offset : start.limit]


def page_of(
    conn: sqlite3.Connection, stretch: str, places: Sequence[Place], span: Span, total: int
) -> Sequence[int]:
    """As `page`, where there are `total` of them."""
    limit = min(span.limit, total - span.offset)
    if limit <= 0:
        return []
    behind = total - span.offset - limit
    if behind >= span.offset:
        return page(conn, stretch, places, span)
    back = replace(span, oldest_first=not span.oldest_first, offset=behind, limit=limit)
    return page(conn, stretch, places, back)[::-1]


def count(conn: sqlite3.Connection, stretch: str, places: Sequence[Place], span: Span) -> int:
    bounds = _bounds(conn, span)
    return sum(
        int(conn.execute(f"SELECT count(*) FROM ({stretch})", {**bounds, **each}).fetchone()[0])  # noqa: S608
        for each in places
    )


def lines_in_sight(conn: sqlite3.Connection, sight: Sight, name: str | None) -> Sequence[str]:
    """The ids of all lines, removed ones too, or of the one with this id or number; none where
    that is not in sight.
    """
    if name is None:
        return [str(row["id"]) for row in conn.execute(_LINES, {"branches": sight.json})]
    try:
        return [sight.line(conn, name).id]
    except NotFound:
        return []


def _merged(
    conn: sqlite3.Connection, stretch: str, places: Sequence[Place], span: Span
) -> Sequence[int]:
    values: dict[str, int | str] = {
        **_bounds(conn, span),
        "limit": span.limit,
        "offset": span.offset,
    }
    parts = []
    for at, place in enumerate(places):
        values |= {f"{name}{at}": value for name, value in place.items()}
        parts.append(re.sub(r":(line|state|channel)\b", rf":\g<1>{at}", stretch))
    merge = " UNION ALL ".join(parts)
    rows = conn.execute(f"{merge} ORDER BY seq {span.order} LIMIT :limit OFFSET :offset", values)
    return [row["seq"] for row in rows]


def _bounds(conn: sqlite3.Connection, span: Span) -> Mapping[str, int]:
    return {"first": _since(conn, span.from_ms, 0), "last": _since(conn, span.to_ms, _END)}


def _since(conn: sqlite3.Connection, at_ms: int | None, otherwise: int) -> int:
    """The number of the first message since then, in some twenty steps: times rise with numbers."""
    if at_ms is None:
        return otherwise
    low, high = 0, int(conn.execute(_LAST).fetchone()["seq"]) + 1
    while low < high:
        middle = (low + high) // 2
        row = conn.execute(_NEXT, (middle,)).fetchone()
        if row is None or row["created_ms"] >= at_ms:
            high = middle
        else:
            low = row["seq"] + 1
    return low


_LAST = "SELECT coalesce(max(seq), 0) AS seq FROM message"
_NEXT = "SELECT seq, created_ms FROM message WHERE seq >= ? ORDER BY seq LIMIT 1"
_LINES = f"SELECT id FROM line WHERE {IN_SIGHT}"  # noqa: S608 -- our own condition
