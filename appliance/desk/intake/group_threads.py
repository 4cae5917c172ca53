"""The conversations of a device's lines with one group, and who is meant by a name in it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.identities import ALPHA, Identity
from appliance.store import groups, lines
from appliance.store.groups import ChatGroup


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupThread:
    group: ChatGroup
    conversation_id: str


def in_group(conn: sqlite3.Connection, device_id: str, jid: str) -> Sequence[GroupThread]:
    """One for each line that the device carries and that is in the group."""
    found = (groups.of_jid(conn, line.id, jid) for line in lines.lines_of_device(conn, device_id))
    threads = [(each, groups.conversation_id(conn, each.id)) for each in found if each]
    return [GroupThread(group=each, conversation_id=thread) for each, thread in threads if thread]


def member_shown(conn: sqlite3.Connection, group: ChatGroup, shown: Identity) -> Identity:
    """Who is meant where the phone shows a name alone: the member of that name, if one is known."""
    if shown.scheme != ALPHA:
        return shown
    known = (each for each in groups.members(conn, group.id) if each.shown == shown.value)
    return next((each.identity for each in known if each.identity), shown)
