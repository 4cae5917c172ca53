"""`/overview/over-time`: the reports as charts, each with its table and its file."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query
from fastapi.responses import Response

from appliance.api.report_figures import counted, csv_of
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.overview import must_lead
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.api.web.words import report_sentences
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import Sight, sight_in
from appliance.desk.reports import after_done, asking, house
from appliance.desk.reports.after_done import MonthOfAnswers
from appliance.desk.reports.asking import Report, ReportKind, ReportWish
from appliance.desk.reports.sheets import By
from appliance.errors import InvalidInput
from appliance.store import branches, lines, reports
from appliance.store.lines import Line
from appliance.store.readings import ReadingKind, Thing
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

PAGE = "/overview/over-time"
_MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAsked:
    """What stands in the address. `line_id` empty: all of them."""

    first: str = ""
    last: str = ""
    line_id: str = ""
    by: By = By.LINE

    def address(self, path: str = PAGE, **other: str) -> str:
        said = {"from": self.first, "to": self.last, "line": self.line_id, "by": self.by.value}
        said |= other
        usual = {"by": By.LINE.value}
        kept = {name: value for name, value in said.items() if value != usual.get(name, "")}
        return f"{path}?{urlencode(kept)}" if kept else path

    def wish(self, kind: ReportKind, by: By) -> ReportWish:
        line_id = self.line_id or None
        return ReportWish(kind=kind, first=self.first, last=self.last, by=by, line_id=line_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeShown:
    """`over_time` and `each` are the reports by step of time, and by line, label or colleague.
    `target_s` is the longest of the branches'. `answers` are what people said of how it went.
    """

    asked: TimeAsked
    over_time: Mapping[ReportKind, Report]
    each: Mapping[ReportKind, Report]
    lines: Sequence[Line]
    answers: Sequence[MonthOfAnswers]
    target_s: int
    per_person: bool
    may_switch: bool


def time_asked(
    first: Annotated[str, Query(alias="from", max_length=40)] = "",
    last: Annotated[str, Query(alias="to", max_length=40)] = "",
    line: Annotated[str, Query(max_length=40)] = "",
    by: Annotated[By, Query()] = By.LINE,
) -> TimeAsked:
    return TimeAsked(first=first, last=last, line_id=line, by=by)


@routes.get(PAGE)
async def over_time_page(
    visit: Reading, asked: Annotated[TimeAsked, Depends(time_asked)]
) -> Response:
    must_lead(visit)
    await counted(visit.services.store)
    try:
        found = await _shown(visit, asked)
        wrong = False
    except InvalidInput:
        found = await _shown(visit, TimeAsked(line_id=asked.line_id, by=asked.by))
        wrong = True
    if found.asked.by is By.STAFF and found.per_person:
        visit.accesses.tell(ReadingKind.READ, Thing.REPORT)
    return visit.page(
        "overview_time.html", 422 if wrong else 200, shown=found, wrong=wrong, kinds=ReportKind
    )


@routes.get(f"{PAGE}/{{kind}}.csv")
async def over_time_csv(
    visit: Reading, kind: ReportKind, asked: Annotated[TimeAsked, Depends(time_asked)]
) -> Response:
    """With `;`, as Excel expects it in the Netherlands."""
    must_lead(visit)
    await counted(visit.services.store)
    wish = asked.wish(kind, asked.by)
    sight, now_ms = _sight(visit), visit.now_ms
    found = await visit.read(lambda conn: asking.report(conn, sight, wish, now_ms=now_ms))
    if asked.by is By.STAFF:
        visit.accesses.tell(ReadingKind.EXPORT, Thing.REPORT)
    name = f"{kind.value}-{found.query.period.first}-{found.query.period.last}.csv"
    return Response(
        _MARK + csv_of(report_sentences.report_csv(visit.words, asking.table(found)), ";"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@routes.get(f"{PAGE}/after-done/answers.csv")
async def answers_csv(visit: Reading, asked: Annotated[TimeAsked, Depends(time_asked)]) -> Response:
    must_lead(visit)
    found = await _shown(visit, asked)
    return Response(
        _MARK
        + csv_of(report_sentences.answers_table(visit.words, found.answers, found.lines), ";"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="how-it-went.csv"'},
    )


@routes.post(f"{PAGE}/per-person")
async def switch_per_person(visit: Posting, on: Annotated[str, Form()] = "") -> Response:
    """Raises NotFound for who is no administrator of the whole house."""

    def work(tx: Tx, rights: Rights) -> None:
        rights.require(Permission.STAFF_MANAGE, None, "page")
        house.set_per_person(tx, on=bool(on), staff_id=visit.staff_id)

    await visit.write(work)
    return go(visit, f"{PAGE}?by=staff" if on else PAGE)


def _sight(visit: Visit) -> Sight:
    rights = visit.session.rights
    return sight_in(rights, Permission.REPORT_READ)


async def _shown(visit: Visit, asked: TimeAsked) -> TimeShown:
    sight, now_ms = _sight(visit), visit.now_ms
    may_switch = visit.session.rights.may(Permission.STAFF_MANAGE, None)

    def read(conn: sqlite3.Connection) -> TimeShown:
        per_person = reports.is_per_person(conn)
        by = By.LINE if asked.by is By.STAFF and not per_person else asked.by

        def report(kind: ReportKind, wanted: By) -> Report:
            return asking.report(conn, sight, asked.wish(kind, wanted), now_ms=now_ms)

        seen = [each for each in branches.branches(conn) if sight.sees_branch(each.id)]
        led = [each for each in lines.lines(conn) if sight.sees_branch(each.branch_id)]
        over_time = {kind: report(kind, By.TIME) for kind in _BY_TIME}
        query = over_time[ReportKind.VOLUME].query
        from_ms, to_ms = query.period.bounds_ms(asking.zone_of(conn, sight))
        wanted = [each.id for each in led if each.id in query.line_ids]
        return TimeShown(
            asked=asked,
            over_time=over_time,
            answers=after_done.answers_by_month(conn, wanted, from_ms=from_ms, to_ms=to_ms),
            each={kind: report(kind, by) for kind in (*_BY_EACH, ReportKind.BUSY)},
            lines=led,
            target_s=max((each.settings.answer_within_min for each in seen), default=60) * 60,
            per_person=per_person,
            may_switch=may_switch,
        )

    return await visit.read(read)


_BY_TIME = (ReportKind.RESPONSE, ReportKind.VOLUME, ReportKind.ROUNDS)
_BY_EACH = (ReportKind.RESPONSE, ReportKind.VOLUME, ReportKind.SENDS, ReportKind.ROUNDS)
