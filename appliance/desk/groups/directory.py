"""Groups as other software and the pages read them. What one may not see is NotFound."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from appliance.desk.access import group_limits
from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.inbox.directory import Page
from appliance.errors import NotFound
from appliance.identities import TEL
from appliance.store import groups
from appliance.store.groups import ChatGroup, GroupMember


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEntry:
    """`asked`: to be added, and not seen in the group yet; `invited_ms`: since when they are."""

    id: str
    name: str | None
    number: str | None
    contact_id: str | None
    is_admin: bool
    asked: bool
    invited_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardEntry:
    on: bool
    name: str | None
    picture: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenGroup:
    id: str
    line_id: str
    name: str
    picture: str | None
    guard: GuardEntry
    members: Sequence[MemberEntry]
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """`before` and `after` are names; of a member who went and who came."""

    id: str
    at_ms: int
    what: str
    by_whom: str | None
    before: str | None
    after: str | None
    put_back: bool


def listed(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[SeenGroup]:
    about = {**_about(sight), "after": page.after.lower(), "limit": page.limit}
    return _entries(conn, sight, conn.execute(_LISTED, about).fetchall())


def one(conn: sqlite3.Connection, sight: Sight, group_id: str) -> SeenGroup:
    """Raises NotFound."""
    about = {**_about(sight), "id": group_id.lower()}
    row = conn.execute(_ONE, about).fetchone()
    if row is None:
        raise NotFound("group")
    (found,) = _entries(conn, sight, [row])
    return found


def found(conn: sqlite3.Connection, sight: Sight, group_id: str) -> ChatGroup:
    """To change it. Raises NotFound."""
    group = groups.find(conn, group_id.lower())
    if not sight.sees_branch(group.branch_id) or sight.groups.hides(group.id):
        raise NotFound("group")
    return group


def answerable(conn: sqlite3.Connection, sight: Sight, token_id: str, group_id: str) -> ChatGroup:
    """As `found`, for a program; asked anew, because what a token may is believed for a moment.
    Raises NotFound.
    """
    group = found(conn, sight, group_id)
    if not group_limits.of_token(conn, token_id).may_answer(group.id):
        raise NotFound("group")
    return group


def journal(
    conn: sqlite3.Connection, sight: Sight, group_id: str, page: Page
) -> Sequence[JournalEntry]:
    """Oldest first. Raises NotFound."""
    group = found(conn, sight, group_id)
    rows = conn.execute(_JOURNAL, (group.id, page.after.lower(), page.limit))
    return [JournalEntry(**{**dict(row), "put_back": bool(row["put_back"])}) for row in rows]


def latest(conn: sqlite3.Connection, group_id: str, *, limit: int) -> Sequence[JournalEntry]:
    """Newest first; who asks may see the group."""
    rows = conn.execute(_LATEST, (group_id, limit))
    return [JournalEntry(**{**dict(row), "put_back": bool(row["put_back"])}) for row in rows]


def _about(sight: Sight) -> dict[str, str | int | None]:
    return {"branches": sight.json, "hidden": sight.hidden_json}


def _entries(
    conn: sqlite3.Connection, sight: Sight, rows: Sequence[sqlite3.Row]
) -> Sequence[SeenGroup]:
    members = groups.members_of(conn, [row["id"] for row in rows])
    known = {each.contact_id for found in members.values() for each in found} - {None}
    seen = sight.seen_contacts(conn, [each for each in known if each])
    return [_entry(row, members[row["id"]], seen) for row in rows]


def _entry(row: sqlite3.Row, members: Sequence[GroupMember], seen: Collection[str]) -> SeenGroup:
    return SeenGroup(
        id=row["id"],
        line_id=row["line_id"],
        name=row["name"],
        picture=row["picture"],
        guard=GuardEntry(
            on=bool(row["guards"]), name=row["guarded_name"], picture=row["guarded_picture"]
        ),
        members=[_member(each, sees=each.contact_id in seen) for each in members],
        created_ms=row["created_ms"],
    )


def _member(member: GroupMember, *, sees: bool) -> MemberEntry:
    """A contact whom the reader may not see is a name and a number."""
    number = member.identity.value if member.identity and member.identity.scheme == TEL else None
    return MemberEntry(
        id=member.id,
        name=member.name if sees else member.shown,
        number=number,
        contact_id=member.contact_id if sees else None,
        is_admin=member.is_admin,
        asked=member.asked,
        invited_ms=member.invited_ms,
    )


_GROUPS = """
SELECT g.id, g.line_id, g.name, g.picture, g.guards, g.guarded_name, g.guarded_picture,
  g.created_ms
FROM chat_group g JOIN line ON line.id = g.line_id
"""
_LISTED = f"""
{_GROUPS} WHERE g.id > :after AND {IN_SIGHT} AND g.id NOT IN {HIDDEN}
ORDER BY g.id LIMIT :limit
"""
_ONE = f"{_GROUPS} WHERE g.id = :id AND {IN_SIGHT} AND g.id NOT IN {HIDDEN}"
_CHANGES = "SELECT id, at_ms, what, by_whom, before, after, put_back FROM group_journal"
_JOURNAL = f"{_CHANGES} WHERE group_id = ? AND id > ? ORDER BY id LIMIT ?"
_LATEST = f"{_CHANGES} WHERE group_id = ? ORDER BY id DESC LIMIT ?"
