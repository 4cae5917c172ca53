"""Several conversations that somebody has chosen: who may have all of them, and their labels."""

import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar

from appliance.desk.access.rights import Rights
from appliance.desk.inbox.directory import Colleague
from appliance.desk.team import bulk, labels
from appliance.desk.team.labels import Label
from appliance.desk.team.shown_case import colleagues
from appliance.store import casework

_Named = TypeVar("_Named", Colleague, Label)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenLabel:
    """`on` None: some of them have it."""

    label: Label
    on: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenCases:
    """`colleagues` may have each of them; `labels` each of them may have."""

    count: int
    colleagues: Sequence[Colleague]
    labels: Sequence[ChosenLabel]


def chosen_cases(conn: sqlite3.Connection, rights: Rights, ids: Sequence[str]) -> ChosenCases:
    """Of those in which this person may write."""
    found = list(bulk.writable(conn, rights, ids))
    cases = [casework.of(conn, each.id) for each in found]
    able = [colleagues(conn, each) for each in cases]
    known = [labels.of_branch(conn, each) for each in {case.branch_id for case in cases}]
    on = [{label.id for label in labels.on(conn, each.id)} for each in found]
    return ChosenCases(
        count=len(found),
        colleagues=_in_all(able),
        labels=[ChosenLabel(label=each, on=_all_or_none(each.id, on)) for each in _in_all(known)],
    )


def _in_all(lists: Sequence[Sequence[_Named]]) -> Sequence[_Named]:
    """As the first of them has them in order."""
    first, *others = lists or [()]
    ids = [{each.id for each in other} for other in others]
    return [each for each in first if all(each.id in other for other in ids)]


def _all_or_none(label_id: str, on: Sequence[Collection[str]]) -> bool | None:
    count = sum(label_id in each for each in on)
    return None if 0 < count < len(on) else count > 0
