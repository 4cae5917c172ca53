"""To whom a group is held: which people and programs see it, and which of them may answer."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from appliance.desk.access.rights import Permission, Rights, rights_of
from appliance.store import casework, groups
from appliance.store.groups import ChatGroup
from appliance.store.store import Tx


class GroupRight(StrEnum):
    NONE = "none"
    SEES = "sees"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldFor:
    """Somebody who reads the line, or a program; `right` is the one that was given to them."""

    id: str
    name: str
    is_program: bool
    right: GroupRight


def is_held(conn: sqlite3.Connection, group_id: str) -> bool:
    row = conn.execute("SELECT held FROM chat_group WHERE id = ?", (group_id,)).fetchone()
    return bool(row["held"])


def candidates(conn: sqlite3.Connection, group: ChatGroup) -> Sequence[HeldFor]:
    """Whom it can be held for: who may read the line's conversations anyway."""
    about = {"group": group.id, "branch": group.branch_id, "reads": Permission.INBOX_READ.value}
    return [
        HeldFor(
            id=row["id"],
            name=row["name"],
            is_program=bool(row["is_program"]),
            right=_right(row["may_answer"]),
        )
        for row in conn.execute(_CANDIDATES, about)
    ]


def may_hold(rights: Rights, branch_id: str) -> bool:
    return rights.may(Permission.STAFF_MANAGE, branch_id)


def hold(tx: Tx, group: ChatGroup, *, on: bool, given: Mapping[str, GroupRight]) -> None:
    """`given` is by the ids of candidates; whoever is not in it gets none. Not `on`: everybody of
    the line sees it, and what was given is kept.
    """
    tx.conn.execute("UPDATE chat_group SET held = ? WHERE id = ?", (int(on), group.id))
    tx.conn.execute("DELETE FROM group_right WHERE group_id = ?", (group.id,))
    for each in candidates(tx.conn, group):
        right = given.get(each.id, GroupRight.NONE)
        if right is not GroupRight.NONE:
            staff, token = (None, each.id) if each.is_program else (each.id, None)
            tx.conn.execute(
                "INSERT INTO group_right (group_id, staff_id, token_id, may_answer)"
                " VALUES (?, ?, ?, ?)",
                (group.id, staff, token, int(right is GroupRight.ANSWERS)),
            )
    _release(tx, group)
    groups.tell(tx, group, what="rights", held=on)


def _release(tx: Tx, group: ChatGroup) -> None:
    """Whoever had the conversation and may not answer there any more has it no longer."""
    conversation_id = groups.conversation_id(tx.conn, group.id)
    owner_id = casework.of(tx.conn, conversation_id).assignee_id if conversation_id else None
    if owner_id and not rights_of(tx.conn, owner_id).groups.may_answer(conversation_id):
        casework.release(tx, conversation_id or "", why="rights")


def _right(may_answer: int | None) -> GroupRight:
    if may_answer is None:
        return GroupRight.NONE
    return GroupRight.ANSWERS if may_answer else GroupRight.SEES


_CANDIDATES = """
SELECT staff.id, staff.name, 0 AS is_program, r.may_answer FROM staff
LEFT JOIN group_right r ON r.group_id = :group AND r.staff_id = staff.id
WHERE staff.disabled_ms IS NULL AND EXISTS (SELECT 1 FROM staff_grant g
  WHERE g.staff_id = staff.id AND g.permission = :reads
  AND (g.branch_id IS NULL OR g.branch_id = :branch))
UNION ALL
SELECT k.id, k.name, 1, r.may_answer FROM api_token k
LEFT JOIN group_right r ON r.group_id = :group AND r.token_id = k.id
WHERE k.revoked_ms IS NULL AND (k.branch_id IS NULL OR k.branch_id = :branch)
ORDER BY 3, 2, 1
"""
