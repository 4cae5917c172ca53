"""What each line sent, and how near it came to what one person could: the ceilings of its pacing.

A day that is over is looked at once and kept; today is looked at when it is asked for. Ceilings
belong to a SIM, so colleagues and labels have counts alone.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from appliance.desk.reports import reading, sheets
from appliance.desk.reports.period import Period
from appliance.desk.reports.sheets import By, ReportQuery, Whom
from appliance.queue.profile import DEFAULT_PROFILE, Profile, profile_of
from appliance.queue.study.report import DaySends, WindowUse, sends_of_day
from appliance.store import branches, lines
from appliance.store.lines import Line
from appliance.store.store import Tx

_Day = tuple[Any, ...]
"""A row of `report_sends`, in the order of its columns."""
_WINDOWS = ("minute", "hour", "day")
_BITS = 16
_MASK = (1 << _BITS) - 1
LIVE_DAYS = 7
"""So many days that nobody has looked at yet are looked at for who asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendsEntry:
    """`windows` are the fullest minute, hour and day. Colleagues and labels have none, and of what
    they sent nobody says what were replies.
    """

    whom: Whom
    sent: int
    replies: int | None
    windows: Sequence[WindowUse] = ()


def sends(conn: sqlite3.Connection, query: ReportQuery, *, now_ms: int) -> Sequence[SendsEntry]:
    if query.by in (By.STAFF, By.LABEL):
        entries, _ = reading.volume(conn, query)
        return [SendsEntry(whom=each.whom, sent=each.went, replies=None) for each in entries]
    found: dict[str, _Fullest] = {}
    for line_id, step, *figures in _steps(conn, query, now_ms):
        found.setdefault(step if query.by is By.TIME else line_id, _Fullest()).add(figures)
    return [
        found.get(whom.id or "", _Fullest()).entry(whom)
        for whom in sheets.named(conn, query, found)
    ]


def has_next_day(conn: sqlite3.Connection, now_ms: int) -> bool:
    """Whether `keep_next_day` has something to do."""
    day = _next_day(conn)
    return day is not None and _is_over(conn, day, now_ms)


def keep_next_day(tx: Tx) -> bool:
    """Looks at the next day that is over everywhere; False when there is none."""
    conn, day = tx.conn, _next_day(tx.conn)
    if day is None or not _is_over(conn, day, tx.now_ms):
        return False
    conn.executemany(_KEEP, _look(conn, day))
    conn.execute("UPDATE report_house SET sends_day = ?", (day.isoformat(),))
    return True


class _Fullest:
    """Days put together: what left, and the fullest window of each length."""

    def __init__(self) -> None:
        self.sent = self.replies = 0
        self._uses = [0] * len(_WINDOWS)

    def add(self, figures: Sequence[int]) -> None:
        """What was sent and replied, and each window as `_USE` writes it."""
        sent, replies, *uses = figures
        self.sent += sent
        self.replies += replies
        self._uses = [max(pair) for pair in zip(self._uses, uses, strict=True)]

    def entry(self, whom: Whom) -> SendsEntry:
        windows = [
            WindowUse(window=name, most=use >> _BITS & _MASK, ceiling=use & _MASK)
            for name, use in zip(_WINDOWS, self._uses, strict=True)
            if use
        ]
        return SendsEntry(whom=whom, sent=self.sent, replies=self.replies, windows=windows)


def _steps(conn: sqlite3.Connection, query: ReportQuery, now_ms: int) -> Iterator[Sequence[Any]]:
    """A line and a step of the period, and what `_Fullest` adds."""
    period = query.period
    about = {"first": period.first.isoformat(), "last": period.last.isoformat()}
    step = sheets.STEPS[period.step] if query.by is By.TIME else "''"
    for line_id in query.line_ids:
        yield from conn.execute(_KEPT.format(step=step), {**about, "line": line_id})
    for day in _live_days(conn, period, now_ms):
        for line_id, _, sent, replies, *uses in _look(conn, day):
            if line_id in query.line_ids:
                written = map(_use, uses[::2], uses[1::2])
                yield (line_id, period.step_of(day), sent, replies, *written)


def _use(most: int, ceiling: int) -> int:
    """As `_USE`."""
    return (most * 1_000_000 // ceiling << 2 * _BITS) + (most << _BITS) + ceiling


def _is_over(conn: sqlite3.Connection, day: date, now_ms: int) -> bool:
    zones = {each.settings.zone for each in branches.branches(conn)}
    return all(_day_at(now_ms, zone) > day for zone in zones)


def _live_days(conn: sqlite3.Connection, period: Period, now_ms: int) -> Sequence[date]:
    today = max(
        (_day_at(now_ms, each.settings.zone) for each in branches.branches(conn)),
        default=period.last,
    )
    last = min(period.last, today)
    next_day = _next_day(conn) or last
    first = max(period.first, next_day, last - timedelta(days=LIVE_DAYS - 1))
    return [first + timedelta(days=each) for each in range((last - first).days + 1)]


def _look(conn: sqlite3.Connection, day: date) -> Sequence[_Day]:
    by_zone: dict[str, dict[str, tuple[Line, Profile]]] = {}
    zones = {each.id: each.settings.zone for each in branches.branches(conn)}
    for line in lines.lines(conn):
        about = (line, profile_of(line.pacing, DEFAULT_PROFILE))
        by_zone.setdefault(zones[line.branch_id], {})[line.id] = about
    found: list[_Day] = []
    for zone, there in by_zone.items():
        from_ms, to_ms = Period(first=day, last=day).bounds_ms(zone)
        sent = sends_of_day(conn, there, from_ms=from_ms, to_ms=to_ms)
        found += [_row(day, each) for each in sent]
    return found


def _row(day: date, found: DaySends) -> _Day:
    uses = [each for use in found.windows for each in (use.most, use.ceiling)]
    return (found.line_id, day.isoformat(), found.sent, found.replies, *uses)


def _next_day(conn: sqlite3.Connection) -> date | None:
    """None where nothing has ever left."""
    (kept,) = conn.execute("SELECT sends_day FROM report_house").fetchone()
    if kept is not None:
        return date.fromisoformat(kept) + timedelta(days=1)
    (first_ms,) = conn.execute(_FIRST).fetchone()
    return None if first_ms is None else _day_at(first_ms, "UTC") - timedelta(days=1)


def _day_at(at_ms: int, zone: str) -> date:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).date()


_KEEP = """
INSERT OR REPLACE INTO report_sends (line_id, day, sent, replies, minute, minute_ceiling, hour,
  hour_ceiling, begun, begun_ceiling) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
# How full a window was, with the most and the ceiling below it in one number: so the fullest of
# many is the greatest number.
_USE = "({0} * 1000000 / {0}_ceiling << 32) + ({0} << 16) + {0}_ceiling"
_KEPT = f"""
SELECT line_id, {{step}} AS step, sum(sent), sum(replies),
  {", ".join(f"max({_USE.format(each)})" for each in ("minute", "hour", "begun"))}
FROM report_sends WHERE line_id = :line AND day BETWEEN :first AND :last GROUP BY 1, 2
"""  # noqa: S608 -- our own columns
_FIRST = "SELECT (SELECT tapped_ms FROM attempt WHERE tapped_ms IS NOT NULL ORDER BY seq LIMIT 1)"
