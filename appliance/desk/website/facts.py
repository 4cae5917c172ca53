"""What a website and a poster say of a line, from its real settings and its real figures.

Nothing here is about a person: whoever has it knows no more than whoever stands at the door.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from appliance.channels import Channel
from appliance.desk.reports import reading
from appliance.desk.reports.period import Period
from appliance.desk.reports.sheets import ReportQuery
from appliance.queue.office_hours import OfficeHours, Spans, hours_of
from appliance.store import branches, line_website, lines, routes
from appliance.store.branches import Branch
from appliance.store.line_website import LineWebsite
from appliance.store.lines import Line
from appliance.store.opening_hours import Week, minutes_of

KNOWN_AHEAD = timedelta(days=400)
"""Of public holidays and other days: a copy tells the truth for a year."""
COUNTED = timedelta(days=28)
ENOUGH = 20
"""Answers; of fewer the middle says little, and might say something of one person."""
_STEPS_MIN = (5, 10, 15, 20, 30, 45)
_HOUR_MIN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """`channels` are those of the line that a link opens, best first. `week` is in minutes of the
    branch's day, Monday first; `other_days` differ from it, `known_until` is the last day of which
    that is known. `reply_min`: in opening hours half of those who wrote had an answer within so
    many minutes, in the weeks before `as_of`; None: too few wrote.
    """

    line: Line
    branch: Branch
    website: LineWebsite
    channels: Sequence[Channel]
    week: Sequence[Spans]
    other_days: Mapping[str, Spans]
    known_until: date
    reply_min: int | None
    as_of: date

    @property
    def open_week(self) -> Week:
        return self.branch.settings.open_week


def of_line(conn: sqlite3.Connection, line: Line, now_ms: int) -> LineFacts:
    branch = branches.branch(conn, line.branch_id)
    today = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(branch.settings.zone)).date()
    week = [
        tuple((minutes_of(begins), minutes_of(ends)) for begins, ends in pieces)
        for pieces in (branch.settings.open_week.get(str(day), ()) for day in range(1, 8))
    ]
    ways = dict.fromkeys(each.channel for each in routes.routes_of_line(conn, line.id))
    return LineFacts(
        line=line,
        branch=branch,
        website=website_of(conn, line.id),
        channels=[each for each in ways if each.link is not None],
        week=week,
        other_days=_other_days(hours_of(branch), week, today),
        known_until=today + KNOWN_AHEAD,
        reply_min=_reply_min(conn, line.id, today),
        as_of=today,
    )


def public(conn: sqlite3.Connection, digits: str, now_ms: int) -> LineFacts | None:
    """Of the line with this number, where it makes its figures public."""
    found = next((each for each in lines.lines(conn) if each.number == f"+{digits}"), None)
    if found is None or not website_of(conn, found.id).public_figures:
        return None
    return of_line(conn, found, now_ms)


def website_of(conn: sqlite3.Connection, line_id: str) -> LineWebsite:
    row = conn.execute("SELECT settings FROM line WHERE id = ?", (line_id,)).fetchone()
    return line_website.website_of(row["settings"])


def _other_days(hours: OfficeHours, week: Sequence[Spans], today: date) -> Mapping[str, Spans]:
    """Holidays, and the days that the branch named itself."""
    days = [today + timedelta(days=ahead) for ahead in range(KNOWN_AHEAD.days + 1)]
    on = {each: hours.on(each) for each in days}
    return {day.isoformat(): spans for day, spans in on.items() if spans != week[day.weekday()]}


def _reply_min(conn: sqlite3.Connection, line_id: str, today: date) -> int | None:
    period = Period(first=today - COUNTED, last=today - timedelta(days=1))
    _, total = reading.response(conn, ReportQuery(line_ids=[line_id], period=period))
    took = total.first_response.in_hours
    if took.count < ENOUGH or took.median_s is None:
        return None
    return _rounded_up(took.median_s / 60)


def _rounded_up(minutes: float) -> int:
    """To what people say; never to less than it was."""
    step = next((each for each in _STEPS_MIN if minutes <= each), None)
    return step or ceil(minutes / _HOUR_MIN) * _HOUR_MIN
