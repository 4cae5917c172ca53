"""The guard: what somebody changes of a group's name is put back, but not without end."""

from appliance.group_changes import GroupChangeKind, GroupTaskState
from appliance.reasons import Reason
from appliance.store import group_tasks, groups
from appliance.store.group_tasks import GroupTask, NewGroupTask
from appliance.store.groups import ChatGroup
from appliance.store.store import Tx

HOUR_MS = 3_600_000
PUT_BACKS_AN_HOUR = 4
"""Beyond this somebody plays with it: a person decides whether only admins may change it."""

ITSELF = "Balie"
"""Who put something back, as the journal calls it."""


def shown_as(tx: Tx, group: ChatGroup, name: str, *, by: str | None = None) -> None:
    """A phone shows the group under this name; `by` is who changed it, where that is shown."""
    if name == group.name:
        return
    tx.conn.execute("UPDATE chat_group SET name = ? WHERE id = ?", (name, group.id))
    groups.note(tx, group, "name", by=by, before=group.name, after=name)
    watch(tx, groups.find(tx.conn, group.id))


def renamed(tx: Tx, group: ChatGroup, task: GroupTask, name: str, *, by: str | None) -> None:
    """A phone has given the group this name for the task. Its notification may have told it by
    now.
    """
    told = tx.conn.execute(
        "UPDATE group_journal SET by_whom = ?, put_back = ? WHERE id = (SELECT max(id) FROM"
        " group_journal WHERE group_id = ? AND what = 'name' AND after = ? AND at_ms >= ?)"
        " RETURNING 1",
        (by, int(task.puts_back), group.id, name, task.tapped_ms or tx.now_ms),
    ).fetchone()
    if told is None and name != group.name:
        tx.conn.execute("UPDATE chat_group SET name = ? WHERE id = ?", (name, group.id))
        groups.note(
            tx, group, "name", by=by, before=group.name, after=name, put_back=task.puts_back
        )
    watch(tx, groups.find(tx.conn, group.id))


def watch(tx: Tx, group: ChatGroup) -> None:
    """Has the name put back where it is not the one that is guarded."""
    if not group.guards or group.guarded_name in (None, group.name):
        return
    under_way = group_tasks.open_of(tx.conn, group.id)
    renames = [each for each in under_way if each.kind is GroupChangeKind.RENAME]
    # One in hand may have looked before this change came, so it does not count.
    if any(each.puts_back and each.state is not GroupTaskState.DOING for each in renames):
        return
    done = group_tasks.put_back_since(tx.conn, group.id, tx.now_ms - HOUR_MS)
    if done + sum(each.puts_back for each in renames) < PUT_BACKS_AN_HOUR:
        put_back(tx, group)
    elif not any(each.kind is GroupChangeKind.LOCK for each in under_way):
        lock = NewGroupTask(
            kind=GroupChangeKind.LOCK, state=GroupTaskState.PERSON, reason=Reason.GUARD_CEILING
        )
        group_tasks.ask(tx, group, lock)


def put_back(tx: Tx, group: ChatGroup) -> None:
    if group.guards and group.guarded_name not in (None, group.name):
        new = NewGroupTask(kind=GroupChangeKind.RENAME, name=group.guarded_name, puts_back=True)
        group_tasks.ask(tx, group, new)
