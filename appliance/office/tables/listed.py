"""Pages of the work list in the order that a program wants.

Each branch is asked in the order of an index, from behind the last conversation of the page before;
the first of all are the page.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Any

from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.sight import Sight
from appliance.desk.inbox.selection import Sort


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAt:
    """Behind it a page begins; `place` is a time, and 0 where the order is that of the ids."""

    place: int
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWish:
    """None: whatever it is. `assignee_id` empty: nobody has it."""

    limit: int
    sort: Sort = Sort.BEGUN
    behind: ListedAt | None = None
    line_id: str | None = None
    state: str | None = None
    assignee_id: str | None = None
    waiting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAtOffice:
    id: str
    box_id: str
    place: int

    @property
    def at(self) -> ListedAt:
        return ListedAt(place=self.place, id=self.id)


def page(conn: sqlite3.Connection, sight: Sight, wanted: ListWish) -> Sequence[ListedAtOffice]:
    about = _about(sight, wanted)
    if wanted.sort is Sort.BEGUN:
        statement = f"{_BEGUN} AND {_conditions(wanted)} ORDER BY conversation_id LIMIT :limit"
        return [ListedAtOffice(**dict(row)) for row in conn.execute(statement, about)]
    statement = _STATEMENTS[wanted.sort].format(more=_conditions(wanted))
    with ExitStack() as stack:
        asked = [
            stack.enter_context(closing(conn.execute(statement, {**about, "branch": branch})))
            for branch in _branches(conn, sight, wanted)
        ]
        newest = wanted.sort is Sort.RECENT
        found = merge(*asked, key=lambda row: (row["place"], row["id"]), reverse=newest)
        return [ListedAtOffice(**dict(row)) for row in islice(found, wanted.limit)]


def _about(sight: Sight, wanted: ListWish) -> Mapping[str, Any]:
    behind = wanted.behind
    return {
        "branches": sight.json,
        "hidden": sight.hidden_json,
        "line": wanted.line_id,
        "assignee": wanted.assignee_id,
        "limit": wanted.limit,
        "after": behind.id if behind else "",
        "place": behind.place if behind else _BEFORE[wanted.sort],
    }


def _branches(conn: sqlite3.Connection, sight: Sight, wanted: ListWish) -> Iterator[str]:
    rows = conn.execute(_BRANCHES, {"branches": sight.json, "line": wanted.line_id}).fetchall()
    return (row["id"] for row in rows)


def _conditions(wanted: ListWish) -> str:
    some = [*_NOT_HIDDEN]
    if wanted.line_id is not None:
        some.append("line_id = :line")
    if wanted.state is not None:
        some.append("done_ms IS NOT NULL" if wanted.state == "done" else "done_ms IS NULL")
    if wanted.waiting or wanted.sort is Sort.WAITING:
        some.append("waiting_ms IS NOT NULL AND returns IS NULL")
    if wanted.assignee_id is not None:
        some.append("assignee_id = :assignee" if wanted.assignee_id else "assignee_id IS NULL")
    return " AND ".join(some)


def read_at(sort: Sort, cursor: str) -> ListedAt | None:
    """None for a text that is no cursor of this order."""
    place, _, conversation_id = cursor.partition("-")
    if sort is Sort.BEGUN or not place.isdecimal() or len(place) > _DIGITS:
        return None
    return ListedAt(place=int(place), id=conversation_id)


_NOT_HIDDEN = (
    f"conversation_id NOT IN {HIDDEN}",
    f"(group_id IS NULL OR group_id NOT IN {HIDDEN})",
)
_DIGITS = 15
_BEFORE = {Sort.BEGUN: 0, Sort.RECENT: 1 << 62, Sort.WAITING: -1}
_BEGUN = """
SELECT conversation_id AS id, box_id, 0 AS place FROM work_list
WHERE conversation_id > :after
AND (:branches IS NULL OR branch_id IN (SELECT value FROM json_each(:branches)))
"""
_STATEMENTS = {
    Sort.RECENT: """
SELECT conversation_id AS id, box_id, last_ms AS place FROM work_list INDEXED BY work_list_latest
WHERE branch_id = :branch AND (last_ms, conversation_id) < (:place, :after) AND {more}
ORDER BY last_ms DESC, conversation_id DESC LIMIT :limit
""",
    Sort.WAITING: """
SELECT conversation_id AS id, box_id, waiting_ms AS place FROM work_list
INDEXED BY work_list_waiting
WHERE branch_id = :branch AND (waiting_ms, conversation_id) > (:place, :after) AND {more}
ORDER BY waiting_ms, conversation_id LIMIT :limit
""",
}
_BRANCHES = """
SELECT id FROM branch
WHERE (:branches IS NULL OR id IN (SELECT value FROM json_each(:branches)))
AND (:line IS NULL OR id = (SELECT branch_id FROM line WHERE id = :line))
"""
