"""Sending as a client of SMSGate asks for it: one text to one or several numbers, by SMS.

Each recipient is a message of its own, accepted by the one entrance that all have.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.outgoing.room import Room
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.identities import Identity
from appliance.reasons import Reason
from appliance.store import consent, smsgate
from appliance.store.smsgate import NewSending, RefusedRecipient
from appliance.store.store import Tx

_TWICE = f"{Reason.TWICE}: This number stands here twice."


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedSms:
    """`id` None: the client gives it no name. `line` None: the one that they last wrote to."""

    to: Sequence[Identity]
    text: str
    id: str | None = None
    line: str | None = None
    ttl_ms: int | None = None
    until_ms: int | None = None
    not_before_ms: int | None = None


class AlreadyKnown(Refused):
    """The client has used this id, so nothing is sent again."""

    def __init__(self) -> None:
        super().__init__(
            Reason.MESSAGE_EXISTS,
            "A message with this id was accepted before; nothing is sent again.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SentSms:
    """`line_id` is that of the first recipient who may be written to."""

    id: str
    line_id: str
    accepted: Sequence[Identity]
    refused: Sequence[RefusedRecipient]


def send(tx: Tx, sight: Sight, token_id: str, room: Room, wanted: WantedSms) -> SentSms:
    """Raises AlreadyKnown, Refused when all of them are refused, InvalidInput and LineFull; then
    nothing is kept.
    """
    if wanted.id is not None and smsgate.is_known(tx.conn, token_id, wanted.id):
        raise AlreadyKnown
    accepted, refused = _Accepted(), list[RefusedRecipient]()
    first: Refused | None = None
    for identity in wanted.to:
        if identity in accepted.to:
            refused.append(RefusedRecipient(identity=identity, why=_TWICE))
            continue
        try:
            _accept(tx, sight, token_id, room, wanted, identity, accepted)
        except Refused as exc:
            first = first or exc
            refused.append(RefusedRecipient(identity=identity, why=f"{exc.code}: {exc.sentence}"))
    if not accepted.ids:
        raise first or InvalidInput("phoneNumbers", "Say to whom.")
    return _kept(tx, token_id, wanted, accepted, refused)


class _Accepted:
    """The messages, in order; `line_id` is the first one's."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.to: dict[Identity, None] = {}
        self.line_id = ""

    def add(self, message_id: str, line_id: str, identity: Identity) -> None:
        self.line_id = self.line_id or line_id
        self.ids.append(message_id)
        self.to[identity] = None


def _accept(
    tx: Tx,
    sight: Sight,
    token_id: str,
    room: Room,
    wanted: WantedSms,
    identity: Identity,
    accepted: _Accepted,
) -> None:
    """Raises Refused, and then nothing of this recipient's is kept."""
    line_id = _line(tx, sight, wanted, identity)
    with tx.whole():
        done = accept(tx, _request(tx, line_id, identity, token_id, room, wanted))
    accepted.add(done.id, line_id, identity)


def _kept(
    tx: Tx,
    token_id: str,
    wanted: WantedSms,
    accepted: _Accepted,
    refused: Sequence[RefusedRecipient],
) -> SentSms:
    request_id = wanted.id or accepted.ids[0]
    new = NewSending(
        id=request_id,
        token_id=token_id,
        line_id=accepted.line_id,
        message_ids=accepted.ids,
        refused=refused,
    )
    smsgate.keep(tx, new)
    return SentSms(
        id=request_id, line_id=accepted.line_id, accepted=tuple(accepted.to), refused=refused
    )


def _request(
    tx: Tx, line_id: str, identity: Identity, token_id: str, room: Room, wanted: WantedSms
) -> SendRequest:
    return SendRequest(
        line_id=line_id,
        identity=identity,
        text=wanted.text,
        author=Author(token_id=token_id),
        channel=Channel.SMS,
        ttl_ms=_ttl_ms(tx, wanted),
        not_before_ms=wanted.not_before_ms,
        room=room,
    )


def _ttl_ms(tx: Tx, wanted: WantedSms) -> int | None:
    """Raises InvalidInput."""
    if wanted.until_ms is None:
        return wanted.ttl_ms
    left_ms = wanted.until_ms - max(tx.now_ms, wanted.not_before_ms or 0)
    if left_ms <= 0:
        raise InvalidInput("validUntil", "That time has passed, or it comes before it may leave.")
    return left_ms


def _line(tx: Tx, sight: Sight, wanted: WantedSms, identity: Identity) -> str:
    """Raises InvalidInput."""
    if wanted.line is not None:
        try:
            return sight.line(tx.conn, wanted.line).id
        except NotFound as exc:
            raise InvalidInput("deviceId", "There is no such line.") from exc
    return _last_written_to(tx.conn, sight, identity) or _agreed_to(tx.conn, sight, identity)


def _last_written_to(conn: sqlite3.Connection, sight: Sight, identity: Identity) -> str | None:
    values = {"value": identity.value, "scheme": identity.scheme, "branches": sight.json}
    row = conn.execute(_LAST, values).fetchone()
    return row and str(row["id"])


def _agreed_to(conn: sqlite3.Connection, sight: Sight, identity: Identity) -> str:
    """For who never wrote: the line that they agreed to elsewhere, else the oldest one, which says
    why nothing may be sent.
    """
    found = [str(row["id"]) for row in conn.execute(_LINES, {"branches": sight.json})]
    if not found:
        raise InvalidInput("deviceId", "There is no line to send from.")
    agreed = (
        each
        for each in found
        if consent.standing(conn, each, identity).verdict(Channel.SMS).allowed
    )
    return next(agreed, found[0])


_LAST = f"""
SELECT line.id FROM contact_identity n
JOIN conversation c ON c.contact_id = n.contact_id
JOIN line ON line.id = c.line_id
WHERE n.value = :value AND n.scheme = :scheme AND c.last_in_ms IS NOT NULL
  AND line.removed_ms IS NULL AND {IN_SIGHT}
ORDER BY c.last_in_ms DESC LIMIT 1
"""  # noqa: S608 -- our own condition
_LINES = f"SELECT id FROM line WHERE removed_ms IS NULL AND {IN_SIGHT} ORDER BY id"  # noqa: S608
