"""What somebody has to take off a device or out of a mailbox by hand, and that it is done."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.sight import Sight
from appliance.errors import NotFound
from appliance.queue.removal_turns import is_under_way
from appliance.store import branches, contacts, devices, lines, phone_removals
from appliance.store.phone_removals import PhoneRemoval, RemovalState, RemovalWhat
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class HandTask:
    """`waits`: a message to them is on its way or in doubt, and only their chat can prove it."""

    removal: PhoneRemoval
    kind: str
    number: str
    line_number: str
    zone: str
    branch: str
    contact_id: str | None
    waits: bool


def tasks(conn: sqlite3.Connection, sight: Sight) -> Sequence[HandTask]:
    """Of the devices of the branches that one sees, oldest first."""
    return [_task(conn, each) for each in phone_removals.for_people(conn, _branches(conn, sight))]


def left_to_phones(conn: sqlite3.Connection, sight: Sight) -> int:
    """How many chats phones have yet to take away by themselves."""
    return phone_removals.count_waiting(conn, _branches(conn, sight))


def done(tx: Tx, sight: Sight, removal_id: str, *, staff_id: str) -> None:
    """Somebody did it. Raises NotFound."""
    removal = phone_removals.find(tx.conn, removal_id)
    if removal is None or not sight.sees_branch(lines.line(tx.conn, removal.line_id).branch_id):
        raise NotFound("removal")
    if not phone_removals.end(tx, removal_id, RemovalState.DONE, staff_id=staff_id):
        raise NotFound("removal")


def _branches(conn: sqlite3.Connection, sight: Sight) -> Sequence[str]:
    return [each.id for each in branches.branches(conn) if sight.sees_branch(each.id)]


def _task(conn: sqlite3.Connection, removal: PhoneRemoval) -> HandTask:
    line = lines.line(conn, removal.line_id)
    branch = branches.branch(conn, line.branch_id)
    whose = removal.whose
    known = contacts.by_identity(conn, whose) if whose else None
    return HandTask(
        removal=removal,
        kind=devices.kind_of(conn, removal.device_id),
        number=whose.shown if whose else "?",
        line_number=line.number,
        zone=branch.settings.zone,
        branch=branch.name,
        contact_id=known.id if known else None,
        waits=(
            whose is not None
            and removal.what is RemovalWhat.CHAT
            and is_under_way(conn, line.id, whose)
        ),
    )
