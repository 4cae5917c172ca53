"""`balie simulate`, `balie report` and `balie line pacing`: how fast a line may go, and went."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.errors import InvalidInput, SetupError
from appliance.phone_numbers import readable
from appliance.queue.office_hours import OfficeHours
from appliance.queue.profile import DEFAULT_PROFILE, checked, profile_of
from appliance.queue.study.drawing import draw
from appliance.queue.study.load import Load
from appliance.queue.study.report import LineReport, report_on
from appliance.queue.study.simulate import simulate
from appliance.queue.study.summary import summary_of
from appliance.store import branches, lines

OFFICE = OfficeHours(
    zone="Europe/Amsterdam",
    opens=time(8, 30),
    closes=time(17, 30),
    weekdays=frozenset({1, 2, 3, 4, 5}),
    lunch=(time(12, 30), time(13)),
    holidays="NL",
)
"""The hours of a branch that nobody changed."""


@says_what_is_wrong
def run_simulation(
    asked: typer.Context,
    *,
    branches: Annotated[int, typer.Option(min=1, max=500, help="Branches, each with a line.")] = 1,
    contacts: Annotated[int, typer.Option(min=1, max=20_000, help="Contacts of a branch.")] = 200,
    lists: Annotated[int, typer.Option(min=0, max=100, help="Lists that it sends a week.")] = 2,
    inbound_per_day: Annotated[
        int, typer.Option(min=0, max=5_000, help="People who write by themselves on a day.")
    ] = 60,
    days: Annotated[int, typer.Option(min=1, max=3_660, help="How long.")] = 7,
    seed: Annotated[int, typer.Option(help="The same seed gives the same days.")] = 1,
    age: Annotated[int, typer.Option(min=0, help="Days that the line is in use already.")] = 30,
    pacing: Annotated[
        str, typer.Option(metavar="JSON", help="What the line does slower, as `line pacing`.")
    ] = "",
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draws it into this file.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Runs the pacing in virtual time against a load, without a phone or a database."""
    if asked.invoked_subcommand is not None:
        return
    if picture is not None and picture.suffix.lower() != ".svg":
        raise InvalidInput("picture", "The picture is an SVG; name a file that ends in .svg.")
    profile = profile_of(checked(_json(pacing)) if pacing else None)
    load = Load(
        contacts=contacts,
        lists=lists,
        inbound_per_day=inbound_per_day,
        days=days,
        seed=seed,
        age_days=age,
    )
    runs = simulate(load, profile, OFFICE, branches=branches)
    facts = summary_of(runs, load, profile)
    if picture is not None:
        _write(picture, draw(runs, load, profile))
    show(as_json, facts, "\n".join(_told(facts, picture)))


def _told(facts: Mapping[str, Any], picture: Path | None) -> Sequence[str]:
    waits, peaks = facts["waits_s"], facts["peaks"]
    rows = [
        "{sent} of {accepted} messages left in {days} days from {lines} line(s).".format(**facts),
        "{expired} became too old, {waiting} still wait.".format(**facts),
        f"{facts['answers_share']:.0%} answered somebody.",
    ]
    rows += [
        f"{kind}: {each['count']} sent, half within {_span(each['p50'])},"
        f" 95 % within {_span(each['p95'])}"
        for kind, each in waits.items()
    ]
    rows.append(
        "Fullest minute {minute} of {minute_ceiling}, hour {hour} of {hour_ceiling},"
        " 24 hours {day} begun of {day_ceiling}. A month {recipients} people; beyond"
        " {recipients_ceiling} nobody new is begun with, only answered.".format(**peaks)
    )
    rows.append(
        f"{facts['as_announced']:.0%} left within a tenth of the announced wait;"
        f" {facts['overlaps']} sends overlapped."
    )
    reasons = ", ".join(f"{name} {count}" for name, count in facts["reasons"].items())
    rows.append(f"What they waited for at first: {reasons or 'nothing'}.")
    return [*rows, f"Drawn in {picture}."] if picture else rows


def _span(seconds: float) -> str:
    minute, hour = 60, 3600
    if seconds < 2 * minute:
        return f"{seconds:.0f} s"
    return f"{seconds / minute:.0f} min" if seconds < 2 * hour else f"{seconds / hour:.1f} h"


@says_what_is_wrong
def run_report(
    first: Annotated[
        str, typer.Option("--from", metavar="DATE", help="From this day on; else 30 days back.")
    ] = "",
    last: Annotated[
        str, typer.Option("--to", metavar="DATE", help="Up to and with this day; else today.")
    ] = "",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows how much like a person each line has sent, from what the database knows."""
    with open_store(data) as store:
        found = []
        for line in store.read(lines.lines):
            branch = store.read(lambda conn, each=line: branches.branch(conn, each.branch_id))  # type: ignore[misc]  # a default in a lambda
            from_ms, to_ms = _period(
                first, last, ZoneInfo(branch.settings.zone), store.clock.now_ms()
            )
            profile = profile_of(line.pacing, DEFAULT_PROFILE)
            found.append(
                store.read(
                    lambda conn, each=line, about=profile, begin=from_ms, end=to_ms: report_on(  # type: ignore[misc]  # as above
                        conn, each, about, from_ms=begin, to_ms=end
                    )
                )
            )
    rows = [row for each in found for row in _shown(each)]
    items = [asdict(each) for each in found]
    show(as_json, {"items": items}, "\n".join(rows) or "There are no lines.")


def _period(first: str, last: str, zone: ZoneInfo, now_ms: int) -> tuple[int, int]:
    """Whole days in the branch's zone, as milliseconds from and until."""
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone).date()
    end = _day(last, "to") or today
    begin = _day(first, "from") or end - timedelta(days=30)
    if begin > end:
        raise InvalidInput("from", "The first day comes after the last; turn them round.")
    moments = [
        datetime.combine(day, time(), zone).timestamp() for day in (begin, end + timedelta(days=1))
    ]
    return int(moments[0] * 1000), int(moments[1] * 1000)


def _day(text: str, field: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as exc:
        raise InvalidInput(field, f"“{text}” is no day; write it as 2026-06-15.") from exc


def _shown(report: LineReport) -> Sequence[str]:
    head = f"{readable(report.line)}: {report.sent} sent, {report.replies_share:.0%} answers"
    if not report.sent:
        return [f"{readable(report.line)}: nothing was sent."]
    windows = ", ".join(f"{each.window} {each.most} of {each.ceiling}" for each in report.windows)
    gaps = [
        f"  {each.label:>12}  {each.share:6.1%}   a person {each.person:6.1%}"
        for each in report.gaps
    ]
    return [
        head,
        f"  fullest {windows}",
        f"  quicker than a quick typist: {report.too_quick}",
        f"  overlaps: {report.overlaps}; in the same second: {report.same_second}",
        "  pauses between two messages:",
        *gaps,
    ]


@says_what_is_wrong
def line_pacing(
    line: Annotated[str, typer.Argument(help="The line, by number or id.")],
    settings: Annotated[
        str, typer.Option("--set", metavar="JSON", help="Such as '{\"per_hour\": 40}'.")
    ] = "",
    reset: Annotated[bool, typer.Option("--reset", help="Back to the default.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Shows how fast a line may go, or makes it slower. Nothing makes it quicker."""
    if settings and reset:
        raise SetupError("Give --set or --reset, not both.")
    stored = checked(_json(settings)) if settings else None
    with open_store(data) as store:
        found = store.read(lambda conn: lines.line(conn, line))
        if settings or reset:
            store.write(lambda tx: lines.pace_line(tx, found.id, stored, by="cli"))
            found = store.read(lambda conn: lines.line(conn, line))
    profile = asdict(profile_of(found.pacing))
    rows = [f"{name}\t{value}" for name, value in profile.items()]
    show(as_json, {"id": found.id, "pacing": profile}, "\n".join(rows))


def _json(text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as exc:
        raise InvalidInput("pacing", f"The pacing is no JSON: {exc}.") from exc
    if not isinstance(found, dict):
        raise InvalidInput("pacing", 'The pacing is a JSON object, such as {"per_hour": 40}.')
    return found


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, "utf-8")
    except OSError as exc:
        raise SetupError(f"{file} cannot be written: {exc.strerror}.") from exc
