"""Who may do what where. Rights are grants; roles are bundles of them.

What a person may not see does not exist for them: code that finds a right missing raises NotFound.
"""

import functools
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from appliance.desk.access import group_limits
from appliance.desk.access.group_limits import NO_LIMITS, GroupLimits
from appliance.errors import InvalidInput, NotFound
from appliance.store import branches, emergencies, lines
from appliance.store.branches import Branch
from appliance.store.lines import Line
from appliance.store.store import Tx


class Permission(Enum):
    INBOX_READ = "inbox.read"
    INBOX_WRITE = "inbox.write"
    CONTACT_EDIT = "contact.edit"
    DEVICE_MANAGE = "device.manage"
    REPORT_READ = "report.read"
    PRIVACY_MANAGE = "privacy.manage"
    STAFF_MANAGE = "staff.manage"


_P = Permission
_STAFF = frozenset({_P.INBOX_READ, _P.INBOX_WRITE, _P.CONTACT_EDIT})

ROLES: Mapping[str, frozenset[Permission]] = {
    "staff": _STAFF,
    "lead": _STAFF | {_P.REPORT_READ},
    "branch-it": frozenset({_P.DEVICE_MANAGE}),
    "privacy": frozenset({_P.INBOX_READ, _P.CONTACT_EDIT, _P.REPORT_READ, _P.PRIVACY_MANAGE}),
    "admin": frozenset({_P.STAFF_MANAGE, _P.DEVICE_MANAGE}),
}
ADMIN = "admin"
FIRST_ROLES = (ADMIN, "lead", "privacy")
"""Of the first administrator: until there are others, one person has every duty. Each can be taken
from them again; who comes later has the role that they are given, and no more.
"""

EMERGENCY = _STAFF
"""What an emergency access gives: what a colleague has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """`branch_id` None: in every branch, also in later ones."""

    permission: Permission
    branch_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    grants: frozenset[Grant] = frozenset()
    groups: GroupLimits = NO_LIMITS

    def may(self, permission: Permission, branch_id: str | None) -> bool:
        """`branch_id` None asks for the whole company."""
        found = self.branches(permission)
        return found is None or branch_id in found

    def branches(self, permission: Permission) -> frozenset[str] | None:
        """The branches where it is granted; None means all of them."""
        return _branches(self.grants, permission)

    def has(self, permission: Permission) -> bool:
        """Granted somewhere: that is enough to show the page at all."""
        found = self.branches(permission)
        return found is None or bool(found)

    def require(self, permission: Permission, branch_id: str | None, what: str) -> None:
        """Raises NotFound(`what`) when it is not granted there."""
        if not self.may(permission, branch_id):
            raise NotFound(what)


@functools.lru_cache(maxsize=1024)
def _branches(grants: frozenset[Grant], permission: Permission) -> frozenset[str] | None:
    """Remembered: it is asked for each line and each reader of an event."""
    found = {grant.branch_id for grant in grants if grant.permission is permission}
    return None if None in found else frozenset(each for each in found if each is not None)


@functools.lru_cache(maxsize=256)
def _granted(kept: str) -> frozenset[Grant]:
    """Remembered: a person's rights are looked up for each request and each event."""
    return frozenset(
        Grant(permission=Permission(permission), branch_id=branch_id)
        for permission, branch_id in json.loads(kept)
    )


def rights_of(conn: sqlite3.Connection, staff_id: str, *, now_ms: int | None = None) -> Rights:
    """No rights for somebody who is disabled or unknown.

    With `now_ms` an emergency access ends exactly then; without, when it is noted that it ended,
    some seconds later.
    """
    kept = conn.execute(
        "SELECT json_group_array(json_array(permission, branch_id)) AS granted"
        " FROM staff_grant JOIN staff ON staff.id = staff_id"
        " WHERE staff_id = ? AND disabled_ms IS NULL",
        (staff_id,),
    ).fetchone()
    given = _granted(kept["granted"])
    taken = {
        Grant(permission=each, branch_id=branch_id)
        for branch_id in emergencies.branches_of(conn, staff_id, now_ms)
        for each in EMERGENCY
    }
    rights = Rights(grants=given | taken)
    limits = group_limits.of_staff(
        conn, staff_id, lambda branch_id: rights.may(Permission.STAFF_MANAGE, branch_id)
    )
    return replace(rights, groups=limits)


def branches_with(
    conn: sqlite3.Connection, rights: Rights, permission: Permission
) -> Sequence[Branch]:
    """Those in which it is granted."""
    return [each for each in branches.branches(conn) if rights.may(permission, each.id)]


def lines_with(conn: sqlite3.Connection, rights: Rights, permission: Permission) -> Sequence[Line]:
    """Those of the branches in which it is granted."""
    return [each for each in lines.lines(conn) if rights.may(permission, each.branch_id)]


def line_with(
    conn: sqlite3.Connection, rights: Rights, permission: Permission, line_id: str
) -> Line:
    """One of those. Raises NotFound."""
    line = lines.line(conn, line_id)
    rights.require(permission, line.branch_id, "line")
    return line


def grant_role(tx: Tx, staff_id: str, role: str, branch_id: str | None) -> None:
    """Gives every permission of the role in one branch, or everywhere; earlier grants stay."""
    for permission in sorted(permissions_of(role), key=lambda each: each.value):
        tx.conn.execute(
            "INSERT INTO staff_grant (staff_id, permission, branch_id, role)"
            " SELECT :staff_id, :permission, :branch_id, :role WHERE NOT EXISTS ("
            "  SELECT 1 FROM staff_grant WHERE staff_id = :staff_id"
            "  AND permission = :permission AND branch_id IS :branch_id)",
            {
                "staff_id": staff_id,
                "permission": permission.value,
                "branch_id": branch_id,
                "role": role,
            },
        )


def is_managed(conn: sqlite3.Connection) -> bool:
    """Whether there is anybody who gives rights."""
    found = conn.execute(
        "SELECT 1 FROM staff_grant WHERE permission = ? LIMIT 1", (_P.STAFF_MANAGE.value,)
    )
    return found.fetchone() is not None


def permissions_of(role: str) -> frozenset[Permission]:
    try:
        return ROLES[role]
    except KeyError:
        known = ", ".join(ROLES)
        raise InvalidInput("role", f"“{role}” is no role. The roles are: {known}.") from None
