"""When a phone's battery needs a person: it is ill, wears out, or is not charged enough."""

from collections.abc import Sequence

from appliance.desk.lines.incidents.condition import Facts
from appliance.devices.health_facts import BatteryFacts
from appliance.store.battery_days import BatteryDay

ILL = frozenset({"dead", "over-voltage", "failure"})
"""What Android says of a battery that may swell or fail."""
WORN_BELOW_PERCENT = 75
WORN_FROM_CYCLES = 1_000
"""Makers promise 500 to 1,000 cycles to 80 % of the first capacity."""
LOST_PERCENT = 6
LOST_DAYS = 90
"""Months of ordinary wear within a quarter of a year."""
EMPTY_AT_PERCENT = 15
LOW_BELOW_PERCENT = 30
LOW_DAYS = 3
ALWAYS_FULL_PERCENT = 95
ALWAYS_FULL_DAYS = 14


def battery(told: BatteryFacts, days: Sequence[BatteryDay]) -> Facts | None:
    """`told` is what the phone told now."""
    if told.health in ILL:
        return {"what": "battery-ill", "health": told.health}
    capacity, cycles = told.capacity_percent, told.cycles
    if capacity is not None and capacity < WORN_BELOW_PERCENT:
        return {"what": "battery-worn", "percent": capacity}
    if capacity is None and cycles is not None and cycles >= WORN_FROM_CYCLES:
        return {"what": "battery-cycles", "cycles": cycles}
    if (lost := _lost(days)) >= LOST_PERCENT:
        return {"what": "battery-wears", "percent": lost}
    return _uncharged(told, days)


def _lost(days: Sequence[BatteryDay]) -> int:
    """How many percent of its capacity it has lost lately."""
    told = [each.capacity_percent for each in days[-LOST_DAYS:] if each.capacity_percent]
    return told[0] - told[-1] if told else 0


def _uncharged(told: BatteryFacts, days: Sequence[BatteryDay]) -> Facts | None:
    percent = told.percent
    if percent is not None and percent <= EMPTY_AT_PERCENT and not told.charging:
        return {"what": "battery-empty", "percent": percent}
    last = days[-LOW_DAYS:]
    if len(last) == LOW_DAYS and all(each.highest_percent < LOW_BELOW_PERCENT for each in last):
        return {"what": "battery-low", "percent": last[-1].highest_percent}
    return None


def is_always_full(days: Sequence[BatteryDay]) -> bool:
    """Such a battery ages faster, and in months it may swell."""
    last = days[-ALWAYS_FULL_DAYS:]
    full = (each.lowest_percent >= ALWAYS_FULL_PERCENT for each in last)
    return len(last) == ALWAYS_FULL_DAYS and all(full)
