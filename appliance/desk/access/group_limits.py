"""Groups that are held to some people and programs: who may not see them, and who may only read.

A group that nobody holds is seen and answered as the line's other conversations are.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

HIDDEN = "(SELECT value FROM json_each(:hidden))"
"""The ids that a statement leaves out whose `:hidden` is `Sight.hidden_json`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLimits:
    """Ids of groups and of the conversations with them: those that are not there, and those that
    are only to be read.
    """

    hidden: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()

    def hides(self, some_id: str | None) -> bool:
        return some_id in self.hidden

    def may_answer(self, some_id: str | None) -> bool:
        return some_id not in self.hidden and some_id not in self.read_only


NO_LIMITS = GroupLimits()


def of_staff(
    conn: sqlite3.Connection, staff_id: str, manages: Callable[[str], bool]
) -> GroupLimits:
    """Who `manages` the people of a branch sees all its groups: they could let themselves in."""
    return _limits(conn, {"staff": staff_id, "token": None}, manages)


def of_token(conn: sqlite3.Connection, token_id: str) -> GroupLimits:
    return _limits(conn, {"staff": None, "token": token_id}, lambda _: False)


def holds_any(conn: sqlite3.Connection) -> bool:
    """Whether there is a group that is not for everybody."""
    row = conn.execute(
        "SELECT 1 FROM chat_group INDEXED BY chat_group_held WHERE held = 1 LIMIT 1"
    ).fetchone()
    return row is not None


def _limits(
    conn: sqlite3.Connection, who: dict[str, str | None], manages: Callable[[str], bool]
) -> GroupLimits:
    hidden: set[str] = set()
    read_only: set[str] = set()
    for row in conn.execute(_HELD, who):
        if row["may_answer"]:
            continue
        seen = row["may_answer"] is not None or manages(row["branch_id"])
        ids = {row["id"], row["conversation_id"]} - {None}
        (read_only if seen else hidden).update(ids)
    if not hidden and not read_only:
        return NO_LIMITS
    return GroupLimits(hidden=frozenset(hidden), read_only=frozenset(read_only))


_HELD = """
SELECT g.id, c.id AS conversation_id, line.branch_id, r.may_answer
FROM chat_group g INDEXED BY chat_group_held JOIN line ON line.id = g.line_id
LEFT JOIN conversation c ON c.line_id = g.line_id AND c.group_id = g.id
LEFT JOIN group_right r ON r.group_id = g.id AND (r.staff_id = :staff OR r.token_id = :token)
WHERE g.held = 1
"""
