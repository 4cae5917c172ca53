"""`/reports`: how long people waited, how much was said, what was sent, when it is busy, and how
soon rounds are filled.

What is new is counted before a report is read, so it holds all that was answered until then.
"""

import sqlite3
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response, Security
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from appliance.api.json import report_examples
from appliance.api.json.callers import Caller, identify
from appliance.api.json.documented import READ_PROBLEMS, answers
from appliance.api.json.forms import SomeDay
from appliance.api.json.mapping import body_of
from appliance.api.json.report_bodies import (
    BusyReportOut,
    ResponseFigures,
    ResponseReportOut,
    RoundsFigures,
    RoundsReportOut,
    SendsReportOut,
    VolumeReportOut,
)
from appliance.api.json.times import iso
from appliance.api.late_route import LateRoute
from appliance.api.report_figures import counted, csv_of
from appliance.desk.access.tokens import Scope
from appliance.desk.reports import asking
from appliance.desk.reports.asking import Report, ReportKind, ReportWish
from appliance.desk.reports.sends import SendsEntry
from appliance.desk.reports.sheets import By
from appliance.reasons import Reason
from appliance.store.readings import ReadingKind, Thing

router = APIRouter(prefix="/api/v1", tags=["reports"], route_class=LateRoute)

CSV = "text/csv"
_Reads = Annotated[Caller, Security(identify, scopes=[Scope.REPORTS_READ.value])]
_MODELS: Mapping[ReportKind, tuple[type[BaseModel], str]] = {
    ReportKind.RESPONSE: (ResponseReportOut, "How long people waited for an answer"),
    ReportKind.VOLUME: (VolumeReportOut, "How much came in and went out"),
    ReportKind.SENDS: (SendsReportOut, "What was sent, against the ceilings of its SIM"),
    ReportKind.BUSY: (BusyReportOut, "The busiest hours of the week"),
    ReportKind.ROUNDS: (RoundsReportOut, "How soon rounds are filled, and how many say yes"),
}
MODELS = tuple(model for model, _ in _MODELS.values())


def _endpoint(kind: ReportKind) -> Any:
    async def endpoint(
        caller: _Reads,
        first: Annotated[
            SomeDay,
            Query(
                alias="from",
                max_length=40,
                description="The first day, as 2026-11-01 or as a time on it; else 29 days back.",
            ),
        ] = None,
        last: Annotated[
            SomeDay, Query(alias="to", max_length=40, description="The last day; else today.")
        ] = None,
        by: Annotated[
            By,
            Query(
                description="For whom: `staff` only where the company wants figures of each"
                " colleague. `time`: all together, by day, week or month."
            ),
        ] = By.LINE,
        line: Annotated[str | None, Query(description="Id or number of one line.")] = None,
        accept: Annotated[str, Header(include_in_schema=False)] = "",
    ) -> Response:
        wanted = ReportWish(kind=kind, first=first or "", last=last or "", by=by)
        found, until_ms = await _found(caller, wanted, line)
        if by is By.STAFF:
            what = ReadingKind.EXPORT if CSV in accept else ReadingKind.READ
            caller.accesses.tell(what, Thing.REPORT)
        if CSV in accept:
            return Response(csv_of(asking.table(found), ","), media_type=CSV)
        return JSONResponse(_body(found, until_ms))

    return endpoint


for _kind, (_model, _summary) in _MODELS.items():
    router.add_api_route(
        f"/reports/{_kind.value}",
        _endpoint(_kind),
        operation_id=f"report{_kind.value.capitalize()}",
        summary=_summary,
        response_model=None,
        responses=answers(
            _model,
            report_examples.REPORTS[_kind],
            *READ_PROBLEMS,
            "not-found",
            Reason.PER_PERSON_OFF,
            description="The figures, by name; as `text/csv` where that is asked for.",
        ),
    )


async def _found(caller: Caller, asked: ReportWish, line: str | None) -> tuple[Report, int | None]:
    """Raises NotFound for a line out of sight."""
    store = caller.services.store
    await counted(store)
    now_ms = store.clock.now_ms()

    def read(conn: sqlite3.Connection) -> Report:
        line_id = None if line is None else caller.sight.line(conn, line).id
        about = asked if line_id is None else asked.of_line(line_id)
        return asking.report(conn, caller.sight, about, now_ms=now_ms)

    found = await store.aread(read)
    return found, now_ms if found.counted else None


def _body(found: Report, until_ms: int | None) -> dict[str, Any]:
    period, by = found.query.period, found.query.by.value
    body: dict[str, Any] = {
        "report": found.kind.value,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "by": by,
        "step": period.step.value,
        "until": None if until_ms is None else iso(until_ms),
        "items": [
            {by: each.whom.id, "name": each.whom.name, **_FIGURES[found.kind](each)}
            for each in found.entries
        ],
        "next": None,
    }
    if found.total is not None:
        body["all"] = _FIGURES[found.kind](found.total)
    return body


def _sends(entry: SendsEntry) -> dict[str, Any]:
    uses = {each.window: {"most": each.most, "ceiling": each.ceiling} for each in entry.windows}
    windows = {name: uses.get(name) for name in ("minute", "hour", "day")}
    return {"sent": entry.sent, "replies": entry.replies, **windows}


_FIGURES: Mapping[ReportKind, Any] = {
    ReportKind.RESPONSE: lambda entry: body_of(ResponseFigures, entry),
    ReportKind.VOLUME: lambda entry: {
        "in": entry.came,
        "out": entry.went,
        "automatic": entry.by_itself,
    },
    ReportKind.BUSY: lambda entry: {
        "weekday": entry.weekday,
        "hour": entry.hour,
        "in": entry.came,
        "out": entry.went,
    },
    ReportKind.SENDS: _sends,
    ReportKind.ROUNDS: lambda entry: body_of(RoundsFigures, entry),
}
