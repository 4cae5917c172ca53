"""Writes down how the phones' batteries are, and knows how they were."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.lines.incidents.battery_rules import LOST_DAYS
from appliance.devices.health_facts import BatteryFacts
from appliance.store import battery_days
from appliance.store.battery_days import BatteryDay, day_of
from appliance.store.store import Store

SAMPLE_MS = 3_600_000
"""A battery drifts slowly, and each look costs a write."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    at_ms: int
    days: Sequence[BatteryDay]


class BatteryDiary:
    """Used by one thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._pages: dict[str, _Page] = {}

    def days(self, device_id: str, told: BatteryFacts, *, now_ms: int) -> Sequence[BatteryDay]:
        """The oldest first; `told` is how it is now, which is written down hourly."""
        page = self._pages.get(device_id)
        if page is not None and not _is_due(page.at_ms, now_ms):
            return page.days
        if (seen := _seen(told, now_ms)) is not None:
            self._store.write(lambda tx: battery_days.keep(tx, device_id, seen), durable=False)
        days = self._store.read(lambda conn: battery_days.newest(conn, device_id, days=LOST_DAYS))
        if seen is not None:
            self._pages[device_id] = _Page(at_ms=now_ms, days=days)
        return days


def _is_due(before_ms: int, now_ms: int) -> bool:
    return abs(now_ms - before_ms) >= SAMPLE_MS or day_of(before_ms) != day_of(now_ms)


def _seen(told: BatteryFacts, now_ms: int) -> BatteryDay | None:
    if told.percent is None:
        return None
    return BatteryDay(
        day=day_of(now_ms),
        lowest_percent=told.percent,
        highest_percent=told.percent,
        hottest_celsius=told.celsius,
        health=told.health,
        cycles=told.cycles,
        capacity_percent=told.capacity_percent,
    )
