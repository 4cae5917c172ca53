"""Staff who log in at a provider: by the address of e-mail once, then by their account there.

An address can be given to somebody else, at the provider and here. So it counts for the first
log-in only, and only when the provider has proven it. From then on an account is a person: the pair
of issuer and subject, which no provider gives to anybody else.
"""

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access import sessions
from appliance.desk.access.sessions import BegunBy, NewSession
from appliance.desk.team import provider_roles, staff
from appliance.desk.team.staff import Member
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.oidc_settings import GivenRole
from appliance.reasons import Reason
from appliance.store.store import Tx

MAX_EMAIL = 254
"""RFC 5321 §4.5.3.1.3 leaves so many for what stands between < and >."""
_EMAIL = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffAccount:
    """Proven by the provider. `email` only if it has proven that, too."""

    issuer: str
    subject: str
    email: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    name: str
    session: NewSession


def email_of(conn: sqlite3.Connection, staff_id: str) -> str:
    """Empty for somebody without."""
    row = conn.execute("SELECT email FROM staff WHERE id = ?", (staff_id,)).fetchone()
    return str(row["email"] or "") if row else ""


def is_bound(conn: sqlite3.Connection, account: StaffAccount) -> bool:
    """Whether it was somebody's before: then its address counts no more."""
    return _row_of(conn, account) is not None


def has_account(conn: sqlite3.Connection, staff_id: str) -> bool:
    sql = "SELECT 1 FROM staff_account WHERE staff_id = ?"
    return conn.execute(sql, (staff_id,)).fetchone() is not None


def needs_no_password(conn: sqlite3.Connection, staff_id: str) -> bool:
    """Whether they come in by an account alone."""
    member = staff.member_of(conn, staff_id)
    return member is not None and not member.has_password and has_account(conn, staff_id)


def set_email(tx: Tx, staff_id: str, email: str, *, by_staff_id: str | None = None) -> None:
    """Empty for none. Another address ends what the account of the old one opened; the same in
    other letters, capital or small, does not.

    Raises InvalidInput.
    """
    email, was = email.strip(), email_of(tx.conn, staff_id)
    if email == was:
        return
    if email and not (_EMAIL.fullmatch(email) and email.isprintable() and len(email) <= MAX_EMAIL):
        raise InvalidInput("email", "Write an address of e-mail, such as noor@example.com.")
    taken = "SELECT 1 FROM staff WHERE email = ? AND id <> ?"
    if email and tx.conn.execute(taken, (email, staff_id)).fetchone():
        raise InvalidInput("email", "A colleague has this address of e-mail already.")
    tx.conn.execute("UPDATE staff SET email = ? WHERE id = ?", (email or None, staff_id))
    facts = {"changed": "email", "by": by_staff_id}
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)
    if email.casefold() != was.casefold():
        _unbind(tx, staff_id, by_staff_id)


def disconnect(tx: Tx, staff_id: str, *, by_staff_id: str | None = None) -> None:
    """Their account opens nothing any more. An address of e-mail stays, and connects the account
    that logs in with it next. A second time changes nothing.
    """
    if _unbind(tx, staff_id, by_staff_id):
        facts = {"changed": "account-removed", "by": by_staff_id}
        tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)


def come_in(
    tx: Tx,
    account: StaffAccount,
    roles: Sequence[GivenRole] | None = None,
    *,
    before: str | None = None,
    browser: str | None = None,
) -> CameIn:
    """`roles` are those that the provider gives, None where it gives none. `before` and `browser`
    are as in `sessions.begin`. Raises Refused: nobody is made here.
    """
    row = _row_of(tx.conn, account)
    staff_id = str(row["staff_id"]) if row else _by_email(tx.conn, account)
    member = staff.member_of(tx.conn, staff_id) if staff_id else None
    if member is None or member.disabled:
        raise Refused(Reason.LOGIN_UNKNOWN, "Nobody here logs in with this account.")
    if row is None:
        _bind(tx, account, member.id)
    if roles is not None:
        provider_roles.follow(tx, member, roles)
    return _begin(tx, member, BegunBy.PROVIDER, before, browser)


def connect(
    tx: Tx,
    link: str,
    account: StaffAccount,
    roles: Sequence[GivenRole] | None = None,
    *,
    before: str | None = None,
    browser: str | None = None,
) -> CameIn:
    """Whoever opened a log-in link shows which account is theirs. As where a link sets a password,
    everything that let them in before ends: other links, the sessions, and the password.

    Raises NotFound for the link, or Refused for a colleague's account.
    """
    member = staff.link_owner(tx.conn, link, tx.now_ms)
    row = _row_of(tx.conn, account)
    if row is not None and row["staff_id"] != member.id:
        raise Refused(Reason.ACCOUNT_TAKEN, "A colleague logs in with this account.")
    staff.use_up_link(tx, link)
    staff.forget_password(tx, member.id)
    _bind(tx, account, member.id)
    if roles is not None:
        provider_roles.follow(tx, member, roles)
    return _begin(tx, member, BegunBy.LINK, before, browser)


def _row_of(conn: sqlite3.Connection, account: StaffAccount) -> sqlite3.Row | None:
    found: sqlite3.Row | None = conn.execute(
        "SELECT staff_id FROM staff_account WHERE issuer = ? AND subject = ?",
        (account.issuer, account.subject),
    ).fetchone()
    return found


def _by_email(conn: sqlite3.Connection, account: StaffAccount) -> str | None:
    """Whose address it is, as long as they have no other account of this provider."""
    row = conn.execute(
        "SELECT id FROM staff WHERE email = ? AND NOT EXISTS"
        " (SELECT 1 FROM staff_account WHERE staff_id = staff.id AND issuer = ?)",
        (account.email, account.issuer),
    ).fetchone()
    return row and str(row["id"])


def _bind(tx: Tx, account: StaffAccount, staff_id: str) -> None:
    tx.conn.execute(
        "DELETE FROM staff_account WHERE staff_id = ? AND issuer = ?", (staff_id, account.issuer)
    )
    tx.conn.execute(
        "INSERT INTO staff_account (issuer, subject, staff_id, bound_ms) VALUES (?, ?, ?, ?)",
        (account.issuer, account.subject, staff_id, tx.now_ms),
    )
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts={"changed": "account"})


def _unbind(tx: Tx, staff_id: str, by_staff_id: str | None) -> bool:
    """False where nothing was bound. Where the account let somebody in, also by the log-in link
    that bound it, they are out.
    """
    sql = "DELETE FROM staff_account WHERE staff_id = ?"
    if not tx.conn.execute(sql, (staff_id,)).rowcount:
        return False
    ways = (BegunBy.PROVIDER, BegunBy.LINK)
    sessions.end_begun_by(tx, staff_id, ways, by_staff_id=by_staff_id)
    return True


def _begin(tx: Tx, member: Member, by: BegunBy, before: str | None, browser: str | None) -> CameIn:
    session = sessions.begin(tx, member.id, by=by, before=before, browser=browser)
    tx.emit(EventKind.STAFF_LOGGED_IN, staff_id=member.id, facts={"by": by.value})
    return CameIn(name=member.name, session=session)
