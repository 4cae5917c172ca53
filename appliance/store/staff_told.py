"""Colleagues with their rights, as a head office tells a box of them."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from typing import Any

_GRANTS = """
SELECT s.id, s.name, s.language, s.disabled_ms IS NOT NULL AS disabled, g.permission,
  g.branch_id AS branch, g.role
FROM staff s JOIN staff_grant g ON g.staff_id = s.id
WHERE g.branch_id IS NULL OR g.branch_id IN (SELECT value FROM json_each(?))
ORDER BY s.id, g.permission, g.branch_id
"""


def with_rights(conn: sqlite3.Connection, branch_ids: Collection[str]) -> Sequence[dict[str, Any]]:
    """Who may do something in one of these branches or everywhere, and nothing of other branches;
    the same each time while nothing changes.
    """
    found: dict[str, dict[str, Any]] = {}
    for row in conn.execute(_GRANTS, (json.dumps(list(branch_ids)),)):
        told = found.setdefault(
            row["id"],
            {
                "id": row["id"],
                "name": row["name"],
                "language": row["language"],
                "disabled": bool(row["disabled"]),
                "grants": [],
            },
        )
        told["grants"].append({name: row[name] for name in ("permission", "branch", "role")})
    return list(found.values())
