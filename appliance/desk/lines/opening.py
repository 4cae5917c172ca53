"""The opening hours of a branch as other software reads and sets them."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.desk.access.sight import Sight
from appliance.errors import InvalidInput
from appliance.store import branch_settings, branches
from appliance.store.opening_hours import Week
from appliance.store.store import Tx

_INSIDE = {"weekdays": "week"}
_OUTSIDE = {inside: outside for outside, inside in _INSIDE.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursShown:
    """`weekdays` by ISO digit; `holidays` None: no public holidays are kept."""

    zone: str
    weekdays: Week
    holidays: str | None
    exceptions: Sequence[Mapping[str, Any]]


def of_branch(conn: sqlite3.Connection, sight: Sight, name: str) -> HoursShown:
    """Raises NotFound."""
    said = branches.branch(conn, sight.branch_id(conn, name)).settings
    return HoursShown(
        zone=said.zone,
        weekdays=said.open_week,
        holidays=said.holidays or None,
        exceptions=[each.model_dump() for each in said.exceptions],
    )


def change(tx: Tx, branch_id: str, patch: Mapping[str, Any], *, by: str) -> None:
    """`patch` has names of `HoursShown`; `by` as in `kept_settings.tell`. Raises InvalidInput."""
    said = {_INSIDE.get(name, name): value for name, value in patch.items()}
    if "holidays" in said:
        said["holidays"] = said["holidays"] or ""
    try:
        branch_settings.change(tx, branch_id, said, by=by)
    except InvalidInput as exc:
        raise InvalidInput(_OUTSIDE.get(exc.field, exc.field), exc.sentence) from exc
