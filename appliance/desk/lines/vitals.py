"""How a phone is, for who looks after it: its battery, its room and its WhatsApp."""

from collections.abc import Sequence
from dataclasses import dataclass

from appliance.devices.health_facts import HealthFacts
from appliance.store.battery_days import BatteryDay


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """None is what the phone did not tell. `lowest` and `highest` are of the last days, in percent,
    and `capacity_percent` is what is left of the battery's first capacity.
    """

    percent: int
    celsius: float | None
    charging: bool | None
    lowest: int | None
    highest: int | None
    capacity_percent: int | None
    cycles: int | None
    free_mb: int | None
    whatsapp_version: str | None


def vitals_of(health: HealthFacts, days: Sequence[BatteryDay]) -> Vitals | None:
    """None for a device that tells of no battery."""
    battery = health.battery
    if battery.percent is None:
        return None
    return Vitals(
        percent=battery.percent,
        celsius=battery.celsius,
        charging=battery.charging,
        lowest=min((each.lowest_percent for each in days), default=None),
        highest=max((each.highest_percent for each in days), default=None),
        capacity_percent=battery.capacity_percent,
        cycles=battery.cycles,
        free_mb=health.free_mb,
        whatsapp_version=health.whatsapp_version,
    )
