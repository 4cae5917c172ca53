"""An open conversation: who it is with, and whether one may write there."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.rights import Permission, Rights
from appliance.errors import NotFound
from appliance.identities import WHATSAPP_GROUP, Identity
from appliance.queue import posts
from appliance.reasons import Reason
from appliance.store import consent, line_settings
from appliance.store.branch_settings import settings_of
from appliance.store.consent import Verdict
from appliance.store.contacts import identity_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """`to` is by what they are known, the one they last wrote from first.

    `goes_on`: the line is stopped on one device, and another one of it still sends. A group's `to`
    is empty until its members were read: before, nobody can know who would read a post.
    """

    id: str
    line_id: str
    line_number: str
    line_stopped: str | None
    goes_on: bool
    branch_id: str
    branch: str
    zone: str
    contact_id: str | None
    group_id: str | None
    name: str | None
    is_group: bool
    to: Sequence[Identity]
    may_write: bool
    verdict: Verdict | None
    #: The line lets a text go by SMS without its files.
    goes_without_files: bool = False

    @property
    def title(self) -> str:
        return self.name or (self.to[0].shown if self.to else "?")


def conversation(conn: sqlite3.Connection, rights: Rights, conversation_id: str) -> Conversation:
    """Raises NotFound when it does not exist for this person."""
    row = conn.execute(_CONVERSATION, (conversation_id,)).fetchone()
    if row is None:
        raise NotFound("conversation")
    rights.require(Permission.INBOX_READ, row["branch_id"], "conversation")
    if rights.groups.hides(conversation_id):
        raise NotFound("conversation")
    to = _identities(conn, conversation_id, row["contact_id"])
    values = {**dict(row), "goes_on": bool(row["goes_on"])}
    zone = settings_of(values.pop("settings")).zone
    told = line_settings.settings_of(values.pop("line_settings"))
    jid, read_ms = values.pop("jid"), values.pop("read_ms")
    group = Identity(jid, WHATSAPP_GROUP) if jid and read_ms is not None else None
    if group is not None:
        to = (group,)
    return Conversation(
        **values,
        zone=zone,
        is_group=row["contact_id"] is None,
        to=to,
        may_write=rights.may(Permission.INBOX_WRITE, row["branch_id"])
        and rights.groups.may_answer(conversation_id),
        verdict=_verdict(conn, row["line_id"], to[0]) if to else None,
        goes_without_files=told.without_files is not None,
    )


def _verdict(conn: sqlite3.Connection, line_id: str, identity: Identity) -> Verdict:
    if not identity.is_group:
        standing = consent.standing(conn, line_id, identity)
        blocked = Verdict(code=Reason.BLOCKED, entry=None)
        return blocked if standing.blocked else standing.verdict()
    refusal = posts.refusal(conn, line_id, identity)
    return Verdict(code=refusal.code if refusal else "ok", entry=None)


def conversation_of_message(conn: sqlite3.Connection, rights: Rights, message_id: str) -> str:
    """The id of the conversation that holds it. Raises NotFound if one may not write there."""
    row = conn.execute(
        "SELECT conversation_id, line.branch_id FROM message JOIN line ON line.id = line_id"
        " WHERE message.id = ?",
        (message_id,),
    ).fetchone()
    if row is None:
        raise NotFound("message")
    rights.require(Permission.INBOX_WRITE, row["branch_id"], "message")
    if not rights.groups.may_answer(row["conversation_id"]):
        raise NotFound("message")
    return str(row["conversation_id"])


def _identities(
    conn: sqlite3.Connection, conversation_id: str, contact_id: str | None
) -> Sequence[Identity]:
    rows = conn.execute(_IDENTITIES, {"conversation": conversation_id, "contact": contact_id})
    return [identity_of(row) for row in rows]


_CONVERSATION = """
SELECT c.id, c.line_id, line.number AS line_number, line.stopped AS line_stopped,
  EXISTS (SELECT 1 FROM route WHERE route.line_id = line.id
    AND route.device_id <> line.stopped_on) AS goes_on,
  line.branch_id, branch.name AS branch, branch.settings, line.settings AS line_settings,
  c.contact_id, g.id AS group_id, g.jid,
  g.read_ms,
  coalesce(g.name, k.office_name, k.chosen_name) AS name
FROM conversation c
JOIN line ON line.id = c.line_id JOIN branch ON branch.id = line.branch_id
LEFT JOIN contact k ON k.id = c.contact_id
LEFT JOIN chat_group g ON g.id = c.group_id
WHERE c.id = ? AND line.removed_ms IS NULL AND k.joined_into IS NULL
"""

# Who changes numbers does so for longer than this: no more of their messages are looked at.
_IDENTITIES = """
WITH recent AS (
  SELECT m.scheme, m.value, m.id FROM message m
  WHERE m.conversation_id = :conversation AND m.direction = 'in'
  ORDER BY m.happened_ms DESC LIMIT 100)
SELECT n.scheme, n.value,
  (SELECT max(m.id) FROM recent m WHERE m.value = n.value AND m.scheme = n.scheme) AS newest
FROM shown_identity n WHERE n.contact_id = :contact
ORDER BY newest DESC NULLS LAST, n.created_ms, n.value, n.scheme
"""
