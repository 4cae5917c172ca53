"""Who lets colleagues in, and out: an administrator, of the company or of some branches.

The latter manages whoever has roles in those branches and nowhere else. What each function changes
is in `staff`, as the command line changes it.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access import passkeys, sessions
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sessions import OpenSession
from appliance.desk.team import accounts, staff
from appliance.desk.team.staff import Member, Roles
from appliance.errors import NotFound
from appliance.store.store import Tx

_MANAGES = Permission.STAFF_MANAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagedColleague:
    """`sessions` are those that are open, the one used last first. `link_until_ms` is until when a
    log-in link waits for them. `has_account`: an account at the provider is bound to them.
    """

    member: Member
    sessions: Sequence[OpenSession]
    link_until_ms: int | None
    email: str
    has_account: bool
    has_passkey: bool

    @property
    def is_invited(self) -> bool:
        """They have not been in yet."""
        has_way_in = self.member.has_password or self.has_account or self.has_passkey
        return not (has_way_in or self.member.disabled)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """`token` is shown only this once."""

    staff_id: str
    token: str


def managed(conn: sqlite3.Connection, rights: Rights, now_ms: int) -> Sequence[ManagedColleague]:
    """By name; who may not log in any more comes last."""
    found = [each for each in staff.members(conn) if _manages(rights, each)]
    found.sort(key=lambda each: each.disabled)
    return [_colleague(conn, each, now_ms) for each in found]


def one(conn: sqlite3.Connection, rights: Rights, staff_id: str, now_ms: int) -> ManagedColleague:
    """Raises NotFound."""
    return _colleague(conn, _managed(conn, rights, staff_id), now_ms)


def invite(
    tx: Tx, rights: Rights, name: str, *, role: str, branch_id: str | None, by_staff_id: str
) -> NewLink:
    """Raises InvalidInput for the name or the role, NotFound for the branch."""
    rights.require(_MANAGES, branch_id, "branch")
    staff_id = staff.add(tx, name, role=role, branch_id=branch_id, by_staff_id=by_staff_id)
    token = staff.add_login_link(tx, staff_id, by_staff_id=by_staff_id)
    return NewLink(staff_id=staff_id, token=token)


def link(tx: Tx, rights: Rights, staff_id: str, *, by_staff_id: str) -> NewLink:
    """Raises NotFound, or Refused for somebody who may not log in."""
    who = _managed(tx.conn, rights, staff_id)
    token = staff.add_login_link(tx, who.id, by_staff_id=by_staff_id)
    return NewLink(staff_id=who.id, token=token)


def rename(tx: Tx, rights: Rights, staff_id: str, name: str, *, by_staff_id: str) -> None:
    """Raises NotFound, or InvalidInput for the name."""
    staff.rename(tx, _managed(tx.conn, rights, staff_id).id, name, by_staff_id=by_staff_id)


def give_roles(tx: Tx, rights: Rights, staff_id: str, roles: Roles, *, by_staff_id: str) -> None:
    """Raises NotFound, InvalidInput, or Refused for the last administrator."""
    who = _managed(tx.conn, rights, staff_id)
    for _, branch_id in roles:
        rights.require(_MANAGES, branch_id, "branch")
    if set(roles) != set(who.roles):
        staff.give_roles(tx, who.id, roles, by_staff_id=by_staff_id)


def disable(tx: Tx, rights: Rights, staff_id: str, *, by_staff_id: str) -> None:
    """Raises NotFound, or Refused for the last administrator."""
    staff.disable(tx, _managed(tx.conn, rights, staff_id).id, by_staff_id=by_staff_id)


def enable(tx: Tx, rights: Rights, staff_id: str, *, by_staff_id: str) -> None:
    """Raises NotFound."""
    staff.enable(tx, _managed(tx.conn, rights, staff_id).id, by_staff_id=by_staff_id)


def change_email(tx: Tx, rights: Rights, staff_id: str, email: str, *, by_staff_id: str) -> None:
    """Raises NotFound or InvalidInput."""
    who = _managed(tx.conn, rights, staff_id)
    accounts.set_email(tx, who.id, email, by_staff_id=by_staff_id)


def disconnect(tx: Tx, rights: Rights, staff_id: str, *, by_staff_id: str) -> None:
    """Their account at the provider. Raises NotFound."""
    accounts.disconnect(tx, _managed(tx.conn, rights, staff_id).id, by_staff_id=by_staff_id)


def log_out(tx: Tx, rights: Rights, staff_id: str, *, by_staff_id: str) -> None:
    """Everywhere. Raises NotFound."""
    staff.log_out_everywhere(tx, _managed(tx.conn, rights, staff_id).id, by_staff_id=by_staff_id)


def _managed(conn: sqlite3.Connection, rights: Rights, staff_id: str) -> Member:
    member = staff.member_of(conn, staff_id)
    if member is None or not _manages(rights, member):
        raise NotFound("member of staff")
    return member


def _manages(rights: Rights, member: Member) -> bool:
    if rights.may(_MANAGES, None):
        return True
    return bool(member.roles) and all(rights.may(_MANAGES, where) for _, where in member.roles)


def _colleague(conn: sqlite3.Connection, member: Member, now_ms: int) -> ManagedColleague:
    waits = conn.execute(
        "SELECT expires_ms FROM login_link"
        " WHERE staff_id = ? AND used_ms IS NULL AND expires_ms > ?",
        (member.id, now_ms),
    ).fetchone()
    return ManagedColleague(
        member=member,
        sessions=sessions.open_of(conn, member.id, now_ms),
        link_until_ms=waits and waits["expires_ms"],
        email=accounts.email_of(conn, member.id),
        has_account=accounts.has_account(conn, member.id),
        has_passkey=bool(passkeys.of_staff(conn, member.id)),
    )
