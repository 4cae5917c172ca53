"""One report as somebody asks for it: which figures, of which days, for whom, and as a table.

A table is what a file of comma-separated values and the table behind a chart hold: heads and rows
of plain cells, in an order that ranks nobody.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from appliance.desk.access.sight import Sight
from appliance.desk.reports import house, reading, round_figures, sends
from appliance.desk.reports.period import period_of
from appliance.desk.reports.reading import BusyEntry, ResponseEntry, Took, VolumeEntry
from appliance.desk.reports.round_figures import RoundsEntry
from appliance.desk.reports.sends import SendsEntry
from appliance.desk.reports.sheets import By, ReportQuery
from appliance.desk.reports.spreads import Spread
from appliance.store import branches, reports


class ReportKind(Enum):
    RESPONSE = "response"
    VOLUME = "volume"
    SENDS = "sends"
    BUSY = "busy"
    ROUNDS = "rounds"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportWish:
    """`first` and `last` as people write days; empty for the usual ones. `line_id` asks for less
    than one may see.
    """

    kind: ReportKind
    first: str = ""
    last: str = ""
    by: By = By.LINE
    line_id: str | None = None

    def of_line(self, line_id: str) -> "ReportWish":
        return replace(self, line_id=line_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`entries` are of the kind's own type, and so is `total`: all together, where that is no sum,
    else None. `counted`: not while the past is counted for the first time.
    """

    kind: ReportKind
    query: ReportQuery
    entries: Sequence[Any]
    total: Any
    counted: bool


def report(conn: sqlite3.Connection, sight: Sight, asked: ReportWish, *, now_ms: int) -> Report:
    """Raises InvalidInput for the days, Refused for colleagues where they are not told apart."""
    if asked.by is By.STAFF:
        house.must_be_per_person(conn)
    query = ReportQuery(
        line_ids=_lines(conn, sight, asked.line_id),
        period=period_of(asked.first, asked.last, zone=zone_of(conn, sight), now_ms=now_ms),
        by=asked.by,
    )
    entries, total = _READ[asked.kind](conn, query, now_ms)
    counted = reports.followed_to(conn) is not None
    return Report(kind=asked.kind, query=query, entries=entries, total=total, counted=counted)


def zone_of(conn: sqlite3.Connection, sight: Sight) -> str:
    """Whose clock says what today is, where several branches are looked at together."""
    seen = (each for each in branches.branches(conn) if sight.sees_branch(each.id))
    return next((each.settings.zone for each in seen), "UTC")


def _lines(conn: sqlite3.Connection, sight: Sight, line_id: str | None) -> Sequence[str]:
    seen = reading.line_ids(conn, sight.branches)
    return seen if line_id is None else [each for each in seen if each == line_id]


_Read = Callable[[sqlite3.Connection, ReportQuery, int], tuple[Sequence[Any], Any]]
_READ: Mapping[ReportKind, _Read] = {
    ReportKind.RESPONSE: lambda conn, query, _: reading.response(conn, query),
    ReportKind.VOLUME: lambda conn, query, _: (reading.volume(conn, query)[0], None),
    ReportKind.BUSY: lambda conn, query, _: (reading.busy(conn, query), None),
    ReportKind.SENDS: lambda conn, query, now_ms: (
        sends.sends(conn, query, now_ms=now_ms),
        None,
    ),
    ReportKind.ROUNDS: lambda conn, query, _: round_figures.rounds(conn, query),
}

Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]


def table(found: Report) -> Table:
    """The heads are the names of the API."""
    heads, cells = _CELLS[found.kind]
    by = found.query.by.value
    whom = (by,) if found.query.by is By.TIME else (by, "name")
    rows = [
        (*((each.whom.id,) if len(whom) == 1 else (each.whom.id, each.whom.name)), *cells(each))
        for each in found.entries
    ]
    return Table(heads=(*whom, *heads), rows=rows)


def _took(name: str) -> Sequence[str]:
    parts = ("", "in_hours_", "out_of_hours_")
    ends = ("count", "median_s", "p90_s", "within_target")
    return [f"{name}_{part}{end}" for part in parts for end in ends]


def _response(entry: ResponseEntry) -> Sequence[Cell]:
    resolved = [each for spread in _spreads(entry.resolution) for each in _spread(spread)[:3]]
    answered = [each for spread in _spreads(entry.first_response) for each in _spread(spread)]
    return [*answered, *resolved]


def _spreads(took: Took) -> Sequence[Spread]:
    return took.all, took.in_hours, took.out_of_hours


def _spread(spread: Spread) -> Sequence[Cell]:
    return spread.count, spread.median_s, spread.p90_s, spread.within


def _volume(entry: VolumeEntry) -> Sequence[Cell]:
    return entry.came, entry.went, entry.by_itself


def _busy(entry: BusyEntry) -> Sequence[Cell]:
    return entry.weekday, entry.hour, entry.came, entry.went


def _sends(entry: SendsEntry) -> Sequence[Cell]:
    uses: dict[str, Sequence[Cell]] = {
        each.window: (each.most, each.ceiling) for each in entry.windows
    }
    windows = [uses.get(name, (None, None)) for name in ("minute", "hour", "day")]
    return [entry.sent, entry.replies, *(each for use in windows for each in use)]


def _rounds(entry: RoundsEntry) -> Sequence[Cell]:
    took = entry.minutes_to_filled
    seats = (entry.rounds, entry.filled, took.median, took.p90, entry.seats, entry.taken)
    return (*seats, entry.asked, entry.yes, entry.no, entry.unclear, entry.silent, entry.yes_rate)


_RESOLVED = [each for each in _took("resolution") if not each.endswith("within_target")]
_CELLS: Mapping[ReportKind, tuple[Sequence[str], Callable[[Any], Sequence[Cell]]]] = {
    ReportKind.RESPONSE: ((*_took("first_response"), *_RESOLVED), _response),
    ReportKind.VOLUME: (("in", "out", "automatic"), _volume),
    ReportKind.BUSY: (("weekday", "hour", "in", "out"), _busy),
    ReportKind.SENDS: (
        (
            "sent",
            "replies",
            *(f"{name}_{end}" for name in ("minute", "hour", "day") for end in ("most", "ceiling")),
        ),
        _sends,
    ),
    ReportKind.ROUNDS: (
        (
            *("rounds", "filled", "minutes_to_filled_median", "minutes_to_filled_p90"),
            *("seats", "taken", "asked", "yes", "no", "unclear", "silent", "yes_rate"),
        ),
        _rounds,
    ),
}
