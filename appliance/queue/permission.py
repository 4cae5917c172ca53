"""May this line write to this contact now over this channel; if not, why, and what changes it.

It is asked when a message is accepted, when a device claims it, and once more right before the tap.
No message reaches a device without it, and its arguments do not say who asks.
"""

import sqlite3
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.errors import Refused
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.queue import posts
from appliance.reasons import Reason
from appliance.store import consent
from appliance.store.consent import ConsentEntry, ConsentKind, Standing, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePermission:
    """`refusal` is None when the line may write. `sms_only`: the consent does not cover a channel
    on which the contact must write first.
    """

    refusal: Refused | None
    sms_only: bool = False

    @property
    def left(self) -> Channel | None:
        """The only channel that may be used; None where any may."""
        return Channel.SMS if self.sms_only else None

    def check(self) -> None:
        """Raises Refused."""
        if self.refusal is not None:
            raise self.refusal


_ANYHOW = WritePermission(refusal=None)
_BY_SMS = WritePermission(refusal=None, sms_only=True)


def may_write(
    conn: sqlite3.Connection,
    *,
    line_id: str,
    identity: Identity,
    channel: Channel | None,
    kind: MessageClass | None = None,
    message_id: str | None = None,
) -> WritePermission:
    """Channel None: over the best channel that the consent covers.

    An opt-out licenses one message, its own confirmation. A call licenses one answer by SMS.
    `message_id` names the message that already is that one.
    """
    if identity.is_group:
        return WritePermission(refusal=posts.refusal(conn, line_id, identity))
    found = consent.standing(conn, line_id, identity)
    return permission_of(conn, found, channel=channel, kind=kind, message_id=message_id)


def permission_of(
    conn: sqlite3.Connection,
    standing: Standing,
    *,
    channel: Channel | None,
    kind: MessageClass | None = None,
    message_id: str | None = None,
) -> WritePermission:
    """As `may_write`, where it was read already how they stand with the line."""
    verdict, line_id = standing.verdict(channel), standing.line_id
    if standing.blocked:
        return WritePermission(refusal=_blocked())
    if verdict.allowed:
        return _BY_SMS if verdict.sms_only else _ANYHOW
    entry = _licensing(verdict, channel) if kind is MessageClass.CONFIRMATION else None
    if entry is not None and _first_confirmation(conn, entry, line_id) == message_id:
        return WritePermission(refusal=None)
    return WritePermission(refusal=_refusal(verdict))


def check_owner(conn: sqlite3.Connection, standing: Standing, contact_id: str) -> None:
    """Raises Refused for one that is only said to be this contact's, with what would be
    answered if nobody else had it: that somebody has is not told.
    """
    if standing.contact_id != contact_id:
        shown = consent.verdict_of(conn, standing.line_id, standing.identity, contact_id)
        raise _refusal(shown)


def _licensing(verdict: Verdict, channel: Channel | None) -> ConsentEntry | None:
    """What one message may answer: the opt-out that decides, or a call without any entry."""
    if verdict.entry is None:
        return verdict.called if channel is not None and channel.uses_sim else None
    return verdict.entry if verdict.entry.kind is ConsentKind.OPTED_OUT else None


def _first_confirmation(conn: sqlite3.Connection, entry: ConsentEntry, line_id: str) -> str | None:
    row = conn.execute(
        "SELECT min(m.id) FROM contact_identity n"
        " JOIN conversation c ON c.contact_id = n.contact_id"
        " JOIN message m ON m.conversation_id = c.id AND m.class = 'confirmation'"
        # By ids: two opt-outs may stand in one millisecond, and each has its own confirmation. A
        # clock that was ahead may have written any time.
        " AND m.id > ?1"
        " WHERE n.value = ?2 AND n.scheme = ?3 AND c.line_id = ?4",
        (entry.as_of, *entry.identity, line_id),
    ).fetchone()
    return None if row[0] is None else str(row[0])


def _blocked() -> Refused:
    return Refused(
        Reason.BLOCKED,
        "The office has blocked this person, so nothing is written to them.",
        remedy="A colleague can end that on the person's page.",
    )


def _refusal(verdict: Verdict) -> Refused:
    if verdict.code is Reason.OPTED_OUT:
        return Refused(
            Reason.OPTED_OUT,
            "This person asked not to receive messages from this number.",
            remedy="Only they can change it, by writing START to this number.",
        )
    if verdict.sms_only:
        return Refused(
            Reason.CONSENT_REQUIRED,
            "The consent on record for this person reaches SMS only.",
            remedy="Send it as SMS. WhatsApp is possible once they wrote to this number first.",
        )
    return Refused(
        Reason.CONSENT_REQUIRED,
        "This person never wrote to this number, so nothing may be sent to them.",
        remedy="They can change it by writing to this number first.",
    )
