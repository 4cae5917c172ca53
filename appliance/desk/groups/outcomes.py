"""What follows from what a phone showed of a group: after a change, or when it was only read."""

from collections.abc import Sequence

from appliance.characters import clean_name
from appliance.desk.groups import guarding, stops
from appliance.devices.group_protocol import GroupPerson, GroupSeen
from appliance.group_changes import GroupChangeKind
from appliance.identities import TEL, WHATSAPP_LID, Identity, told
from appliance.store import group_tasks, groups
from appliance.store.group_tasks import GroupTask, NewGroupTask
from appliance.store.groups import ChatGroup, GroupMember
from appliance.store.store import Tx


def keep(tx: Tx, task: GroupTask, seen: GroupSeen) -> None:
    group = groups.find(tx.conn, task.group_id)
    by = _author(tx, task)
    name = clean_name(seen.name) or group.name
    match task.kind:
        case GroupChangeKind.RENAME if name == task.name:
            guarding.renamed(tx, group, task, name, by=by)
        case GroupChangeKind.PICTURE:
            guarding.pictured(tx, group, task, by=by)
        case GroupChangeKind.CREATE if group.guarded_picture:
            _give_picture(tx, group, task)
        case GroupChangeKind.LEAVE:
            _left(tx, group)
        case GroupChangeKind.LOCK:
            guarding.put_back(tx, group)  # nobody else can change it from now on
        case _:
            guarding.shown_as(tx, group, name)
            guarding.watch(tx, groups.find(tx.conn, group.id))
    if seen.people is not None:
        keep_people(tx, group, seen.people, by=by)
    if seen.invited and task.member_id is not None:
        groups.invited(tx, task.member_id)
    groups.tell(tx, group, what="task", task=task.id, kind=task.kind.value, state="done")


def keep_people(
    tx: Tx, group: ChatGroup, people: Sequence[GroupPerson], *, by: str | None = None
) -> None:
    """All who are in the group, as the phone showed them: who is not among them is out of it."""
    before = {each.id: each for each in groups.members(tx.conn, group.id)}
    read_before = group.read_ms is not None
    here: set[str] = set()
    for person in people:
        member_id = groups.see(
            tx, group.id, person.name, _identity(person), is_admin=person.is_admin
        )
        known = before.get(member_id)
        if read_before and (known is None or known.asked) and member_id not in here:
            groups.note(tx, group, "member", by=by, before=None, after=_called(person))
        here.add(member_id)
    for member in before.values():
        if member.id not in here and not member.asked and not _may_be_there(member, people):
            groups.drop_member(tx, member.id)
            groups.note(tx, group, "member", by=by, before=_shown(member), after=None)
    tx.conn.execute("UPDATE chat_group SET read_ms = ? WHERE id = ?", (tx.now_ms, group.id))
    stops.settle(tx, group)


def _give_picture(tx: Tx, group: ChatGroup, made: GroupTask) -> None:
    """A new group's, in the name of who made it."""
    new = NewGroupTask(
        kind=GroupChangeKind.PICTURE,
        picture=group.guarded_picture,
        staff_id=made.staff_id,
        token_id=made.token_id,
    )
    group_tasks.ask(tx, group, new)


def _may_be_there(member: GroupMember, people: Sequence[GroupPerson]) -> bool:
    """Somebody who said STOP under a name only may be one of those whom the phone shows otherwise:
    then the STOP goes on to bind.
    """
    if not member.stopped or member.identity is not None:
        return False
    return any(each.number and each.name in (None, member.shown) for each in people)


def _left(tx: Tx, group: ChatGroup) -> None:
    tx.conn.execute("UPDATE chat_group SET left_ms = ? WHERE id = ?", (tx.now_ms, group.id))
    stops.settle(tx, groups.find(tx.conn, group.id))


def _identity(person: GroupPerson) -> Identity | None:
    if person.number is None:
        return None
    return told(person.number, WHATSAPP_LID, TEL)


def _called(person: GroupPerson) -> str | None:
    return person.name or person.number


def _shown(member: GroupMember) -> str | None:
    return member.name or (member.identity.value if member.identity else None)


def _author(tx: Tx, task: GroupTask) -> str | None:
    """Who asked for it, by name; the guard asks by itself."""
    if task.puts_back:
        return guarding.ITSELF
    row = tx.conn.execute(
        "SELECT coalesce((SELECT name FROM staff WHERE id = ?),"
        " (SELECT name FROM api_token WHERE id = ?)) AS name",
        (task.staff_id, task.token_id),
    ).fetchone()
    return row["name"] and str(row["name"])
