"""The work list as the inbox shows it: the first conversations of a view, over all branches.

Each branch is asked in the order of an index; the first of all are the page.
"""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from heapq import merge
from itertools import islice

from appliance.desk.inbox.overview import Filter, Order

Shown = tuple[Filter, Order]


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxWish:
    """`which` None: where something did not arrive. `line_id` empty: every line."""

    which: Shown | None
    staff_id: str
    branch_ids: Collection[str]
    line_id: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPlace:
    id: str
    box_id: str


def page(conn: sqlite3.Connection, wish: InboxWish) -> Sequence[InboxPlace]:
    """One more than the limit where there are more."""
    about = {
        "me": wish.staff_id,
        "line": wish.line_id,
        "most": wish.limit + 1,
        "branches": json.dumps(sorted(wish.branch_ids)),
    }
    if wish.which == _MINE:
        rows = conn.execute(_OF_ME, about).fetchall()
        return [InboxPlace(id=row["id"], box_id=row["box_id"]) for row in rows]
    statement = _NOT_ARRIVED if wish.which is None else _VIEWS[wish.which]
    with ExitStack() as stack:
        asked = [
            stack.enter_context(closing(conn.execute(statement, {**about, "branch": branch})))
            for branch in wish.branch_ids
        ]
        found = merge(*asked, key=lambda row: (row["place"], row["id"]), reverse=True)
        return [
            InboxPlace(id=row["id"], box_id=row["box_id"]) for row in islice(found, wish.limit + 1)
        ]


def waiting_by_line(
    conn: sqlite3.Connection, branch_ids: Collection[str] | None
) -> Mapping[str, int]:
    """How many wait on each line, without those that are put away; the most first. None: in all
    branches.
    """
    rows = conn.execute(
        "SELECT w.line_id, count(*) AS many FROM branch"
        " CROSS JOIN work_list w INDEXED BY work_list_waiting ON w.branch_id = branch.id"
        " WHERE w.waiting_ms IS NOT NULL AND w.returns IS NULL"
        " AND (?1 IS NULL OR branch.id IN (SELECT value FROM json_each(?1)))"
        " GROUP BY w.line_id ORDER BY many DESC",
        (None if branch_ids is None else json.dumps(list(branch_ids)),),
    )
    return {row["line_id"]: int(row["many"]) for row in rows}


def has_several_lines(conn: sqlite3.Connection, branch_ids: Collection[str] | None) -> bool:
    """In these branches; None: in all of them."""
    row = conn.execute(
        "SELECT count(*) FROM (SELECT 1 FROM line WHERE removed_ms IS NULL AND (?1 IS NULL"
        " OR branch_id IN (SELECT value FROM json_each(?1))) LIMIT 2)",
        (None if branch_ids is None else json.dumps(list(branch_ids)),),
    ).fetchone()
    return int(row[0]) > 1


def lines_of(conn: sqlite3.Connection, conversation_ids: Collection[str]) -> Mapping[str, str]:
    """The line by conversation, of those that are in the work list."""
    rows = conn.execute(
        "SELECT conversation_id, line_id FROM work_list"
        " WHERE conversation_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(conversation_ids)),),
    )
    return {row["conversation_id"]: row["line_id"] for row in rows}


def _by_branch(place: str, index: str, conditions: str, order: str) -> str:
    return (
        f"SELECT conversation_id AS id, box_id, {place} AS place FROM work_list"  # noqa: S608 -- our own words
        f" INDEXED BY {index} WHERE branch_id = :branch AND (:line = '' OR line_id = :line)"
        f" AND {conditions} ORDER BY {order} LIMIT :most"
    )


_MINE = (Filter.MINE, Order.LATEST)
_OF_ME = """
SELECT conversation_id AS id, box_id, last_ms FROM work_list INDEXED BY work_list_mine
WHERE assignee_id = :me AND done_ms IS NULL AND returns IS NULL
AND branch_id IN (SELECT value FROM json_each(:branches)) AND (:line = '' OR line_id = :line)
UNION SELECT w.conversation_id, w.box_id, w.last_ms FROM work_list_named named
CROSS JOIN work_list w ON w.conversation_id = named.conversation_id
WHERE named.staff_id = :me
AND w.branch_id IN (SELECT value FROM json_each(:branches)) AND (:line = '' OR w.line_id = :line)
ORDER BY last_ms DESC, id DESC LIMIT :most
"""
_NEWEST = "last_ms DESC, conversation_id DESC"
_LONGEST = "waiting_ms, conversation_id DESC"
_WAITS = "waiting_ms IS NOT NULL AND returns IS NULL"
_NOT_ARRIVED = _by_branch("last_ms", "work_list_missing", "not_arrived > 0", _NEWEST)
_RETURNS = "coalesce(returns_ms, 1 << 52)"
_VIEWS: Mapping[Shown, str] = {
    (Filter.ALL, Order.WAITING): _by_branch("-waiting_ms", "work_list_waiting", _WAITS, _LONGEST),
    (Filter.NOBODYS, Order.WAITING): _by_branch(
        "-waiting_ms", "work_list_waiting", f"{_WAITS} AND assignee_id IS NULL", _LONGEST
    ),
    (Filter.LATER, Order.LATEST): _by_branch(
        f"-{_RETURNS}",
        "work_list_later",
        "returns IS NOT NULL",
        f"{_RETURNS}, conversation_id DESC",
    ),
    (Filter.GROUPS, Order.LATEST): _by_branch(
        "last_ms", "work_list_groups", "group_id IS NOT NULL", _NEWEST
    ),
    (Filter.ALL, Order.LATEST): _by_branch(
        "last_ms", "work_list_latest", "group_id IS NULL", _NEWEST
    ),
}
