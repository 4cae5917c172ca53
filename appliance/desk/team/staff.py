"""Staff: the people who write from the inbox, each under their own name."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access import sessions
from appliance.desk.access.bearer import new_token, token_hash
from appliance.desk.access.rights import (
    ADMIN,
    FIRST_ROLES,
    Permission,
    grant_role,
    is_managed,
    rights_of,
)
from appliance.desk.team import cases, emergency, saved_views
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import casework, unread
from appliance.store.store import Tx

MAX_NAME = 80
LINK_LIFE_MS = 72 * 3_600_000
"""A log-in link made on a Friday still works on Monday morning."""


_CAN_LOG_IN = (
    "(password_hash IS NOT NULL"
    " OR EXISTS (SELECT 1 FROM staff_account WHERE staff_account.staff_id = staff.id)"
    " OR EXISTS (SELECT 1 FROM passkey WHERE passkey.staff_id = staff.id))"
)
"""Of a row of `staff`: they have a way in of their own, without a link."""

Roles = Sequence[tuple[str, str | None]]
"""Each a role, and the branch where it holds: None for everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One of the staff."""

    id: str
    name: str
    has_password: bool
    disabled: bool
    roles: Roles


def add(
    tx: Tx, name: str, *, role: str, branch_id: str | None, by_staff_id: str | None = None
) -> str:
    """The id of a new member with one role; without a password until the log-in link is used. The
    first administrator of all has `FIRST_ROLES`.

    Raises InvalidInput for the name or the role.
    """
    name = _clean_name(name)
    _check_free(tx.conn, name)
    staff_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO staff (id, name, created_ms) VALUES (?, ?, ?)", (staff_id, name, tx.now_ms)
    )
    unread.count(tx.conn, staff_id)
    is_first = role == ADMIN and not is_managed(tx.conn)
    roles = [(each, branch_id) for each in (FIRST_ROLES if is_first else (role,))]
    for each, where in roles:
        grant_role(tx, staff_id, each, where)
    facts = {"role": role, "given": _told(roles), "by": by_staff_id}
    tx.emit(EventKind.STAFF_ADDED, staff_id=staff_id, branch_id=branch_id, facts=facts)
    return staff_id


def rename(tx: Tx, staff_id: str, name: str, *, by_staff_id: str | None = None) -> None:
    """They log in with it from now on. Raises NotFound, or InvalidInput for the name."""
    was, name = _require(tx.conn, staff_id), _clean_name(name)
    if name == was.name:
        return
    _check_free(tx.conn, name, but=staff_id)
    tx.conn.execute("UPDATE staff SET name = ? WHERE id = ?", (name, staff_id))
    saved_views.follow_name(tx, was.name, name)
    facts = {"changed": "name", "by": by_staff_id}
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)


def add_first_admin(tx: Tx, name: str, password_hash: str) -> str:
    """The administrator of a fresh Balie, once: raises Refused when anybody is there already."""
    if not is_fresh(tx.conn):
        raise Refused(Reason.NOT_FRESH, "The first administrator was already made. Log in instead.")
    staff_id = add(tx, name, role="admin", branch_id=None)
    _store_password(tx, staff_id, password_hash)
    return staff_id


def is_fresh(conn: sqlite3.Connection) -> bool:
    """True until there is a first member of staff."""
    return conn.execute("SELECT 1 FROM staff LIMIT 1").fetchone() is None


def add_login_link(tx: Tx, staff_id: str, *, by_staff_id: str | None = None) -> str:
    """The token of a link that logs in once and lets a password be chosen; earlier links end.

    Raises NotFound, or Refused for somebody who is disabled.
    """
    member = _require(tx.conn, staff_id)
    if member.disabled:
        raise Refused(
            Reason.DISABLED,
            f"{member.name} may not log in.",
            remedy=f'Let them in again first: balie staff enable "{member.name}".',
        )
    token = new_token()
    tx.conn.execute("DELETE FROM login_link WHERE staff_id = ?", (staff_id,))
    tx.conn.execute(
        "INSERT INTO login_link (token_hash, staff_id, expires_ms) VALUES (?, ?, ?)",
        (token_hash(token), staff_id, tx.now_ms + LINK_LIFE_MS),
    )
    facts = {"changed": "login-link", "by": by_staff_id}
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)
    return token


def link_owner(conn: sqlite3.Connection, token: str, now_ms: int) -> Member:
    """The person whose link it is, while the link works. Raises NotFound."""
    row = conn.execute(
        "SELECT staff_id FROM login_link"
        " WHERE token_hash = ? AND used_ms IS NULL AND expires_ms > ?",
        (token_hash(token), now_ms),
    ).fetchone()
    member = member_of(conn, row["staff_id"]) if row else None
    if member is None or member.disabled:
        raise NotFound("log-in link")
    return member


def forget_old_links(tx: Tx) -> None:
    """Deletes the log-in links that nobody can use any more."""
    tx.conn.execute("DELETE FROM login_link WHERE expires_ms <= ?", (tx.now_ms,))


def use_login_link(
    tx: Tx,
    token: str,
    password_hash: str,
    *,
    before: str | None = None,
    browser: str | None = None,
) -> sessions.NewSession:
    """Sets the chosen password and logs in; `before` and `browser` are as in `sessions.begin`.

    Raises NotFound the second time.
    """
    member = link_owner(tx.conn, token, tx.now_ms)
    use_up_link(tx, token)
    set_password(tx, member.id, password_hash)
    session = sessions.begin(
        tx, member.id, by=sessions.BegunBy.LINK, before=before, browser=browser
    )
    tx.emit(EventKind.STAFF_LOGGED_IN, staff_id=member.id, facts={"by": "link"})
    return session


def use_up_link(tx: Tx, token: str) -> None:
    """It opens nothing any more."""
    tx.conn.execute(
        "UPDATE login_link SET used_ms = ? WHERE token_hash = ?", (tx.now_ms, token_hash(token))
    )


def set_password(tx: Tx, staff_id: str, password_hash: str) -> None:
    """Logs the person out everywhere; links that were made before stop working, too."""
    _require(tx.conn, staff_id)
    _store_password(tx, staff_id, password_hash)
    _end_links_and_sessions(tx, staff_id)
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts={"changed": "password"})


def forget_password(tx: Tx, staff_id: str) -> None:
    """For somebody who has another way in from now on; else as `set_password`. The caller emits an
    event.
    """
    _store_password(tx, staff_id, None)
    _end_links_and_sessions(tx, staff_id)


def disable(tx: Tx, staff_id: str, *, by_staff_id: str | None = None) -> int:
    """Logs the person out everywhere, for good, and gives how many sessions that ended.

    A second time changes nothing. Raises NotFound, or Refused for the last administrator.
    """
    member = _require(tx.conn, staff_id)
    if member.disabled:
        return 0
    was_admin = _is_admin(tx.conn, staff_id)
    tx.conn.execute("UPDATE staff SET disabled_ms = ? WHERE id = ?", (tx.now_ms, staff_id))
    if was_admin:
        _require_admin(tx.conn, member)
    tx.conn.execute("DELETE FROM calendar_feed WHERE made_by = ?", (staff_id,))
    tx.conn.execute("DELETE FROM home_key WHERE staff_id = ?", (staff_id,))
    tx.conn.execute("DELETE FROM login_link WHERE staff_id = ?", (staff_id,))
    ended = sessions.end_all(tx, staff_id)
    emergency.end_of(tx, staff_id, by="disabled")
    facts = {"changed": "disabled", "by": by_staff_id}
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)
    casework.release_all(tx, staff_id, why="disabled")
    return ended


def enable(tx: Tx, staff_id: str, *, by_staff_id: str | None = None) -> None:
    """They log in with the password that they had. A second time changes nothing."""
    if not _require(tx.conn, staff_id).disabled:
        return
    tx.conn.execute("UPDATE staff SET disabled_ms = NULL WHERE id = ?", (staff_id,))
    facts = {"changed": "enabled", "by": by_staff_id}
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)


def give_role(
    tx: Tx, staff_id: str, role: str, branch_id: str | None, *, by_staff_id: str | None = None
) -> None:
    """This role replaces all that they had. Open pages follow at once.

    Raises NotFound, InvalidInput for the role, or Refused for the last administrator.
    """
    given = _replace_roles(tx, staff_id, [(role, branch_id)], by_staff_id)
    facts = {"changed": "role", "role": role, "given": _told(given), "by": by_staff_id}
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, branch_id=branch_id, facts=facts)
    emergency.end_beyond_rights(tx, staff_id)
    cases.release_out_of_reach(tx, staff_id)


def give_roles(tx: Tx, staff_id: str, roles: Roles, *, by_staff_id: str | None = None) -> None:
    """These replace all that they had; else as `give_role`."""
    if not roles:
        sentence = "Choose at least one role. Whoever has left may no longer log in instead."
        raise InvalidInput("role", sentence)
    given = _replace_roles(tx, staff_id, roles, by_staff_id)
    facts = {
        "changed": "role",
        "roles": _told(roles),
        "given": _told(given),
        "by": by_staff_id,
    }
    tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)
    emergency.end_beyond_rights(tx, staff_id)
    cases.release_out_of_reach(tx, staff_id)


def log_out_everywhere(tx: Tx, staff_id: str, *, by_staff_id: str | None = None) -> int:
    """Gives how many sessions that ended. The password stays as it is. Raises NotFound."""
    _require(tx.conn, staff_id)
    ended = sessions.end_all(tx, staff_id)
    if ended:
        facts = {"by": by_staff_id or "console", "sessions": ended}
        tx.emit(EventKind.STAFF_LOGGED_OUT, staff_id=staff_id, facts=facts)
        casework.release_all(tx, staff_id, why=casework.LOG_OUT)
    return ended


def members(conn: sqlite3.Connection) -> list[Member]:
    """Everybody, by name."""
    rows = conn.execute("SELECT * FROM staff ORDER BY name")
    return [_member(conn, row) for row in rows]


def member_of(conn: sqlite3.Connection, staff_id: str) -> Member | None:
    row = conn.execute("SELECT * FROM staff WHERE id = ?", (staff_id,)).fetchone()
    return _member(conn, row) if row else None


def named(conn: sqlite3.Connection, name: str) -> Member:
    """The member with this name or id. Raises InvalidInput when there is none."""
    tidy = " ".join(name.split())
    row = conn.execute(
        "SELECT * FROM staff WHERE name = ? OR id = lower(?)", (tidy, tidy)
    ).fetchone()
    if row is None:
        sentence = f"Nobody of the staff is called “{tidy}”. See: balie staff list."
        raise InvalidInput("name", sentence)
    return _member(conn, row)


def colleague_named(conn: sqlite3.Connection, name: str, *, field: str) -> str:
    """The id of whoever has this name or id. Raises InvalidInput for `field`."""
    try:
        return named(conn, name).id
    except InvalidInput as exc:
        raise InvalidInput(field, exc.sentence) from exc


def _member(conn: sqlite3.Connection, row: sqlite3.Row) -> Member:
    roles = conn.execute(
        "SELECT DISTINCT role, branch_id FROM staff_grant WHERE staff_id = ?"
        " ORDER BY role, branch_id",
        (row["id"],),
    )
    return Member(
        id=row["id"],
        name=row["name"],
        has_password=row["password_hash"] is not None,
        disabled=row["disabled_ms"] is not None,
        roles=[(each["role"], each["branch_id"]) for each in roles],
    )


def _store_password(tx: Tx, staff_id: str, password_hash: str | None) -> None:
    tx.conn.execute("UPDATE staff SET password_hash = ? WHERE id = ?", (password_hash, staff_id))


def _end_links_and_sessions(tx: Tx, staff_id: str) -> None:
    tx.conn.execute("DELETE FROM login_link WHERE staff_id = ? AND used_ms IS NULL", (staff_id,))
    sessions.end_all(tx, staff_id)


def _require(conn: sqlite3.Connection, staff_id: str) -> Member:
    member = member_of(conn, staff_id)
    if member is None:
        raise NotFound("member of staff")
    return member


def _replace_roles(tx: Tx, staff_id: str, roles: Roles, by_staff_id: str | None) -> Roles:
    """Gives those of them that they had not."""
    member = _require(tx.conn, staff_id)
    was_admin = _is_admin(tx.conn, staff_id)
    given = [each for each in roles if each not in member.roles]
    if given:
        # Whoever made a link for fewer rights, or wrote the address of an account of their own,
        # could come in with it and have the new ones.
        tx.conn.execute(
            "DELETE FROM login_link WHERE staff_id = ? AND used_ms IS NULL", (staff_id,)
        )
        _forget_unused_email(tx, staff_id, by_staff_id)
    tx.conn.execute("DELETE FROM staff_grant WHERE staff_id = ?", (staff_id,))
    for role, branch_id in roles:
        grant_role(tx, staff_id, role, branch_id)
    if was_admin:
        _require_admin(tx.conn, member)
    return given


def _told(roles: Roles) -> list[dict[str, str | None]]:
    """For the facts of an event."""
    return [{"role": role, "branch": branch_id} for role, branch_id in roles]


def _forget_unused_email(tx: Tx, staff_id: str, by_staff_id: str | None) -> None:
    """Of whom no account is bound yet: the address would bind one."""
    forgotten = tx.conn.execute(
        "UPDATE staff SET email = NULL WHERE id = :id AND email IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM staff_account WHERE staff_id = :id)",
        {"id": staff_id},
    ).rowcount
    if forgotten:
        facts = {"changed": "email", "by": by_staff_id}
        tx.emit(EventKind.STAFF_CHANGED, staff_id=staff_id, facts=facts)


def _is_admin(conn: sqlite3.Connection, staff_id: str) -> bool:
    return rights_of(conn, staff_id).may(Permission.STAFF_MANAGE, None)


def _can_log_in(conn: sqlite3.Connection, staff_id: str) -> bool:
    sql = f"SELECT 1 FROM staff WHERE id = ? AND {_CAN_LOG_IN}"  # noqa: S608 -- our own words
    return conn.execute(sql, (staff_id,)).fetchone() is not None


def _require_admin(conn: sqlite3.Connection, gone: Member) -> None:
    """Asked after a change; a refusal undoes the change. In the place of somebody who can log in
    counts only who can, too: who is invited may never come.
    """
    left = conn.execute(
        "SELECT 1 FROM staff_grant JOIN staff ON staff.id = staff_id"  # noqa: S608 -- as above
        " WHERE permission = ? AND branch_id IS NULL AND disabled_ms IS NULL"
        f" AND ({_CAN_LOG_IN} OR NOT ?) LIMIT 1",
        (Permission.STAFF_MANAGE.value, _can_log_in(conn, gone.id)),
    ).fetchone()
    if left is None:
        raise Refused(
            Reason.LAST_ADMINISTRATOR,
            f"{gone.name} is the only administrator.",
            remedy="Make somebody else one first: balie staff role NAME --role admin.",
        )


def _check_free(conn: sqlite3.Connection, name: str, *, but: str = "") -> None:
    if conn.execute("SELECT 1 FROM staff WHERE name = ? AND id <> ?", (name, but)).fetchone():
        raise InvalidInput("name", f"There is a “{name}” already. Every person has an own name.")


def _clean_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput("name", "Write the person's name.")
    if len(name) > MAX_NAME or not name.isprintable():
        sentence = f"A name has at most {MAX_NAME} characters, all of them printable."
        raise InvalidInput("name", sentence)
    return name
