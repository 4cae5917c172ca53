"""`balie plan`, `migrate` and `backup`: looking after a Balie."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from appliance.cli.output import DataOption, JsonOption, open_store, says_what_is_wrong, show
from appliance.errors import SetupError
from appliance.phone_numbers import readable
from appliance.queue.pacing import DEFAULT_PROFILE
from appliance.queue.plan import Planned, plan_line
from appliance.store import lines
from appliance.store.store import Store


@says_what_is_wrong
def plan(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Shows what would be sent when, and why not now."""
    with open_store(data) as store:
        items = [item for line in store.read(lines.lines) for item in _plan_of(store, line)]
    rows = [f"{each['line']}\t{each['expected'] or '-'}\t{each['reason']}" for each in items]
    public = [{name: each[name] for name in _PUBLIC} for each in items]
    show(as_json, {"items": public}, "\n".join(rows) or "Nothing is waiting.")


_PUBLIC = ("message", "line", "expected_at", "reason")


def _plan_of(store: Store, line: lines.Line) -> list[dict[str, Any]]:
    now_ms = store.clock.now_ms()
    zone = store.read(lambda conn: lines.branch(conn, line.branch_id)).zone
    planned = store.read(lambda conn: plan_line(conn, line, DEFAULT_PROFILE, now_ms=now_ms))
    return [_item(entry, line, zone) for entry in planned]


def _item(entry: Planned, line: lines.Line, zone: str) -> dict[str, Any]:
    expected = entry.expected_ms
    moment = None if expected is None else datetime.fromtimestamp(expected / 1000, UTC)
    return {
        "message": entry.queued.waiting.id,
        "line": readable(line.number),
        "expected_at": moment.isoformat().replace("+00:00", "Z") if moment else None,
        "expected": moment.astimezone(ZoneInfo(zone)).strftime("%a %d %b %H:%M") if moment else "",
        "reason": entry.reason,
    }


@says_what_is_wrong
def migrate(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Brings the database up to date; it is copied aside first."""
    with open_store(data) as store:
        path = store.path
    show(as_json, {"database": str(path)}, f"{path} is up to date.")


@says_what_is_wrong
def backup(
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to; without: the backups folder.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Copies the database, consistent, beside a running Balie."""
    with open_store(data) as store:
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
        target = to or store.path.parent / "backups" / f"balie-{stamp}.db"
        _copy(store, target)
    show(as_json, {"file": str(target)}, f"Copied to {target}.")


def _copy(store: Store, target: Path) -> None:
    if target.exists():
        raise SetupError(f"{target} is there already; choose another file.")
    target.parent.mkdir(parents=True, exist_ok=True)
    store.copy_to(target)
