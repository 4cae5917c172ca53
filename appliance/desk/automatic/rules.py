"""The rules of a line as pages and other software read and set them."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from appliance.desk.access.sight import Sight
from appliance.desk.automatic import texts
from appliance.store import kept_settings, line_rules
from appliance.store.line_rules import LineRules
from appliance.store.store import Tx

TEXTS = ("welcome", "outside_hours", "nobody_logged_in", "all_busy")
"""Those of them that say something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesShown:
    """Each rule as JSON has it."""

    welcome: Mapping[str, Any]
    outside_hours: Mapping[str, Any]
    nobody_logged_in: Mapping[str, Any]
    all_busy: Mapping[str, Any]
    every_hours: int


def of_line(conn: sqlite3.Connection, sight: Sight, name: str) -> RulesShown:
    """Raises NotFound."""
    return RulesShown(**kept_settings.facts(sight.line(conn, name).rules))


def change(tx: Tx, line_id: str, now: LineRules, patch: Mapping[str, Any], *, by: str) -> None:
    """What is left out of a rule stays as it is. Raises InvalidInput."""
    said = dict(patch)
    for name in TEXTS:
        if name in said:
            texts.checked(said[name].get("variants", ()), name)
            said[name] = {**getattr(now, name).model_dump(), **said[name]}
    line_rules.change(tx, line_id, said, by=by)
