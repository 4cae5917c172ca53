"""The lists of a branch: named sets of people, chosen one by one or found by a rule."""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from appliance.characters import clean_name
from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.lists import rules
from appliance.desk.lists.rules import ListRule
from appliance.desk.outgoing.lists import MAX_RECIPIENTS
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.events import EventKind
from appliance.reasons import Reason
from appliance.store import contacts
from appliance.store.store import Tx

MAX_NAME = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedList:
    """`rule` None: its people were chosen."""

    id: str
    name: str
    branch_id: str
    branch_name: str
    rule: ListRule | None
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """None: as it is. A list has people or a rule: who gives one takes the other away."""

    name: str | None = None
    members: Sequence[str] | None = None
    rule: ListRule | None = None


def listed(conn: sqlite3.Connection, sight: Sight, page: Page) -> Sequence[SavedList]:
    """Those of the branches in sight, by id."""
    values = {"branches": sight.json, "after": page.after.lower(), "limit": page.limit}
    rows = conn.execute(f"{_SEEN} AND l.id > :after ORDER BY l.id LIMIT :limit", values)
    return [_saved(row) for row in rows]


def every(conn: sqlite3.Connection, sight: Sight) -> Sequence[SavedList]:
    """Those of the branches in sight, by name."""
    rows = conn.execute(f"{_SEEN} ORDER BY l.name, l.id", {"branches": sight.json})
    return [_saved(row) for row in rows]


def one(conn: sqlite3.Connection, sight: Sight, list_id: str) -> SavedList:
    """Raises NotFound."""
    values = {"branches": sight.json, "id": list_id.lower()}
    row = conn.execute(f"{_SEEN} AND l.id = :id", values).fetchone()
    if row is None:
        raise NotFound("list")
    return _saved(row)


def people_of(
    conn: sqlite3.Connection, sight: Sight, found: SavedList, *, now_ms: int
) -> Sequence[str]:
    """The ids of the contacts who are in the list now and whom this reader may see.

    Each once, in the order in which they were chosen; those whom a rule finds by name.
    """
    if found.rule is not None:
        return rules.found(conn, sight, found.rule, found.branch_id, now_ms=now_ms)
    ids = _members(conn, found.id)
    seen = set(sight.seen_contacts(conn, ids))
    return [each for each in ids if each in seen]


def members_named(conn: sqlite3.Connection, sight: Sight, names: Iterable[str]) -> Sequence[str]:
    """The ids of people who are named by id or number, each once. Raises NotFound, InvalidInput."""
    ids = list(dict.fromkeys(sight.contact(conn, name).id for name in names))
    if len(ids) > MAX_RECIPIENTS:
        raise InvalidInput("members", f"A list has at most {MAX_RECIPIENTS} people.")
    return ids


def add(
    tx: Tx,
    sight: Sight,
    by: Author,
    *,
    name: str,
    branch_id: str,
    members: Sequence[str] = (),
    rule: ListRule | None = None,
) -> str:
    """`members` are ids of contacts. Raises InvalidInput, NotFound, or Refused for the name."""
    name = _free_name(tx, name, branch_id)
    kept = rules.checked(tx.conn, sight, rule, branch_id).as_json if rule else None
    list_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO list (id, branch_id, name, rule, created_ms) VALUES (?, ?, ?, ?, ?)",
        (list_id, branch_id, name, kept, tx.now_ms),
    )
    if rule is None:
        _put_members(tx, list_id, members)
    _tell(tx, branch_id, list_id, "added", by)
    return list_id


def change(tx: Tx, sight: Sight, by: Author, found: SavedList, wanted: ListChange) -> None:
    """Raises what `add` does. People whom the author does not see stay in the list."""
    if wanted.name is not None:
        name = _free_name(tx, wanted.name, found.branch_id, but=found.id)
        tx.conn.execute("UPDATE list SET name = ? WHERE id = ?", (name, found.id))
    if wanted.rule is not None:
        kept = rules.checked(tx.conn, sight, wanted.rule, found.branch_id).as_json
        tx.conn.execute("UPDATE list SET rule = ? WHERE id = ?", (kept, found.id))
        tx.conn.execute("DELETE FROM list_member WHERE list_id = ?", (found.id,))
    elif wanted.members is not None:
        hidden = _hidden(tx.conn, sight, found.id)
        tx.conn.execute("UPDATE list SET rule = NULL WHERE id = ?", (found.id,))
        _put_members(tx, found.id, [*wanted.members, *hidden])
    _tell(tx, found.branch_id, found.id, "changed", by)


def remove(tx: Tx, by: Author, found: SavedList) -> None:
    """What was sent to it stays, and so does what still waits."""
    tx.conn.execute("UPDATE list SET removed_ms = ? WHERE id = ?", (tx.now_ms, found.id))
    _tell(tx, found.branch_id, found.id, "removed", by)


def _members(conn: sqlite3.Connection, list_id: str) -> Sequence[str]:
    """Whoever was joined into somebody else is that one. Who was erased is nobody."""
    rows = conn.execute(_MEMBERS, (list_id,)).fetchall()
    now = contacts.joined(conn, [row["id"] for row in rows if row["joined_into"]])
    ids = (now.get(row["id"]) if row["joined_into"] else row["id"] for row in rows)
    return [each for each in dict.fromkeys(ids) if each is not None]


def _hidden(conn: sqlite3.Connection, sight: Sight, list_id: str) -> Sequence[str]:
    ids = _members(conn, list_id)
    seen = set(sight.seen_contacts(conn, ids))
    return [each for each in ids if each not in seen]


def _put_members(tx: Tx, list_id: str, members: Sequence[str]) -> None:
    tx.conn.execute("DELETE FROM list_member WHERE list_id = ?", (list_id,))
    tx.conn.executemany(
        "INSERT INTO list_member (list_id, position, contact_id) VALUES (?, ?, ?)",
        [(list_id, place, each) for place, each in enumerate(dict.fromkeys(members))],
    )


def _free_name(tx: Tx, name: str, branch_id: str, *, but: str = "") -> str:
    name = clean_name(name) or ""
    if not name or len(name) > MAX_NAME:
        raise InvalidInput("name", f"A list has a name of 1 to {MAX_NAME} characters.")
    taken = tx.conn.execute(
        "SELECT 1 FROM list WHERE branch_id = ? AND name = ? AND removed_ms IS NULL AND id <> ?",
        (branch_id, name, but),
    ).fetchone()
    if taken:
        raise Refused(Reason.NAME_TAKEN, f"There is a list “{name}” already.")
    return name


def _saved(row: sqlite3.Row) -> SavedList:
    return SavedList(
        id=row["id"],
        name=row["name"],
        branch_id=row["branch_id"],
        branch_name=row["branch_name"],
        rule=ListRule.kept(row["rule"]) if row["rule"] else None,
        created_ms=row["created_ms"],
    )


def _tell(tx: Tx, branch_id: str, list_id: str, what: str, by: Author) -> None:
    facts = {"list": list_id, "what": what}
    if by.token_id is not None:
        facts["token"] = by.token_id
    tx.emit(EventKind.LIST_CHANGED, branch_id=branch_id, staff_id=by.staff_id, facts=facts)


_SEEN = """
SELECT l.*, b.name AS branch_name FROM list l JOIN branch b ON b.id = l.branch_id
WHERE l.removed_ms IS NULL
AND (:branches IS NULL OR l.branch_id IN (SELECT value FROM json_each(:branches)))
"""
_MEMBERS = """
SELECT k.id, k.joined_into FROM list_member m JOIN contact k ON k.id = m.contact_id
WHERE m.list_id = ? ORDER BY m.position
"""
