"""The groups of a line at the SQL edge: what they are called, who is in them, what was changed."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.identities import WHATSAPP_GROUP, Identity
from appliance.store import conversations
from appliance.store.contacts import identity_of
from appliance.store.store import Tx

NEW = "new:"
"""An address that begins so stands for one that WhatsApp has not shown yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatGroup:
    """`guards`: name and picture are put back. `guarded_name`, `guarded_picture` None: any is
    right. `picture` is the medium that a phone put there, until somebody changed it; `picture_ms`
    is when that was.
    """

    id: str
    line_id: str
    branch_id: str
    jid: str
    name: str
    picture: str | None
    picture_ms: int | None
    guards: bool
    guarded_name: str | None
    guarded_picture: str | None
    read_ms: int | None
    left_ms: int | None

    @property
    def identity(self) -> Identity:
        return Identity(self.jid, WHATSAPP_GROUP)

    @property
    def wanted_name(self) -> str:
        """What it is to be called, as far as the office said so."""
        return (self.guarded_name if self.guards else None) or self.name

    @property
    def has_wanted_picture(self) -> bool:
        return self.guarded_picture in (None, self.picture)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupMember:
    """`name` is what the office calls them, else what the phone shows, which is `shown`.

    `identity` None: the phone shows a name only. `asked`: not seen in the group yet; `invited_ms`:
    since when WhatsApp's invitation is with them.
    """

    id: str
    name: str | None
    shown: str | None
    identity: Identity | None
    contact_id: str | None
    is_admin: bool
    asked: bool
    stopped: bool
    invited_ms: int | None = None


_GROUP = """
SELECT g.id, g.line_id, line.branch_id, g.jid, g.name, g.picture, g.picture_ms, g.guards,
  g.guarded_name, g.guarded_picture, g.read_ms, g.left_ms
FROM chat_group g JOIN line ON line.id = g.line_id
"""
# A name that the phone shows may be that of several people; all of them are meant.
_MEMBERS = """
SELECT m.group_id, m.id, m.name, m.value, m.scheme, m.is_admin, m.asked_ms IS NOT NULL AS asked,
  m.stopped_ms IS NOT NULL AS stopped, m.invited_ms, n.contact_id,
  coalesce(k.office_name, m.name, k.chosen_name) AS called
FROM group_member m
LEFT JOIN contact_identity n ON n.value = m.value AND n.scheme = m.scheme
LEFT JOIN contact k ON k.id = n.contact_id
WHERE m.group_id IN (SELECT value FROM json_each(?)) ORDER BY m.id
"""


def find(conn: sqlite3.Connection, group_id: str) -> ChatGroup:
    """Raises NotFound."""
    row = conn.execute(f"{_GROUP} WHERE g.id = ?", (group_id,)).fetchone()
    if row is None:
        raise NotFound("group")
    return _group(row)


def of_jid(conn: sqlite3.Connection, line_id: str, jid: str) -> ChatGroup | None:
    where = f"{_GROUP} WHERE g.line_id = ? AND g.jid = ?"
    row = conn.execute(where, (line_id, jid)).fetchone()
    return _group(row) if row else None


def of_line(conn: sqlite3.Connection, line_id: str) -> Sequence[ChatGroup]:
    """Those that the line is in, as far as WhatsApp has shown them."""
    where = f"{_GROUP} WHERE g.line_id = ? AND g.left_ms IS NULL AND g.jid NOT LIKE ?"
    return [_group(row) for row in conn.execute(where, (line_id, f"{NEW}%"))]


def of_identity(conn: sqlite3.Connection, line_id: str, identity: Identity) -> ChatGroup | None:
    return of_jid(conn, line_id, identity.value)


def adopted(tx: Tx, line_id: str, jid: str, name: str, scheme: str) -> ChatGroup | None:
    """The group with this address, or the one that a phone has made under this name, of which the
    address was not known until now; None for another one.
    """
    known = of_jid(tx.conn, line_id, jid)
    if known is not None:
        return known
    made = tx.conn.execute(_MADE, (line_id, name, f"{NEW}%")).fetchall()
    if len(made) != 1:
        return None
    group_id = made[0]["id"]
    tx.conn.execute("UPDATE chat_group SET jid = ? WHERE id = ?", (jid, group_id))
    tx.conn.execute(
        "UPDATE message SET value = ? WHERE direction = 'out' AND scheme = ? AND conversation_id ="
        " (SELECT id FROM conversation WHERE group_id = ?)",
        (jid, scheme, group_id),
    )
    return find(tx.conn, group_id)


_MADE = """
SELECT g.id FROM chat_group g WHERE g.line_id = ? AND g.name = ? AND g.jid LIKE ?
AND EXISTS (SELECT 1 FROM group_task t WHERE t.group_id = g.id AND t.kind = 'create'
  AND t.tapped_ms IS NOT NULL)
"""


def conversation_of(tx: Tx, group: ChatGroup) -> str:
    return conversations.with_group(tx, group.line_id, group.jid, group.name)


def add(tx: Tx, line_id: str, name: str) -> ChatGroup:
    """One that a phone is to make; its address is not known yet."""
    group_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO chat_group (id, line_id, jid, name, guards, guarded_name, created_ms)"
        " VALUES (?, ?, ?, ?, 1, ?, ?)",
        (group_id, line_id, f"{NEW}{group_id}", name, name, tx.now_ms),
    )
    return find(tx.conn, group_id)


def members(conn: sqlite3.Connection, group_id: str) -> Sequence[GroupMember]:
    return members_of(conn, [group_id])[group_id]


def members_of(
    conn: sqlite3.Connection, group_ids: Sequence[str]
) -> Mapping[str, Sequence[GroupMember]]:
    found: dict[str, list[GroupMember]] = {each: [] for each in group_ids}
    for row in conn.execute(_MEMBERS, (json.dumps(group_ids),)):
        found[row["group_id"]].append(_member(row))
    return found


def called(
    conn: sqlite3.Connection, line_id: str, names: Collection[str]
) -> Mapping[str, Sequence[Identity]]:
    """Those who write to the line and are called so: the phone shows its own book's names."""
    found: dict[str, list[Identity]] = {}
    if not names:
        return found
    rows = conn.execute(_CALLED, {"line": line_id, "names": json.dumps(list(names))})
    for row in rows:
        for name in {row["chosen_name"], row["office_name"]} & set(names):
            found.setdefault(name, []).append(identity_of(row))
    return found


_CALLED = """
SELECT n.value, n.scheme, k.chosen_name, k.office_name FROM contact k
JOIN contact_identity n ON n.contact_id = k.id
WHERE k.id IN (
  SELECT id FROM contact WHERE chosen_name IN (SELECT value FROM json_each(:names))
  UNION SELECT id FROM contact WHERE office_name IN (SELECT value FROM json_each(:names)))
AND EXISTS (SELECT 1 FROM conversation c WHERE c.line_id = :line AND c.contact_id = k.id)
ORDER BY n.created_ms, n.value
"""


def ask_for(tx: Tx, group_id: str, identity: Identity) -> str:
    """Somebody is to be added; the id of the member, who may be there already."""
    row = tx.conn.execute(
        "INSERT INTO group_member (id, group_id, value, scheme, asked_ms, created_ms)"
        " VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (group_id, value, scheme) WHERE value IS NOT NULL"
        " DO UPDATE SET value = excluded.value RETURNING id",
        (tx.new_id(), group_id, *identity, tx.now_ms, tx.now_ms),
    ).fetchone()
    return str(row["id"])


def see(
    tx: Tx,
    group_id: str,
    name: str | None,
    identity: Identity | None,
    *,
    is_admin: bool | None = None,
) -> str:
    """Somebody was seen in the group; the id of the member."""
    row = _known(tx.conn, group_id, name, identity)
    value, scheme = identity or (None, None)
    if row is None:
        member_id = tx.new_id()
        tx.conn.execute(
            "INSERT INTO group_member (id, group_id, name, value, scheme, is_admin, created_ms)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (member_id, group_id, name, value, scheme, int(is_admin or False), tx.now_ms),
        )
        return member_id
    tx.conn.execute(
        "UPDATE group_member SET name = coalesce(?, name), is_admin = coalesce(?, is_admin),"
        " value = coalesce(?, value), scheme = coalesce(?, scheme), asked_ms = NULL,"
        " invited_ms = NULL WHERE id = ?",
        (name, None if is_admin is None else int(is_admin), value, scheme, row["id"]),
    )
    return str(row["id"])


def drop_member(tx: Tx, member_id: str) -> None:
    tx.conn.execute("DELETE FROM group_member WHERE id = ?", (member_id,))


def invited(tx: Tx, member_id: str) -> None:
    """WhatsApp's invitation is with them; they come when they accept it."""
    tx.conn.execute("UPDATE group_member SET invited_ms = ? WHERE id = ?", (tx.now_ms, member_id))


def stopped(tx: Tx, member_id: str) -> None:
    """They wrote STOP in the group; it binds until they are out of it."""
    tx.conn.execute(
        "UPDATE group_member SET stopped_ms = coalesce(stopped_ms, ?) WHERE id = ?",
        (tx.now_ms, member_id),
    )


def starts_again(tx: Tx, member_id: str) -> bool:
    """Whether they had written STOP in the group: it binds no more."""
    found = tx.conn.execute(
        "UPDATE group_member SET stopped_ms = NULL"
        " WHERE id = ? AND stopped_ms IS NOT NULL AND value IS NOT NULL RETURNING 1",
        (member_id,),
    )
    return found.fetchone() is not None


def set_guard(tx: Tx, group_id: str, *, on: bool, name: str | None, picture: str | None) -> None:
    tx.conn.execute(
        "UPDATE chat_group SET guards = ?, guarded_name = ?, guarded_picture = ? WHERE id = ?",
        (int(on), name, picture, group_id),
    )


def show_picture(tx: Tx, group_id: str, picture: str | None, *, at_ms: int) -> None:
    """`picture` None: somebody else's."""
    tx.conn.execute(
        "UPDATE chat_group SET picture = ?, picture_ms = ? WHERE id = ?",
        (picture, at_ms, group_id),
    )


def note(
    tx: Tx,
    group: ChatGroup,
    what: str,
    *,
    by: str | None,
    before: str | None,
    after: str | None,
    put_back: bool = False,
) -> None:
    """One line of its journal, with its event."""
    tx.conn.execute(
        "INSERT INTO group_journal (id, group_id, at_ms, what, by_whom, before, after, put_back)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (tx.new_id(), group.id, tx.now_ms, what, by, before, after, int(put_back)),
    )
    tell(tx, group, what=what, put_back=put_back)


def tell(tx: Tx, group: ChatGroup, **facts: object) -> None:
    """The event that something about the group is other now."""
    tx.emit(
        EventKind.GROUP_CHANGED,
        line_id=group.line_id,
        conversation_id=conversation_id(tx.conn, group.id),
        facts={"group": group.id, **facts},
    )


def conversation_id(conn: sqlite3.Connection, group_id: str) -> str | None:
    row = conn.execute("SELECT id FROM conversation WHERE group_id = ?", (group_id,)).fetchone()
    return row and str(row["id"])


def _known(
    conn: sqlite3.Connection, group_id: str, name: str | None, identity: Identity | None
) -> sqlite3.Row | None:
    """By identity, else by the name alone; of several people with one name the first."""
    row: sqlite3.Row | None = None
    if identity is not None:
        row = conn.execute(_BY_IDENTITY, (group_id, *identity)).fetchone()
    return row or conn.execute(_BY_NAME, (group_id, name, identity is None)).fetchone()


_BY_IDENTITY = "SELECT id FROM group_member WHERE group_id = ? AND value = ? AND scheme = ?"
_BY_NAME = """
SELECT id FROM group_member WHERE group_id = ? AND name = ? AND (value IS NULL OR ?)
ORDER BY id LIMIT 1
"""


def _group(row: sqlite3.Row) -> ChatGroup:
    return ChatGroup(**{**dict(row), "guards": bool(row["guards"])})


def _member(row: sqlite3.Row) -> GroupMember:
    return GroupMember(
        id=row["id"],
        name=row["called"],
        shown=row["name"],
        identity=identity_of(row) if row["value"] is not None else None,
        contact_id=row["contact_id"],
        is_admin=bool(row["is_admin"]),
        asked=bool(row["asked"]),
        stopped=bool(row["stopped"]),
        invited_ms=row["invited_ms"],
    )
