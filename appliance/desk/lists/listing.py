"""Lists as other software reads them: with their people, and the names in their rules."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.desk.access.sight import Sight
from appliance.desk.inbox.directory import Page
from appliance.desk.lists import saved_lists
from appliance.desk.lists.rules import ListRule
from appliance.desk.lists.saved_lists import SavedList
from appliance.desk.team import labels
from appliance.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEntry:
    """`members` None: a rule finds them. `count`: how many this reader finds in it now."""

    id: str
    name: str
    branch_id: str
    members: Sequence[str] | None
    rule: Mapping[str, Any] | None
    count: int
    created_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListsAsked:
    """A rule may ask for the days since somebody wrote: `now_ms` ends them."""

    page: Page
    now_ms: int

    @property
    def limit(self) -> int:
        return self.page.limit


@dataclass(frozen=True, slots=True, kw_only=True)
class ListAsked:
    id: str
    now_ms: int


def entries(conn: sqlite3.Connection, sight: Sight, asked: ListsAsked) -> Sequence[ListEntry]:
    found = saved_lists.listed(conn, sight, asked.page)
    return [_entry(conn, sight, each, asked.now_ms) for each in found]


def entry(conn: sqlite3.Connection, sight: Sight, asked: ListAsked) -> ListEntry:
    """Raises NotFound."""
    return _entry(conn, sight, saved_lists.one(conn, sight, asked.id), asked.now_ms)


def label_name(conn: sqlite3.Connection, sight: Sight, rule: ListRule) -> str | None:
    """The label that it asks for, by its id where it is gone; then it finds nobody."""
    if rule.label is None:
        return None
    try:
        return labels.one(conn, sight, rule.label).name
    except NotFound:
        return rule.label


def _entry(conn: sqlite3.Connection, sight: Sight, found: SavedList, now_ms: int) -> ListEntry:
    people = saved_lists.people_of(conn, sight, found, now_ms=now_ms)
    return ListEntry(
        id=found.id,
        name=found.name,
        branch_id=found.branch_id,
        members=people if found.rule is None else None,
        rule=_rule(conn, sight, found.rule) if found.rule else None,
        count=len(people),
        created_ms=found.created_ms,
    )


def _rule(conn: sqlite3.Connection, sight: Sight, rule: ListRule) -> Mapping[str, Any]:
    days = {"within_days": rule.within_days, "longer_ago_days": rule.longer_ago_days}
    return {
        "label": label_name(conn, sight, rule),
        "field": dict(rule.fields),
        "branch": rule.branch,
        "last_contact": days if any(days.values()) else None,
        "consent": rule.consent.value if rule.consent else None,
    }
