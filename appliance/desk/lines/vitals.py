"""How a phone is, for who looks after it: its battery, its room and its WhatsApp."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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


def vitals_of(own: Mapping[str, Any], days: Sequence[BatteryDay]) -> Vitals | None:
    """None for a device that tells of no battery."""
    if (percent := own.get("battery_percent")) is None:
        return None
    return Vitals(
        percent=percent,
        celsius=own.get("battery_celsius"),
        charging=own.get("charging"),
        lowest=min((each.lowest_percent for each in days), default=None),
        highest=max((each.highest_percent for each in days), default=None),
        capacity_percent=own.get("battery_capacity_percent"),
        cycles=own.get("battery_cycles"),
        free_mb=own.get("storage_free_mb"),
        whatsapp_version=own.get("whatsapp_version"),
    )
