"""Conversations that a program asks for by what the team does with them, in the order it wants.

Each line is asked in the order of an index, from behind the last conversation of the page before.
Where there can be only few (of one colleague, with one label, done), these are sorted instead.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from enum import Enum
from heapq import merge
from itertools import islice
from typing import Any

from appliance.desk.access.group_limits import HIDDEN
from appliance.desk.access.sight import IN_SIGHT, Sight
from appliance.desk.inbox.directory import ConversationEntry, Page, entries


class Sort(Enum):
    #: By id, as they began.
    BEGUN = "begun"
    RECENT = "recent"
    #: The longest wait first; who waits for nothing is left out.
    WAITING = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """None: whatever it is. `assignee_id` empty: nobody has it."""

    page: Page
    line_id: str | None = None
    contact_id: str | None = None
    state: str | None = None
    assignee_id: str | None = None
    label: str | None = None
    waiting: bool = False
    sort: Sort = Sort.BEGUN

    @property
    def limit(self) -> int:
        return self.page.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class _Order:
    """`place` is a number; who has the greater one comes first where it is `descending`."""

    place: str
    behind: str
    by: str
    indexes: Sequence[str]
    descending: bool = True


def selected(
    conn: sqlite3.Connection, sight: Sight, wanted: Selection
) -> Sequence[ConversationEntry]:
    ids = selected_ids(conn, sight, wanted)
    by_id = {each.id: each for each in entries(conn, sight, ids)}
    return [by_id[each] for each in ids if each in by_id]


def selected_ids(conn: sqlite3.Connection, sight: Sight, wanted: Selection) -> Sequence[str]:
    """In the order that is wanted."""
    order = _ORDERS[wanted.sort]
    lines = _values(conn, sight, wanted, order)
    asks = [(statement, each) for statement in _statements(wanted, order) for each in lines]
    with ExitStack() as stack:
        asked = [stack.enter_context(closing(conn.execute(*each))) for each in asks]
        found = merge(*asked, key=lambda row: (row["place"], row["id"]), reverse=order.descending)
        return [row["id"] for row in islice(found, wanted.limit)]


def _statements(wanted: Selection, order: _Order) -> Iterator[str]:
    """One for each place where such conversations stand."""
    few = _few(wanted)
    sources = [few] if few else [_ALL.format(index=index) for index in order.indexes]
    conditions = " AND ".join(_conditions(wanted, order))
    for source in sources:
        groups = " AND c.group_id IS NOT NULL" if "conversation_groups" in source else ""
        people = " AND c.group_id IS NULL" if "conversation_latest" in source else ""
        yield (
            f"SELECT c.id, {order.place} AS place FROM {source} WHERE c.line_id = :line"  # noqa: S608 -- our own words
            f" AND {conditions}{groups}{people} ORDER BY {order.by} LIMIT :limit"
        )


def _few(wanted: Selection) -> str | None:
    if wanted.contact_id is not None:
        return f"conversation c INDEXED BY conversation_contact {_WORK}"
    if wanted.assignee_id:
        return _FEW.format(index="casework_mine", which="w.assignee_id = :assignee")
    if wanted.label is not None:
        return _LABELLED
    if wanted.state == "done":
        return _FEW.format(index="casework_done", which="w.done_ms IS NOT NULL")
    return None


def _conditions(wanted: Selection, order: _Order) -> Iterator[str]:
    yield order.behind if wanted.page.after else "1"
    yield f"c.id NOT IN {HIDDEN}"
    if wanted.contact_id is not None:
        yield "c.contact_id = :contact"
    if wanted.state is not None:
        yield "w.done_ms IS NOT NULL" if wanted.state == "done" else "w.done_ms IS NULL"
    if wanted.waiting or wanted.sort is Sort.WAITING:
        yield "c.waiting_ms IS NOT NULL AND w.returns IS NULL"
    if wanted.label is not None:
        yield f"c.id IN ({_WITH_LABEL})"
    if wanted.assignee_id is not None:
        yield "w.assignee_id = :assignee" if wanted.assignee_id else "w.assignee_id IS NULL"


def _values(
    conn: sqlite3.Connection, sight: Sight, wanted: Selection, order: _Order
) -> Sequence[Mapping[str, Any]]:
    """What each line in sight is asked with."""
    after = wanted.page.after.lower()
    last = conn.execute(f"SELECT {order.place} AS place FROM conversation c WHERE id = ?", (after,))  # noqa: S608 -- our own words
    place = last.fetchone()
    lines = conn.execute(_LINES, {"line": wanted.line_id, "branches": sight.json}).fetchall()
    about = {
        "after": after,
        "place": place["place"] if place else None,
        "contact": wanted.contact_id,
        "assignee": wanted.assignee_id,
        "label": wanted.label,
        "limit": wanted.limit,
        "hidden": sight.hidden_json,
    }
    return [{**about, "line": row["id"]} for row in lines]


_ORDERS = {
    Sort.BEGUN: _Order(
        place="0",
        behind="c.id > :after",
        by="c.id",
        indexes=("conversation_listed",),
        descending=False,
    ),
    Sort.RECENT: _Order(
        place="c.last_ms",
        behind="(c.last_ms, c.id) < (:place, :after)",
        by="c.last_ms DESC, c.id DESC",
        indexes=("conversation_latest", "conversation_groups"),
    ),
    Sort.WAITING: _Order(
        place="-c.waiting_ms",
        behind="(c.waiting_ms > -:place OR c.waiting_ms = -:place AND c.id < :after)",
        by="c.waiting_ms, c.id DESC",
        indexes=("conversation_waiting",),
    ),
}

_LINES = f"SELECT id FROM line WHERE (:line IS NULL OR id = :line) AND {IN_SIGHT}"  # noqa: S608 -- our own condition
_WORK = "LEFT JOIN casework w ON w.conversation_id = c.id"
_ALL = f"conversation c INDEXED BY {{index}} {_WORK}"
_FEW = """(SELECT conversation_id, assignee_id, done_ms, returns
  FROM casework w INDEXED BY {index} WHERE w.line_id = :line AND {which}) w
CROSS JOIN conversation c ON c.id = w.conversation_id"""
_WITH_LABEL = """SELECT of.conversation_id FROM label CROSS JOIN conversation_label of
  INDEXED BY conversation_label_of ON of.label_id = label.id WHERE label.name = :label"""
_LABELLED = f"""(SELECT DISTINCT conversation_id FROM ({_WITH_LABEL})) labelled
CROSS JOIN conversation c ON c.id = labelled.conversation_id {_WORK}"""  # noqa: S608 -- our own words
