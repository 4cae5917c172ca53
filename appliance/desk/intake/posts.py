"""What somebody posted in a group: who they are, what the group is called, and STOP."""

import sqlite3

from appliance.channels import Channel
from appliance.characters import clean_name
from appliance.desk.consent import rule_words, withdrawal
from appliance.desk.groups import guarding, stops
from appliance.devices.news_protocol import PictureChange
from appliance.devices.protocol import Group, Incoming
from appliance.events import EventKind
from appliance.group_changes import GroupChangeKind, GroupTaskState
from appliance.identities import ALPHA, Identity
from appliance.reasons import Reason
from appliance.store import consent, contacts, conversations, group_tasks, groups, lines
from appliance.store.consent import ConsentKind
from appliance.store.group_tasks import NewGroupTask
from appliance.store.groups import ChatGroup
from appliance.store.lines import Line
from appliance.store.store import Tx


def conversation_of(tx: Tx, line: Line, channel: Channel, group: Group) -> str:
    """The line's conversation with the group, whose name may be another one since."""
    known = groups.adopted(tx, line.id, group.jid, group.name, channel.groups or "")
    if known is not None:
        guarding.shown_as(tx, known, group.name)
    return conversations.with_group(tx, line.id, group.jid, group.name)


def shown_otherwise(conn: sqlite3.Connection, device_id: str, shown: Group) -> ChatGroup | None:
    """The group, if it is known and the phone shows it under another name than before."""
    for line in lines.lines_of_device(conn, device_id):
        known = groups.of_jid(conn, line.id, shown.jid)
        if known is not None and clean_name(shown.name) not in (None, known.name):
            return known
    return None


def show(tx: Tx, device_id: str, shown: Group) -> None:
    known = shown_otherwise(tx.conn, device_id, shown)
    name = clean_name(shown.name)
    if known is not None and name is not None:
        guarding.shown_as(tx, known, name)


def picture_changed(tx: Tx, device_id: str, change: PictureChange) -> None:
    for line in lines.lines_of_device(tx.conn, device_id):
        known = groups.of_jid(tx.conn, line.id, change.jid)
        if known is not None:
            guarding.repictured(tx, known, by=change.by, at_ms=change.at_ms)


def read_again(tx: Tx, device_id: str, shown: Group) -> None:
    for line in lines.lines_of_device(tx.conn, device_id):
        known = groups.of_jid(tx.conn, line.id, shown.jid)
        if known is not None:
            group_tasks.read_soon(tx, known)


def whose(
    conn: sqlite3.Connection, device_id: str, incoming: Incoming, sender: Identity
) -> tuple[Identity, ...]:
    """Who may have written it: in a group the phone shows a name where its book has one."""
    if incoming.group is None or sender.scheme != ALPHA:
        return (sender,)
    carried = lines.lines_of_device(conn, device_id)
    found = [groups.called(conn, line.id, [sender.value]) for line in carried]
    return (sender, *(each for by_name in found for each in by_name.get(sender.value, ())))


def note_author(
    tx: Tx, line: Line, incoming: Incoming, author: Identity, message_id: str | None
) -> None:
    """Who posts is in the group. Their STOP binds; it is not confirmed to them, because they may
    never have written to the line alone.
    """
    if incoming.group is None:
        return
    group = groups.of_jid(tx.conn, line.id, incoming.group.jid)
    if group is None:
        return
    says_stop = message_id is not None and rule_words.is_stop(incoming.text)
    who: Identity | None = author
    name = incoming.sender_name
    if author.scheme == ALPHA:
        listed = _as_listed(author.value)
        who = _of_name(tx.conn, group, listed, searching=says_stop)
        name = clean_name(listed) or author.value
    member_id = groups.see(tx, group.id, name, who)
    if message_id is not None and says_stop:
        _stop(tx, line, group, member_id, who, message_id, incoming.channel)
    elif rule_words.is_start(incoming.text) and groups.starts_again(tx, member_id):
        _take_nobody_out(tx, group, member_id)


def _as_listed(shown: str) -> str:
    """Whom the phone book does not know calls themselves so, and a namesake may stand in it."""
    return f"~{shown[1:].strip()}" if shown.startswith("~") else shown


def _of_name(
    conn: sqlite3.Connection, group: ChatGroup, name: str, *, searching: bool
) -> Identity | None:
    """The one person who is called so; of several it may be any.

    The contacts are looked through when somebody posts for the first time, or if `searching`.
    """
    there = [each for each in groups.members(conn, group.id) if each.shown == name]
    if there and (there[0].identity is not None or not searching):
        return there[0].identity
    found = groups.called(conn, group.line_id, [name]).get(name, ())
    people = {known.id for each in found if (known := contacts.by_identity(conn, each))}
    return found[0] if len(people) == 1 else None


def _take_nobody_out(tx: Tx, group: ChatGroup, member_id: str) -> None:
    """They wrote START in the group in which their STOP alone bound; where the phone shows a name
    only, it may be a namesake's, and the STOP stays.
    """
    for task in group_tasks.open_of(tx.conn, group.id):
        asks = task.state is GroupTaskState.PERSON and task.reason is Reason.OPTED_OUT
        if asks and task.member_id == member_id:
            group_tasks.end(tx, task.id, GroupTaskState.FAILED, reason=Reason.BY_PERSON)
    stops.settle(tx, group)
    groups.tell(tx, group, what="member", member=member_id)


def _stop(
    tx: Tx,
    line: Line,
    group: ChatGroup,
    member_id: str,
    who: Identity | None,
    message_id: str,
    channel: Channel,
) -> None:
    """Who never wrote to the line alone has given nothing that could be withdrawn; for the group
    their STOP binds all the same.
    """
    known = contacts.by_identity(tx.conn, who) if who else None
    contact_id = known.id if known else None
    if who is None or contact_id is None:
        groups.stopped(tx, member_id)
    elif not consent.verdict(tx.conn, line.id, who).opted_out:
        consent.record(
            tx,
            identity=who,
            contact_id=contact_id,
            line_id=line.id,
            kind=ConsentKind.OPTED_OUT,
            channel=channel,
            message_id=message_id,
            recorded_by="rule",
        )
        withdrawal.cancel_waiting(tx, contact_id, line_id=line.id)
    take_out = NewGroupTask(
        kind=GroupChangeKind.REMOVE,
        member_id=member_id,
        state=GroupTaskState.PERSON,
        reason=Reason.OPTED_OUT,
    )
    group_tasks.ask(tx, group, take_out)
    stops.note(tx, group)
    tx.emit(
        EventKind.GROUP_STOPPED,
        line_id=line.id,
        conversation_id=groups.conversation_id(tx.conn, group.id),
        contact_id=contact_id,
        message_id=message_id,
        facts={"group": group.id, "member": member_id},
    )
