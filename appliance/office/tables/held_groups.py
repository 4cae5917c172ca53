"""Groups that boxes hold to some people and programs, as their replicas say it."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from appliance.desk.access.group_limits import NO_LIMITS, GroupLimits
from appliance.store.mirrored import HeldGroup
from appliance.store.store import Tx


def put(tx: Tx, box_id: str, held: Sequence[HeldGroup]) -> None:
    """These, in the place of those before."""
    forget_box(tx, box_id)
    tx.conn.executemany(
        "INSERT INTO held_group (group_id, box_id, branch_id) VALUES (?, ?, ?)"
        " ON CONFLICT (group_id) DO UPDATE SET box_id = excluded.box_id,"
        " branch_id = excluded.branch_id",
        [(each.id, box_id, each.branch_id) for each in held],
    )
    tx.conn.executemany(
        "INSERT INTO held_group_right (group_id, who, may_answer) VALUES (?, ?, ?)"
        " ON CONFLICT DO UPDATE SET may_answer = excluded.may_answer",
        [(each.id, who, may) for each in held for who, may in each.rights.items()],
    )


def forget_box(tx: Tx, box_id: str) -> None:
    tx.conn.execute(
        "DELETE FROM held_group_right WHERE group_id IN"
        " (SELECT group_id FROM held_group WHERE box_id = ?)",
        (box_id,),
    )
    tx.conn.execute("DELETE FROM held_group WHERE box_id = ?", (box_id,))


def of_token(conn: sqlite3.Connection, token_id: str) -> GroupLimits:
    return _limits(conn.execute(_HELD, (token_id,)), lambda _: False)


def of_staff(
    conn: sqlite3.Connection, staff_id: str, manages: Callable[[str], bool]
) -> GroupLimits:
    """As `group_limits.of_staff`, over all boxes."""
    return _limits(conn.execute(_HELD, (staff_id,)), manages)


def _limits(rows: Iterable[sqlite3.Row], manages: Callable[[str], bool]) -> GroupLimits:
    hidden, read_only = set[str](), set[str]()
    for row in rows:
        if row["may_answer"]:
            continue
        seen = row["may_answer"] is not None or manages(row["branch_id"])
        (read_only if seen else hidden).update({row["group_id"], row["conversation_id"]} - {None})
    if not hidden and not read_only:
        return NO_LIMITS
    return GroupLimits(hidden=frozenset(hidden), read_only=frozenset(read_only))


_HELD = """
SELECT g.group_id, g.branch_id, w.conversation_id, r.may_answer FROM held_group g
LEFT JOIN work_list w ON w.group_id = g.group_id
LEFT JOIN held_group_right r ON r.group_id = g.group_id AND r.who = ?
"""
