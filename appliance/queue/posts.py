"""Posts in groups: whether one may be written now, and what proves the group to a device."""

import sqlite3
from collections.abc import Mapping, Sequence

from appliance.devices.protocol import Group
from appliance.errors import NotFound, Refused
from appliance.identities import Identity
from appliance.queue.profile import MINUTE_MS
from appliance.reasons import Reason
from appliance.store import consent, contacts, groups
from appliance.store.groups import ChatGroup, GroupMember

FRESH_MS = 5 * MINUTE_MS
"""Who was read so shortly ago is not held against the head of the chat: it may be cut there."""
KNOWN = 10
"""Texts by which a chat is recognised: about as many as a screen shows."""


def refusal(conn: sqlite3.Connection, line_id: str, identity: Identity) -> Refused | None:
    """Everybody in a group reads a post: nobody in it may have asked for silence, or be blocked."""
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
    if _has_blocked(conn, group):
        return Refused(
            Reason.BLOCKED,
            "The office has blocked somebody in this group, so nothing is posted in it.",
            remedy="Take them out of the group, or end the block on their page.",
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


def _has_blocked(conn: sqlite3.Connection, group: ChatGroup) -> bool:
    whose = _whose(conn, group, groups.members(conn, group.id))
    known = {who for found in whose.values() for who in found}
    return any(consent.standing(conn, group.line_id, who).blocked for who in known)


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


def unread(conn: sqlite3.Connection, line_id: str) -> frozenset[str]:
    """The conversations with groups of which nobody knows who is in them, or a phone is to read it:
    what is posted there waits.
    """
    return frozenset(row["id"] for row in conn.execute(_UNREAD, (line_id,)))


_UNREAD = """
SELECT c.id FROM conversation c INDEXED BY conversation_groups
JOIN chat_group g ON g.id = c.group_id
WHERE c.line_id = ? AND c.group_id IS NOT NULL AND (g.read_ms IS NULL OR EXISTS (
  SELECT 1 FROM group_task t INDEXED BY group_task_open WHERE t.group_id = g.id
  AND t.state IN ('waiting', 'doing', 'person') AND t.state IN ('waiting', 'doing')
  AND t.kind = 'read'))
"""


def group_of(
    conn: sqlite3.Connection, line_id: str, identity: Identity, *, now_ms: int | None = None
) -> Group | None:
    """What a device is told of the group; None for a person. Raises NotFound."""
    if not identity.is_group:
        return None
    found = groups.of_identity(conn, line_id, identity)
    if found is None:
        raise NotFound("group")
    return told(conn, found, now_ms=now_ms)


def told(conn: sqlite3.Connection, group: ChatGroup, *, now_ms: int | None = None) -> Group:
    """With its people where a post at `now_ms` has to be held against who was read before."""
    rows = conn.execute(_KNOWN, (group.id, KNOWN))
    known = tuple(row["text"] for row in rows)
    is_old = now_ms and group.read_ms is not None and now_ms - group.read_ms > FRESH_MS
    people = _as_shown(groups.members(conn, group.id)) if is_old else None
    return Group(jid=group.jid, name=group.name, known=known, people=people)


def _as_shown(members: Sequence[GroupMember]) -> frozenset[str]:
    names = {each.shown for each in members if each.shown}
    return frozenset(names | {each.identity.value for each in members if each.identity})


_KNOWN = """
SELECT m.text FROM conversation c JOIN message m ON m.conversation_id = c.id
WHERE c.group_id = ? AND m.deleted_ms IS NULL AND m.awaited = 0
AND m.state IN ('received', 'sent', 'delivered', 'read')
ORDER BY m.happened_ms DESC, m.id DESC LIMIT ?
"""
