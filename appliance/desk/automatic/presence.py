"""Who could answer on a line now: who is logged in, and who is on duty."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.access.rights import Permission


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDuty:
    """`who` is as the roster says it, and `name` the colleague who is meant, where that is plain;
    `ends_ms` is when their shift ends.
    """

    who: str
    staff_id: str | None
    name: str | None
    ends_ms: int

    @property
    def shown(self) -> str:
        return self.name or self.who


def is_there(conn: sqlite3.Connection, line_id: str, branch_id: str, now_ms: int) -> bool:
    """Whether somebody who may answer is logged in. Where the roster names colleagues for now,
    only they count: a browser that somebody left open over night answers nobody.
    """
    present = logged_in(conn, branch_id, now_ms)
    wanted = {each.staff_id for each in on_duty(conn, line_id, now_ms)} - {None}
    return not present.isdisjoint(wanted) if wanted else bool(present)


def logged_in(conn: sqlite3.Connection, branch_id: str, now_ms: int) -> frozenset[str | None]:
    """The ids of colleagues who may answer in the branch and are logged in somewhere, without those
    who said that they are away.
    """
    about = {"right": Permission.INBOX_WRITE.value, "branch": branch_id, "now": now_ms}
    return frozenset(row["staff_id"] for row in conn.execute(_LOGGED_IN, about))


def on_duty(conn: sqlite3.Connection, line_id: str, at_ms: int) -> Sequence[OnDuty]:
    """Those of this time who are not away, each once, who is on duty longest first."""
    rows = conn.execute(_ON_DUTY, {"line": line_id, "at": at_ms})
    return [OnDuty(**dict(row)) for row in rows]


_LOGGED_IN = """
SELECT DISTINCT session.staff_id FROM session JOIN staff ON staff.id = session.staff_id
JOIN staff_grant g ON g.staff_id = staff.id AND g.permission = :right
  AND (g.branch_id IS NULL OR g.branch_id = :branch)
WHERE session.expires_ms > :now AND staff.disabled_ms IS NULL
AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.staff_id = staff.id AND a.until_ms > :now)
"""
# A shift that lasts longer than a month is none, so few rows are read.
_ON_DUTY = """
SELECT d.who, staff.id AS staff_id, staff.name, max(d.ends_ms) AS ends_ms
FROM duty_shift d INDEXED BY duty_shift_line
LEFT JOIN staff ON staff.id = d.staff_id AND staff.disabled_ms IS NULL
WHERE d.line_id = :line AND d.ends_ms > :at AND d.ends_ms <= :at + 2678400000
  AND d.starts_ms <= :at
  AND NOT EXISTS (SELECT 1 FROM absence a WHERE a.staff_id = staff.id AND a.until_ms > :at)
GROUP BY coalesce(staff.id, d.who) ORDER BY 4 DESC, 1
"""
