"""What a phone is to do in groups: asked for by the office or by a guard, done by one device."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.group_changes import GroupChangeKind, GroupTaskState
from appliance.reasons import Reason
from appliance.store import groups
from appliance.store.groups import ChatGroup
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTask:
    """`tapped_ms` set: an earlier try came to the tap that changes something. `invites`: a person
    said that who cannot be added is to be invited.
    """

    id: str
    group_id: str
    kind: GroupChangeKind
    state: GroupTaskState
    reason: Reason | None
    name: str | None
    picture: str | None
    member_id: str | None
    puts_back: bool
    tries: int
    not_before_ms: int
    staff_id: str | None
    token_id: str | None
    created_ms: int
    tapped_ms: int | None
    invites: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroupTask:
    """`state` PERSON: it waits for a button, for that `reason`."""

    kind: GroupChangeKind
    name: str | None = None
    picture: str | None = None
    member_id: str | None = None
    puts_back: bool = False
    state: GroupTaskState = GroupTaskState.WAITING
    reason: Reason | None = None
    staff_id: str | None = None
    token_id: str | None = None


def ask(tx: Tx, group: ChatGroup, new: NewGroupTask) -> str:
    """The id. One that asks for the same and waits still is overtaken by it."""
    tx.conn.execute(
        "UPDATE group_task INDEXED BY group_task_open"
        " SET state = 'failed', reason = NULL, ended_ms = ? WHERE group_id = ?"
        " AND state IN ('waiting', 'doing', 'person')"  # as the index has it
        " AND kind = ? AND member_id IS ? AND state IN ('waiting', 'person')",
        (tx.now_ms, group.id, new.kind.value, new.member_id),
    )
    task_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO group_task (id, group_id, kind, name, picture, member_id, puts_back, state,"
        " reason, staff_id, token_id, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            task_id,
            group.id,
            new.kind.value,
            new.name,
            new.picture,
            new.member_id,
            int(new.puts_back),
            new.state.value,
            new.reason,
            new.staff_id,
            new.token_id,
            tx.now_ms,
        ),
    )
    groups.tell(tx, group, what="task", task=task_id, kind=new.kind.value, state=new.state.value)
    return task_id


def read_soon(tx: Tx, group: ChatGroup) -> None:
    """Name and members are to be read, unless a phone is about to. What a person was to look at
    is tried anew.
    """
    under_way = (GroupTaskState.WAITING, GroupTaskState.DOING)
    reads = (each for each in open_of(tx.conn, group.id) if each.kind is GroupChangeKind.READ)
    if not any(each.state in under_way for each in reads):
        ask(tx, group, NewGroupTask(kind=GroupChangeKind.READ))


def open_of(conn: sqlite3.Connection, group_id: str) -> Sequence[GroupTask]:
    """What a phone or a person has yet to do in the group, oldest first."""
    rows = conn.execute(
        "SELECT * FROM group_task WHERE group_id = ?"
        " AND state IN ('waiting', 'doing', 'person') ORDER BY id",
        (group_id,),
    )
    return [_task(row) for row in rows]


def find(conn: sqlite3.Connection, task_id: str) -> GroupTask | None:
    row = conn.execute("SELECT * FROM group_task WHERE id = ?", (task_id,)).fetchone()
    return _task(row) if row else None


def of_lines(conn: sqlite3.Connection, line_ids: Sequence[str]) -> Sequence[GroupTask]:
    """What phones are to do in the groups of these lines: what puts something back goes first,
    then what reads; else as it was asked for.
    """
    rows = conn.execute(
        "SELECT t.* FROM group_task t INDEXED BY group_task_open"
        " CROSS JOIN chat_group g ON g.id = t.group_id"
        " WHERE t.state IN ('waiting', 'doing', 'person')"  # as the index has it
        " AND t.state IN ('waiting', 'doing') AND g.line_id IN (SELECT value FROM json_each(?))"
        " ORDER BY t.puts_back DESC, t.kind <> 'read', t.id",
        (json.dumps(list(line_ids)),),
    )
    return [_task(row) for row in rows]


def any_open(conn: sqlite3.Connection) -> bool:
    """Asked by every device at each of its turns."""
    found = conn.execute(
        "SELECT 1 FROM group_task INDEXED BY group_task_open"
        " WHERE state IN ('waiting', 'doing', 'person')"  # as the index has it
        " AND state IN ('waiting', 'doing') LIMIT 1"
    )
    return found.fetchone() is not None


def put_back_since(conn: sqlite3.Connection, group_id: str, since_ms: int) -> int:
    """How often something was put back, or is to be, since then."""
    row = conn.execute(
        "SELECT count(*) FROM group_journal WHERE group_id = ? AND put_back AND at_ms > ?",
        (group_id, since_ms),
    ).fetchone()
    return int(row[0])


def changed_since(conn: sqlite3.Connection, device_id: str, since_ms: int) -> Sequence[int]:
    """When the device changed something of the office's own wish, oldest first."""
    rows = conn.execute(
        "SELECT tapped_ms FROM group_task WHERE device_id = ? AND tapped_ms > ?"
        " AND puts_back = 0 ORDER BY tapped_ms",
        (device_id, since_ms),
    )
    return [int(row[0]) for row in rows]


def take(tx: Tx, task: GroupTask, device_id: str) -> bool:
    """False where it is not to be done any more. One that was in hand is taken again."""
    done = tx.conn.execute(
        "UPDATE group_task SET state = 'doing', device_id = ? WHERE id = ?"
        " AND state IN ('waiting', 'doing')",
        (device_id, task.id),
    )
    return done.rowcount == 1


def note_tap(tx: Tx, task_id: str) -> None:
    tx.conn.execute(
        "UPDATE group_task SET tapped_ms = coalesce(tapped_ms, ?) WHERE id = ?",
        (tx.now_ms, task_id),
    )


def end(
    tx: Tx,
    task_id: str,
    state: GroupTaskState,
    *,
    reason: Reason | None = None,
    evidence: Mapping[str, Any] | None = None,
) -> None:
    """It is done, failed, or left to a person."""
    tx.conn.execute(
        "UPDATE group_task SET state = ?, reason = ?, evidence = ?, ended_ms = ? WHERE id = ?",
        (state.value, reason, json.dumps(dict(evidence or {})), tx.now_ms, task_id),
    )


def again(tx: Tx, task: GroupTask, *, not_before_ms: int, reason: Reason | None) -> None:
    """It waits; `tries` counts how often."""
    tx.conn.execute(
        "UPDATE group_task SET state = 'waiting', tries = tries + 1, not_before_ms = ?, reason = ?"
        " WHERE id = ?",
        (not_before_ms, reason, task.id),
    )


def press(tx: Tx, task: GroupTask, *, staff_id: str | None) -> None:
    """Somebody pressed the button that it waited for."""
    invites = task.invites or task.reason is Reason.INVITE_ONLY
    tx.conn.execute(
        "UPDATE group_task SET state = 'waiting', staff_id = ?, reason = NULL, ended_ms = NULL,"
        " tries = 0, tapped_ms = NULL, invites = ? WHERE id = ? AND state = 'person'",
        (staff_id, int(invites), task.id),
    )


def _task(row: sqlite3.Row) -> GroupTask:
    return GroupTask(
        id=row["id"],
        group_id=row["group_id"],
        kind=GroupChangeKind(row["kind"]),
        state=GroupTaskState(row["state"]),
        reason=Reason.of(row["reason"]),
        name=row["name"],
        picture=row["picture"],
        member_id=row["member_id"],
        puts_back=bool(row["puts_back"]),
        tries=row["tries"],
        not_before_ms=row["not_before_ms"],
        staff_id=row["staff_id"],
        token_id=row["token_id"],
        created_ms=row["created_ms"],
        tapped_ms=row["tapped_ms"],
        invites=bool(row["invites"]),
    )
