"""Posts in groups: whether one may be written now, and what proves the group to a device."""

import sqlite3
from collections.abc import Mapping, Sequence

from appliance.devices.protocol import Group
from appliance.errors import NotFound, Refused
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store import consent, contacts, groups
from appliance.store.groups import ChatGroup, GroupMember

KNOWN = 10
"""Texts by which a chat is recognised: about as many as a screen shows."""


def refusal(conn: sqlite3.Connection, line_id: str, identity: Identity) -> Refused | None:
    """Everybody in a group reads a post, so nobody in it may have asked for silence."""
    group = groups.of_identity(conn, line_id, identity)
    if group is None:
        return Refused(Reason.GROUP_LEFT, "This line is not in that group.")
    if group.left_ms is not None:
        return Refused(Reason.GROUP_LEFT, "The line has left this group.")
    if closed(conn, group):
        return Refused(
            Reason.OPTED_OUT,
            "Somebody in this group asked not to receive messages from this number.",
            remedy="Take them out of the group. Then it can be written in again.",
        )
    return None


def closed(conn: sqlite3.Connection, group: ChatGroup) -> Sequence[GroupMember]:
    """Its members who want no messages. Where only a name is known, all who have it are asked."""
    members = groups.members(conn, group.id)
    whose = _whose(conn, group, members)
    return [
        each
        for each in members
        if each.stopped
        or any(consent.verdict(conn, group.line_id, who).opted_out for who in whose[each.id])
    ]


def readers(conn: sqlite3.Connection, line_id: str, identity: Identity) -> frozenset[Identity]:
    """Whose opt-out would forbid a post: all that are known of the members, by any identity."""
    group = groups.of_identity(conn, line_id, identity)
    if group is None:
        return frozenset()
    whose = _whose(conn, group, groups.members(conn, group.id))
    known = tuple({who for found in whose.values() for who in found})
    return frozenset(contacts.with_their_others(conn, known))


def _whose(
    conn: sqlite3.Connection, group: ChatGroup, members: Sequence[GroupMember]
) -> Mapping[str, Sequence[Identity]]:
    """By member's id: their own identity, else those of all who are called so."""
    names = {each.shown for each in members if each.identity is None and each.shown}
    called = groups.called(conn, group.line_id, names)
    return {
        each.id: [each.identity] if each.identity else called.get(each.shown or "", ())
        for each in members
    }


def group_of(conn: sqlite3.Connection, line_id: str, identity: Identity) -> Group | None:
    """What a device is told of the group; None for a person. Raises NotFound."""
    if not identity.is_group:
        return None
    found = groups.of_identity(conn, line_id, identity)
    if found is None:
        raise NotFound("group")
    return told(conn, found)


def told(conn: sqlite3.Connection, group: ChatGroup) -> Group:
    rows = conn.execute(_KNOWN, (group.id, KNOWN))
    return Group(jid=group.jid, name=group.name, known=tuple(row["text"] for row in rows))


_KNOWN = """
SELECT m.text FROM conversation c JOIN message m ON m.conversation_id = c.id
WHERE c.group_id = ? AND m.deleted_ms IS NULL AND m.awaited = 0
AND m.state IN ('received', 'sent', 'delivered', 'read')
ORDER BY m.happened_ms DESC, m.id DESC LIMIT ?
"""
