"""The guard: what somebody changes of a group's name or picture is put back, up to a ceiling."""

from collections.abc import Iterator

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


def repictured(tx: Tx, group: ChatGroup, *, by: str | None, at_ms: int | None) -> None:
    """Somebody gave the group another picture. Where no time is shown it is news only while one of
    ours is thought to be there.
    """
    if at_ms is None and group.picture is None:
        return
    if at_ms is not None and at_ms <= (group.picture_ms or 0):
        return
    groups.show_picture(tx, group.id, None, at_ms=at_ms or tx.now_ms)
    groups.note(tx, group, "picture", by=by, before=group.picture, after=None)
    watch(tx, groups.find(tx.conn, group.id))


def pictured(tx: Tx, group: ChatGroup, task: GroupTask, *, by: str | None) -> None:
    """A phone has put the picture of the task there."""
    groups.show_picture(tx, group.id, task.picture, at_ms=tx.now_ms)
    groups.note(
        tx,
        group,
        "picture",
        by=by,
        before=group.picture,
        after=task.picture,
        put_back=task.puts_back,
    )
    watch(tx, groups.find(tx.conn, group.id))


def watch(tx: Tx, group: ChatGroup) -> None:
    """Has put back what is not as it is guarded."""
    for kind in _changed(group):
        _watch(tx, group, kind)


def _watch(tx: Tx, group: ChatGroup, kind: GroupChangeKind) -> None:
    under_way = group_tasks.open_of(tx.conn, group.id)
    if any(each.kind is kind and _does_it(group, each) for each in under_way):
        return
    done = group_tasks.put_back_since(tx.conn, group.id, tx.now_ms - HOUR_MS)
    if done + sum(each.puts_back for each in under_way) < PUT_BACKS_AN_HOUR:
        _put_back(tx, group, kind)
    elif not any(each.kind is GroupChangeKind.LOCK for each in under_way):
        lock = NewGroupTask(
            kind=GroupChangeKind.LOCK, state=GroupTaskState.PERSON, reason=Reason.GUARD_CEILING
        )
        group_tasks.ask(tx, group, lock)


def _does_it(group: ChatGroup, task: GroupTask) -> bool:
    """One in hand may have looked before this change came, so it does not count."""
    if task.state is GroupTaskState.DOING:
        return False
    return task.puts_back or (task.picture is not None and task.picture == group.guarded_picture)


def put_back(tx: Tx, group: ChatGroup) -> None:
    for kind in _changed(group):
        _put_back(tx, group, kind)


def _changed(group: ChatGroup) -> Iterator[GroupChangeKind]:
    """What is not as it is guarded, by what puts it back."""
    if not group.guards:
        return
    if group.guarded_name not in (None, group.name):
        yield GroupChangeKind.RENAME
    if not group.has_wanted_picture:
        yield GroupChangeKind.PICTURE


def _put_back(tx: Tx, group: ChatGroup, kind: GroupChangeKind) -> None:
    renames = kind is GroupChangeKind.RENAME
    new = NewGroupTask(
        kind=kind,
        name=group.guarded_name if renames else None,
        picture=None if renames else group.guarded_picture,
        puts_back=True,
    )
    group_tasks.ask(tx, group, new)
