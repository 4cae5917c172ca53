"""How many wait too long in a branch, and whether a colleague is to be mailed of it now."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from appliance.desk.access.rights import Permission, branches_with, rights_of
from appliance.desk.notices.mail_choices import MailPace, choice_of
from appliance.queue.office_hours import hours_of
from appliance.store import mail_notices
from appliance.store.branches import Branch

GATHER_MS = 10 * 60_000
"""Between two mails of one branch to somebody who wants them at once."""
HOUR_MS = 3_600_000
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BranchWaits:
    """`over` have waited longer than the branch's target, the first of them since `oldest_ms`."""

    branch: Branch
    over: int
    oldest_ms: int


def waits_to_tell(conn: sqlite3.Connection, staff_id: str, now_ms: int) -> Sequence[BranchWaits]:
    """Of the branches that this person leads and wants to be mailed of, while they are open."""
    choice, rights = choice_of(conn, staff_id), rights_of(conn, staff_id)
    found = []
    for branch in branches_with(conn, rights, Permission.REPORT_READ):
        pace = choice.of(branch.id)
        if pace is MailPace.OFF or not hours_of(branch).is_open(now_ms):
            continue
        told_ms = mail_notices.told_ms(conn, staff_id, branch.id)
        waits = _over(conn, branch, pace, told_ms, now_ms)
        if waits is not None:
            found.append(waits)
    return found


def _over(
    conn: sqlite3.Connection, branch: Branch, pace: MailPace, told_ms: int, now_ms: int
) -> BranchWaits | None:
    target_ms = branch.settings.answer_within_min * _MINUTE_MS
    row = conn.execute(_OVER, (branch.id, now_ms - target_ms)).fetchone()
    if not row["over"] or not _is_due(branch, pace, told_ms, row["newest"] + target_ms, now_ms):
        return None
    return BranchWaits(branch=branch, over=row["over"], oldest_ms=row["oldest"])


def _is_due(branch: Branch, pace: MailPace, told_ms: int, news_ms: int, now_ms: int) -> bool:
    """`news_ms` is when the last of them had waited too long."""
    since_ms = now_ms - told_ms
    if pace is MailPace.NOW:
        return news_ms > told_ms and since_ms >= GATHER_MS
    if pace is MailPace.HOURLY:
        return since_ms >= HOUR_MS
    return is_new_day(branch.settings.zone, told_ms, now_ms)


def is_new_day(zone: str, told_ms: int, now_ms: int) -> bool:
    """Whether nothing was told today yet, by the calendar there."""
    days = [
        datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date()
        for at_ms in (told_ms, now_ms)
    ]
    return days[0] < days[1]


_OVER = """
SELECT count(*) AS over, min(c.waiting_ms) AS oldest, max(c.waiting_ms) AS newest
FROM line CROSS JOIN conversation c INDEXED BY conversation_waiting ON c.line_id = line.id
LEFT JOIN casework w ON w.conversation_id = c.id
WHERE line.branch_id = ? AND c.waiting_ms <= ? AND w.returns IS NULL
"""
