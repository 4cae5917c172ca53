"""What the office wants of a group: kept at once, and done by the line's phone afterwards."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.characters import MAX_NAME, clean_name
from appliance.desk.groups import guarding
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.group_changes import GroupChangeKind, GroupTaskState
from appliance.identities import Identity
from appliance.queue.group_turns import need_consent
from appliance.reasons import Reason
from appliance.store import group_tasks, groups
from appliance.store.group_tasks import NewGroupTask
from appliance.store.groups import ChatGroup, GroupMember
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupAuthor:
    """A member of staff, or a program by its token."""

    staff_id: str | None = None
    token_id: str | None = None


def create(
    tx: Tx,
    line_id: str,
    name: str,
    people: Sequence[Identity],
    author: GroupAuthor,
    *,
    picture: str | None = None,
) -> ChatGroup:
    """Raises InvalidInput, and Refused for somebody who did not agree. The `picture` is put there
    once the group is made.
    """
    name = checked_name(name)
    if not people:
        raise InvalidInput("members", "A group needs at least one person beside the line.")
    for identity in people:
        need_consent(tx.conn, line_id, identity)
    group = groups.add(tx, line_id, name)
    groups.set_guard(tx, group.id, on=True, name=name, picture=picture)
    for identity in people:
        groups.ask_for(tx, group.id, identity)
    groups.conversation_of(tx, group)
    _ask(tx, group, author, GroupChangeKind.CREATE, name=name)
    return group


def rename(tx: Tx, group: ChatGroup, name: str, author: GroupAuthor) -> None:
    """The guard learns of the name first, so that it never undoes what the office wants."""
    name = checked_name(name)
    _need_place(group)
    groups.set_guard(tx, group.id, on=group.guards, name=name, picture=group.guarded_picture)
    if name != group.name or _changes_name(tx.conn, group):
        _ask(tx, group, author, GroupChangeKind.RENAME, name=name)
    else:
        groups.tell(tx, group, what="guard", on=group.guards)


def repicture(tx: Tx, group: ChatGroup, picture: str, author: GroupAuthor) -> None:
    """As `rename`. What shows now nobody can tell, so the phone puts it there in any case."""
    _need_place(group)
    groups.set_guard(tx, group.id, on=group.guards, name=group.guarded_name, picture=picture)
    _ask(tx, group, author, GroupChangeKind.PICTURE, picture=picture)


def guard(
    tx: Tx, group: ChatGroup, *, on: bool, name: str | None = None, picture: str | None = None
) -> ChatGroup:
    """Without a `name` or a `picture` it guards the one that it guarded before, else the present
    one, as far as that picture is known.
    """
    wanted = checked_name(name) if name is not None else group.guarded_name or group.name
    picture = picture or group.guarded_picture or group.picture
    groups.set_guard(tx, group.id, on=on, name=wanted, picture=picture)
    groups.tell(tx, group, what="guard", on=on)
    after = groups.find(tx.conn, group.id)
    guarding.watch(tx, after)
    return after


def add(tx: Tx, group: ChatGroup, people: Sequence[Identity], author: GroupAuthor) -> None:
    """Raises Refused for somebody who did not agree; then nobody is added."""
    _need_place(group)
    for identity in people:
        need_consent(tx.conn, group.line_id, identity)
    there = {each.identity for each in groups.members(tx.conn, group.id) if not each.asked}
    for identity in people:
        if identity not in there:
            member_id = groups.ask_for(tx, group.id, identity)
            _ask(tx, group, author, GroupChangeKind.ADD, member_id=member_id)


def remove(tx: Tx, group: ChatGroup, people: Sequence[GroupMember], author: GroupAuthor) -> None:
    """Who was never seen in the group is forgotten at once; others when the phone has done it."""
    _need_place(group)
    for member in people:
        if member.asked and not _is_in_hand(tx.conn, group, member):
            _withdraw(tx, group, member)
        else:
            _ask(tx, group, author, GroupChangeKind.REMOVE, member_id=member.id)


def leave(tx: Tx, group: ChatGroup, author: GroupAuthor) -> None:
    _need_place(group)
    _ask(tx, group, author, GroupChangeKind.LEAVE)


def press(tx: Tx, group: ChatGroup, task_id: str, author: GroupAuthor) -> None:
    """Somebody pressed the button of a task that waits for a person. Raises NotFound."""
    task = group_tasks.find(tx.conn, task_id)
    if task is None or task.group_id != group.id or task.state is not GroupTaskState.PERSON:
        raise NotFound("task")
    group_tasks.press(tx, task, staff_id=author.staff_id)
    groups.tell(tx, group, what="task", task=task.id, kind=task.kind.value)


def member_named(conn: sqlite3.Connection, group: ChatGroup, named: str) -> GroupMember:
    """By number, contact, or the name that the phone shows. Raises NotFound."""
    for member in groups.members(conn, group.id):
        value = member.identity.value if member.identity else None
        if named in (value, member.contact_id, member.name):
            return member
    raise NotFound("member")


def checked_name(name: str) -> str:
    """Raises InvalidInput."""
    clean = clean_name(name)
    if not clean or len(name.strip()) > MAX_NAME:
        raise InvalidInput("name", f"Give the group a name of 1 to {MAX_NAME} characters.")
    return clean


def _need_place(group: ChatGroup) -> None:
    if group.left_ms is not None:
        raise Refused(Reason.GROUP_LEFT, "The line has left this group.")


def _changes_name(conn: sqlite3.Connection, group: ChatGroup) -> bool:
    found = group_tasks.open_of(conn, group.id)
    return any(each.kind is GroupChangeKind.RENAME for each in found)


def _is_in_hand(conn: sqlite3.Connection, group: ChatGroup, member: GroupMember) -> bool:
    return any(
        each.state is GroupTaskState.DOING
        and (each.member_id == member.id or each.kind is GroupChangeKind.CREATE)
        for each in group_tasks.open_of(conn, group.id)
    )


def _withdraw(tx: Tx, group: ChatGroup, member: GroupMember) -> None:
    for task in group_tasks.open_of(tx.conn, group.id):
        if task.member_id == member.id:
            group_tasks.end(tx, task.id, GroupTaskState.FAILED, reason=Reason.BY_PERSON)
    groups.drop_member(tx, member.id)
    groups.tell(tx, group, what="member", member=member.id)


def _ask(
    tx: Tx,
    group: ChatGroup,
    author: GroupAuthor,
    kind: GroupChangeKind,
    *,
    name: str | None = None,
    picture: str | None = None,
    member_id: str | None = None,
) -> None:
    new = NewGroupTask(
        kind=kind,
        name=name,
        picture=picture,
        member_id=member_id,
        staff_id=author.staff_id,
        token_id=author.token_id,
    )
    group_tasks.ask(tx, group, new)
