"""A hold for a dispute: who may be held, for what reason, until when."""

import sqlite3
from dataclasses import dataclass

from appliance.characters import is_blank
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput
from appliance.moments import LATEST_MS
from appliance.store import holds
from appliance.store.store import Tx

MAX_REASON = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldNow:
    on: bool = False
    reason: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldWish:
    """`until_ms` None: until somebody ends it."""

    on: bool
    reason: str = ""
    until_ms: int | None = None


def change(tx: Tx, contact_id: str, wanted: HoldWish, by: Author) -> None:
    """Raises InvalidInput."""
    if not wanted.on:
        holds.end(tx, contact_id, staff_id=by.staff_id, token_id=by.token_id)
        return
    reason = wanted.reason.strip()
    if is_blank(reason):
        raise InvalidInput("reason", "Say why all of this person is kept, such as a claim.")
    if len(reason) > MAX_REASON:
        raise InvalidInput("reason", f"A reason has at most {MAX_REASON} characters.")
    if wanted.until_ms is not None and wanted.until_ms <= tx.now_ms:
        raise InvalidInput("until", "The end of a hold lies ahead. To end it now, take it away.")
    if wanted.until_ms is not None and wanted.until_ms > LATEST_MS:
        raise InvalidInput("until", "That is too far away; without an end a hold lasts.")
    holds.put(
        tx,
        contact_id,
        reason,
        until_ms=wanted.until_ms,
        staff_id=by.staff_id,
        token_id=by.token_id,
    )


def seen_by(conn: sqlite3.Connection, rights: Rights, contact_id: str) -> HeldNow | None:
    """What an officer sees of it; None for who guards no branch that knows this person."""
    sight = Sight(rights.branches(Permission.PRIVACY_MANAGE))
    return of_person(conn, sight, contact_id) if sight.sees_contact(conn, contact_id) else None


def of_person(conn: sqlite3.Connection, sight: Sight, contact: str) -> HeldNow:
    """Whether and why they are held now. Raises NotFound for somebody out of sight."""
    found = holds.current(conn, sight.contact(conn, contact).id)
    if found is None:
        return HeldNow()
    return HeldNow(
        on=True,
        reason=found.reason,
        since_ms=found.since_ms,
        until_ms=found.until_ms,
        by=found.by,
    )
