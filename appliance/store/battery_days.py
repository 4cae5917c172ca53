"""How the battery of each phone was, one row a day, at the SQL edge."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from appliance.store.store import Tx

KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryDay:
    """`day` is YYYY-MM-DD in UTC; None is what the phone did not tell that day."""

    day: str
    lowest_percent: int
    highest_percent: int
    hottest_celsius: float | None = None
    health: str | None = None
    cycles: int | None = None
    capacity_percent: int | None = None


def day_of(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).date().isoformat()


def keep(tx: Tx, device_id: str, seen: BatteryDay) -> None:
    """Adds a look to the row of its day."""
    tx.conn.execute(
        "INSERT INTO battery_day VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (device_id, day) DO UPDATE SET"
        " lowest_percent = min(lowest_percent, excluded.lowest_percent),"
        " highest_percent = max(highest_percent, excluded.highest_percent),"
        " hottest_celsius = max(coalesce(hottest_celsius, excluded.hottest_celsius),"
        "   coalesce(excluded.hottest_celsius, hottest_celsius)),"
        " health = coalesce(excluded.health, health),"
        " cycles = coalesce(excluded.cycles, cycles),"
        " capacity_percent = coalesce(excluded.capacity_percent, capacity_percent)",
        (
            device_id,
            seen.day,
            seen.lowest_percent,
            seen.highest_percent,
            seen.hottest_celsius,
            seen.health,
            seen.cycles,
            seen.capacity_percent,
        ),
    )


def forget_old(tx: Tx) -> None:
    before = day_of(tx.now_ms - int(KEPT.total_seconds() * 1000))
    tx.conn.execute("DELETE FROM battery_day WHERE day < ?", (before,))


def newest(conn: sqlite3.Connection, device_id: str, *, days: int) -> Sequence[BatteryDay]:
    """The oldest of them first."""
    rows = conn.execute(
        "SELECT day, lowest_percent, highest_percent, hottest_celsius, health, cycles,"
        " capacity_percent FROM battery_day WHERE device_id = ? ORDER BY day DESC LIMIT ?",
        (device_id, days),
    )
    return [BatteryDay(**dict(row)) for row in rows][::-1]
