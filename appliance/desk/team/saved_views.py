"""Saved views: lists of conversations that somebody wants again, their own or shared."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.characters import clean_name
from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput, NotFound
from appliance.events import EventKind
from appliance.store.store import Tx

MAX_NAME = 60
_NOBODY = Author()


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """`filter` holds what the list of conversations takes: `state`, `label`, `sort`, …."""

    id: str
    name: str
    shared: bool
    filter: Mapping[str, Any]
    branch_id: str | None
    created_ms: int

    @property
    def search(self) -> str:
        """What is searched for, where it is a search and no list of conversations."""
        return str(self.filter.get("q") or "")


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewChange:
    """None: as it is."""

    name: str | None = None
    shared: bool | None = None
    filter: Mapping[str, Any] | None = None


def listed(conn: sqlite3.Connection, sight: Sight, of: Author, page: Page) -> Sequence[SavedView]:
    """The shared ones in sight, and one's own."""
    values = {**_about(sight, of), "after": page.after.lower(), "limit": page.limit}
    rows = conn.execute(f"{_SEEN} AND id > :after ORDER BY id LIMIT :limit", values)
    return [_view(row) for row in rows]


def one(conn: sqlite3.Connection, sight: Sight, of: Author, view_id: str) -> SavedView:
    """Raises NotFound."""
    values = {**_about(sight, of), "id": view_id.lower()}
    row = conn.execute(f"{_SEEN} AND id = :id", values).fetchone()
    if row is None:
        raise NotFound("view")
    return _view(row)


def changeable(conn: sqlite3.Connection, sight: Sight, of: Author, view_id: str) -> SavedView:
    """One's own, or a shared one of a branch in sight; that of all branches is changed by its maker
    and by who sees all of them. Raises NotFound.
    """
    view = one(conn, sight, of, view_id)
    if not may_change(conn, sight, of, view):
        raise NotFound("view")
    return view


def may_change(conn: sqlite3.Connection, sight: Sight, of: Author, view: SavedView) -> bool:
    return not view.shared or sight.sees_branch(view.branch_id) or _is_own(conn, of, view.id)


def add(
    tx: Tx,
    of: Author,
    *,
    name: str,
    shared: bool,
    filters: Mapping[str, Any],
    branch_id: str | None,
) -> str:
    """Raises InvalidInput for the name."""
    view_id = tx.new_id()
    tx.conn.execute(
        "INSERT INTO saved_view (id, branch_id, name, shared, filter, staff_id, token_id,"
        " created_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            view_id,
            branch_id,
            _clean(name),
            int(shared),
            json.dumps(dict(filters)),
            of.staff_id,
            of.token_id,
            tx.now_ms,
        ),
    )
    facts = {"view": view_id, "what": "added"}
    tx.emit(EventKind.VIEW_CHANGED, branch_id=branch_id, staff_id=of.staff_id, facts=facts)
    return view_id


def change(tx: Tx, view: SavedView, wanted: ViewChange, *, by: Author = _NOBODY) -> None:
    """Raises InvalidInput for the name."""
    tx.conn.execute(
        "UPDATE saved_view SET name = ?, shared = ?, filter = ? WHERE id = ?",
        (
            view.name if wanted.name is None else _clean(wanted.name),
            int(view.shared if wanted.shared is None else wanted.shared),
            json.dumps(dict(view.filter if wanted.filter is None else wanted.filter)),
            view.id,
        ),
    )
    _tell(tx, view, "changed", by)


def remove(tx: Tx, view: SavedView, *, by: Author = _NOBODY) -> None:
    tx.conn.execute("DELETE FROM saved_view WHERE id = ?", (view.id,))
    _tell(tx, view, "removed", by)


def follow_name(tx: Tx, was: str, name: str) -> None:
    """Views that name this colleague, as programs do, name them by their new name."""
    for row in tx.conn.execute(_NAMING).fetchall():
        kept = json.loads(row["filter"])
        if " ".join(kept["assignee"].split()).lower() == was.lower():
            now = json.dumps({**kept, "assignee": name})
            tx.conn.execute("UPDATE saved_view SET filter = ? WHERE id = ?", (now, row["id"]))


def _is_own(conn: sqlite3.Connection, of: Author, view_id: str) -> bool:
    found = conn.execute(
        "SELECT 1 FROM saved_view WHERE id = ? AND (staff_id = ? OR token_id = ?)",
        (view_id.lower(), of.staff_id, of.token_id),
    )
    return found.fetchone() is not None


def _about(sight: Sight, of: Author) -> dict[str, str | None]:
    return {"branches": sight.json, "staff": of.staff_id, "token": of.token_id}


def _view(row: sqlite3.Row) -> SavedView:
    return SavedView(
        id=row["id"],
        name=row["name"],
        shared=bool(row["shared"]),
        filter=json.loads(row["filter"]),
        branch_id=row["branch_id"],
        created_ms=row["created_ms"],
    )


def _clean(name: str) -> str:
    name = clean_name(name) or ""
    if not 1 <= len(name) <= MAX_NAME:
        raise InvalidInput("name", f"A view has a name of 1 to {MAX_NAME} characters.")
    return name


def _tell(tx: Tx, view: SavedView, what: str, by: Author) -> None:
    facts = {"view": view.id, "what": what}
    tx.emit(EventKind.VIEW_CHANGED, branch_id=view.branch_id, staff_id=by.staff_id, facts=facts)


_NAMING = "SELECT id, filter FROM saved_view WHERE filter ->> 'assignee' IS NOT NULL"
_SEEN = """
SELECT * FROM saved_view WHERE (staff_id = :staff OR token_id = :token OR shared AND (
  :branches IS NULL OR branch_id IS NULL
  OR branch_id IN (SELECT value FROM json_each(:branches))))
"""
