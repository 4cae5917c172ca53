"""Emergency access: an administrator who reads no messages may do so for a while, and says why.

Everybody concerned sees it: the branch's colleagues while it lasts, whoever guards privacy ever
after. It ends by itself; nobody has to remember it.
"""

import sqlite3
from collections.abc import Sequence

from appliance.desk.access.rights import EMERGENCY, Permission, Rights, rights_of
from appliance.desk.team import cases
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.store import emergencies
from appliance.store.store import Tx

_MINUTE_MS = 60_000
SPANS_MIN = (15, 30, 60, 120, 240, 480)
"""What a page offers; anything between the first and the last may be asked for."""
LEAST_REASON, MOST_REASON = 10, 300


def take(
    tx: Tx, rights: Rights, staff_id: str, *, branch_id: str | None, reason: str, minutes: int
) -> str:
    """The id. Raises NotFound for the branch where this person gives no rights, and InvalidInput
    for the reason, for the time, and where they read already.
    """
    rights.require(Permission.STAFF_MANAGE, branch_id, "branch")
    reason = " ".join(reason.split())
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        sentence = (
            f"Say why, in {LEAST_REASON} to {MOST_REASON} characters: the privacy officer and the"
            " colleagues of the branch read it."
        )
        raise InvalidInput("why", sentence)
    if not SPANS_MIN[0] <= minutes <= SPANS_MIN[-1]:
        raise InvalidInput("minutes", "It takes from 15 minutes to 8 hours.")
    if reads(rights, branch_id):
        raise InvalidInput("where", "You can read and answer there already.")
    until_ms = tx.now_ms + minutes * _MINUTE_MS
    emergency_id = emergencies.begin(
        tx, staff_id, branch_id=branch_id, reason=reason, until_ms=until_ms
    )
    facts = {"emergency": emergency_id, "until_ms": until_ms}
    tx.emit(EventKind.EMERGENCY_BEGAN, staff_id=staff_id, branch_id=branch_id, facts=facts)
    return emergency_id


def reads(rights: Rights, branch_id: str | None) -> bool:
    """Whether this person has there what an emergency access would give."""
    return all(rights.may(each, branch_id) for each in EMERGENCY)


def end_of(tx: Tx, staff_id: str, *, by: str = "person") -> None:
    """All of a person. The conversations that they had there are nobody's."""
    _tell(tx, emergencies.end(tx, staff_id=staff_id), by)


def end_beyond_rights(tx: Tx, staff_id: str) -> None:
    """Those of a person who may not take them any more: who gives no rights there now."""
    rights = rights_of(tx.conn, staff_id)
    beyond = [
        row
        for row in emergencies.open_ones(tx.conn, staff_id=staff_id)
        if not rights.may(Permission.STAFF_MANAGE, row["branch_id"])
    ]
    _end_each(tx, beyond, "rights")


def end_one(tx: Tx, rights: Rights, emergency_id: str, *, by_staff_id: str) -> None:
    """For who guards the privacy of its branch. A second time changes nothing. Raises NotFound."""
    if not rights.has(Permission.PRIVACY_MANAGE):
        raise NotFound("emergency access")
    found = emergencies.open_ones(tx.conn, emergency_id=emergency_id)
    for row in found:
        if row["branch_id"] is not None:
            rights.require(Permission.PRIVACY_MANAGE, row["branch_id"], "emergency access")
    _end_each(tx, found, f"staff:{by_staff_id}")


def _end_each(tx: Tx, rows: Sequence[sqlite3.Row], by: str) -> None:
    for row in rows:
        emergencies.end_one(tx, row["id"])
    _tell(tx, rows, by)


def end_due(tx: Tx) -> None:
    """Those whose time has come; open pages of theirs end with the event."""
    _tell(tx, emergencies.end(tx), "time")


def _tell(tx: Tx, ended: Sequence[sqlite3.Row], by: str) -> None:
    for row in ended:
        facts = {"emergency": row["id"], "by": by}
        tx.emit(
            EventKind.EMERGENCY_ENDED,
            staff_id=row["staff_id"],
            branch_id=row["branch_id"],
            facts=facts,
        )
        cases.release_out_of_reach(tx, row["staff_id"])
