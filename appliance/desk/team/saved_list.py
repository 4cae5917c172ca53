"""The conversations of a saved view, as the inbox lists them."""

import sqlite3

from appliance.desk.access.sight import Sight
from appliance.desk.inbox import overview
from appliance.desk.inbox.directory import Page
from appliance.desk.inbox.overview import ListPage
from appliance.desk.inbox.selection import Selection, Sort, selected_ids
from appliance.desk.team.saved_views import SavedView
from appliance.desk.team.staff import colleague_named, member_of
from appliance.errors import InvalidInput, NotFound

NOBODY = "nobody"


def saved_list(
    conn: sqlite3.Connection,
    sight: Sight,
    staff_id: str,
    view: SavedView,
    *,
    line_id: str = "",
    limit: int = overview.PAGE,
) -> ListPage:
    """`line_id`: that number instead of the view's own. Without rows where the view names a number
    or a colleague that is gone.
    """
    try:
        wanted = _selection(conn, sight, view, line_id, limit + 1)
    except (NotFound, InvalidInput):
        return ListPage(rows=(), more=False)
    ids = selected_ids(conn, sight, wanted)
    by_id = overview.rows_of(conn, staff_id, ids[:limit])
    shown = [by_id[each] for each in ids[:limit] if each in by_id]
    return ListPage(rows=shown, more=len(ids) > limit)


def names_former(conn: sqlite3.Connection, view: SavedView) -> bool:
    """Whether it names a colleague who is not here any more."""
    try:
        staff_id = _assignee(conn, view.filter.get("assignee"))
    except InvalidInput:
        return True
    member = member_of(conn, staff_id) if staff_id else None
    return member is not None and member.disabled


def _selection(
    conn: sqlite3.Connection, sight: Sight, view: SavedView, line_id: str, limit: int
) -> Selection:
    """Raises NotFound and InvalidInput."""
    kept = view.filter
    line = line_id or kept.get("line")
    return Selection(
        page=Page(limit=limit),
        line_id=sight.line(conn, line).id if line else None,
        state=kept.get("state"),
        assignee_id=_assignee(conn, kept.get("assignee")),
        label=kept.get("label"),
        waiting=bool(kept.get("waiting")),
        sort=Sort(kept.get("sort") or Sort.RECENT.value),
    )


def _assignee(conn: sqlite3.Connection, named: str | None) -> str | None:
    if named is None or named == NOBODY:
        return None if named is None else ""
    return colleague_named(conn, named, field="assignee")
