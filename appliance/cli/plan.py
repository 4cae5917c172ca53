"""`balie plan`: what would be sent when, and why not now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from appliance.api.web.words.phrases import WAITING
from appliance.cli.clock import complaint_of
from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.phone_numbers import readable
from appliance.queue import rows
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.plan import HORIZON, plan_line
from appliance.queue.planned import Planned
from appliance.store import branches, lines
from appliance.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class _LinePlan:
    """`waiting` are all messages of the line, `planned` those that are shown."""

    line: lines.Line
    zone: ZoneInfo
    waiting: int
    planned: Sequence[Planned]

    @property
    def not_shown(self) -> int:
        return self.waiting - len(self.planned)


@says_what_is_wrong
def plan(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Shows what would be sent when, and why not now; of a long queue the front."""
    with open_store(data) as store:
        wrong = complaint_of(store)
        found = [_plan_of(store, line) for line in store.read(lines.lines)]
    facts = {
        "items": [_item(entry, each) for each in found for entry in each.planned],
        "not_shown": sum(each.not_shown for each in found),
        "clock_is_wrong": wrong is not None,
    }
    said = [row for each in found if each.waiting for row in _rows(each)]
    warning = [f"{wrong.sentence} The times are what it would be by this clock."] if wrong else []
    show(as_json, facts, "\n".join([*warning, *(said or ["Nothing is waiting."])]))


def _plan_of(store: Store, line: lines.Line) -> _LinePlan:
    now_ms = store.clock.now_ms()
    return _LinePlan(
        line=line,
        zone=ZoneInfo(store.read(lambda conn: branches.branch(conn, line.branch_id)).settings.zone),
        waiting=store.read(lambda conn: rows.count_queued(conn, line.id)),
        planned=store.read(
            lambda conn: plan_line(conn, line, DEFAULT_PROFILE, now_ms=now_ms, horizon=HORIZON)
        ),
    )


def _item(entry: Planned, about: _LinePlan) -> dict[str, Any]:
    moment = _moment(entry)
    return {
        "message": entry.queued.waiting.id,
        "line": readable(about.line.number),
        "expected_at": moment.isoformat().replace("+00:00", "Z") if moment else None,
        "reason": entry.reason or "",
    }


def _rows(about: _LinePlan) -> Sequence[str]:
    shown = [_row(entry, about.zone) for entry in about.planned]
    more = f"  {about.not_shown} more are not shown: the first {HORIZON} of each class are."
    head = f"{readable(about.line.number)}: {about.waiting} waiting"
    return [head, *shown, *([more] if about.not_shown > 0 else [])]


def _row(entry: Planned, zone: ZoneInfo) -> str:
    moment, waiting = _moment(entry), entry.queued.waiting
    when = moment.astimezone(zone).strftime("%a %d %b %H:%M") if moment else "nobody knows"
    because = WAITING[entry.reason] if entry.reason else ""
    kind = waiting.kind.value
    row = f"  {when:<16}  {kind:<12}  to {waiting.identity.shown:<17}  {because}"
    return row.rstrip()


def _moment(entry: Planned) -> datetime | None:
    at_ms = entry.expected_ms
    return None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)
