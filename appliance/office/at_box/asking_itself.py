"""What head office asks by itself: who its people are, what happened, a copy, and the end of it."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.desk.access.rights import Permission, rights_of
from appliance.desk.consent import withdrawn_elsewhere
from appliance.desk.consent.withdrawn_elsewhere import Withdrawal
from appliance.desk.privacy.erasing import elsewhere
from appliance.desk.team import office_staff
from appliance.desk.team.office_staff import OfficeColleague, OfficeGrant
from appliance.errors import Refused
from appliance.identities import Identity
from appliance.messages import MessageState
from appliance.office.at_box.asking_people import must_be_told
from appliance.office.link import CommandAsker, staff_to_sign
from appliance.office.reading import MAX_ID, Fields
from appliance.queue import unknown_since
from appliance.reasons import Reason
from appliance.store import office_link
from appliance.store.feed import known_epoch
from appliance.store.office_link import OfficeLink
from appliance.store.store import Tx

Facts = Mapping[str, Any]
_MOST_STAFF, _MOST_GRANTS, _MOST_HAPPENED = 5000, 5000, 100_000


def staff(tx: Tx, known: OfficeLink, body: Fields) -> Facts:
    """All of them; what is older than what is here changes nothing. Raises Refused for what this
    office did not sign for this box.
    """
    version, told = body.number("version", least=1), body.items("staff", most=_MOST_STAFF)
    signed = staff_to_sign(known.box, version, [Fields(each, "staff").all for each in told])
    if not _is_signed(known.office_key, body.raw("signature"), signed):
        raise Refused(Reason.OFFICE_REFUSES, "These people are not signed by this head office.")
    if version <= known.staff_version:
        return {"version": known.staff_version, "changed": 0}
    changed = office_staff.take(tx, [_colleague(Fields(each, "staff")) for each in told])
    office_link.change(tx, staff_version=version)
    return {"version": version, "changed": changed}


def _colleague(read: Fields) -> OfficeColleague:
    grants = [_grant(Fields(each, "a grant")) for each in read.items("grants", most=_MOST_GRANTS)]
    return OfficeColleague(
        id=read.id("id"),
        name=read.text("name", most=200),
        language=read.text_or_none("language", most=10),
        disabled=read.yes("disabled"),
        grants=grants,
    )


def _grant(read: Fields) -> OfficeGrant:
    return OfficeGrant(
        permission=read.id("permission"), branch_id=read.id_or_none("branch"), role=read.id("role")
    )


def _is_signed(key: bytes, signature: bytes, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, signed)
    except InvalidSignature:
        return False
    return True


def may_update(conn: sqlite3.Connection, by: CommandAsker, now_ms: int) -> None:
    """The office itself may, and its colleagues who manage all devices here. Raises NotFound and
    Refused.
    """
    if by.token is None and by.staff is None:
        return
    must_be_told(conn, by)
    rights = rights_of(conn, by.staff or "", now_ms=now_ms)
    rights.require(Permission.DEVICE_MANAGE, None, "box")


def strike_off(tx: Tx) -> Facts:
    office_link.strike_off(tx)
    return {}


def withdrawn(known: OfficeLink, body: Fields, conn: Any) -> Sequence[Withdrawal]:
    """Who withdrew while this box was elsewhere, as they are known here."""
    told = [Fields(each, "a withdrawal") for each in body.items("withdrawals", most=_MOST_HAPPENED)]
    said = [Identity(each.text("value", most=500), each.text("scheme", most=100)) for each in told]
    meant = withdrawn_elsewhere.known_as(conn, said, known.hash_key)
    line_ids = [each.id_or_none("line") for each in told]
    return [
        Withdrawal(identity=identity, line_id=line_id)
        for identity, line_id in zip(meant, line_ids, strict=True)
    ]


def happened(tx: Tx, body: Fields, withdrawals: Sequence[Withdrawal]) -> Facts:
    """What left since the copy is in doubt here, who withdrew since is written to no more, and who
    was erased since is so once more. Once all parts of it are here, numbers may be started.
    """
    there = [Fields(each, "a message") for each in body.items("messages", most=_MOST_HAPPENED)]
    states = [(each.id("id"), _state(each)) for each in there]
    part = body.number_or_none("part") or 0
    parts = body.number_or_none("parts") or 1
    closed = withdrawn_elsewhere.take_in(tx, withdrawals)
    if (gone := _erased(body)) and (known := office_link.link(tx.conn)) is not None:
        elsewhere.ask_again(tx, gone, known.hash_key)
    doubted = unknown_since.doubt(tx, states)
    if body.text_or_none("for", most=MAX_ID) in (None, known_epoch(tx.conn)):
        office_link.heard(tx, part, parts)
    return {"doubted": doubted, "closed": closed}


def _erased(body: Fields) -> Sequence[str]:
    """An office of before tells nothing of it."""
    if body.all.get("erasures") is None:
        return ()
    told = body.items("erasures", most=_MOST_HAPPENED)
    return [Fields(each, "an erasure").id("contact") for each in told]


def _state(read: Fields) -> MessageState:
    try:
        return MessageState(read.text("state", most=20))
    except ValueError:
        raise read.wrong("state") from None
