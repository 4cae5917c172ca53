"""How a phone is, as it tells it: the keys of it in the JSON are known here and nowhere else.

A value that another version or a hand left there and that cannot be read is nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.devices.stored_json import is_whole


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryFacts:
    """None is what the phone did not tell. `capacity_percent` is what is left of the first one."""

    percent: int | None = None
    celsius: float | None = None
    health: str | None = None
    charging: bool | None = None
    cycles: int | None = None
    capacity_percent: int | None = None

    def as_facts(self) -> dict[str, object]:
        return _told(
            battery_percent=self.percent,
            battery_celsius=self.celsius,
            battery_health=self.health,
            battery_cycles=self.cycles,
            battery_capacity_percent=self.capacity_percent,
            charging=self.charging,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthFacts:
    """None is what was not told. `resting`: it is too hot to work. `stop` is the driver's word for
    the page that closes WhatsApp. `served`: whether a network serves its SIM. `needs_person`: its
    driver has tried all that it can.
    """

    battery: BatteryFacts = field(default_factory=BatteryFacts)
    resting: bool = False
    free_mb: int | None = None
    served: bool | None = None
    clock_ahead_min: int = 0
    stop: str | None = None
    whatsapp_version: str | None = None
    needs_person: bool = False

    def as_facts(self) -> dict[str, object]:
        """What is as it should be is not said."""
        return self.battery.as_facts() | _told(
            resting=self.resting or None,
            storage_free_mb=self.free_mb,
            mobile_network=self.served,
            clock_ahead_min=self.clock_ahead_min or None,
            whatsapp_stop=self.stop,
            whatsapp_version=self.whatsapp_version,
            needs_person=self.needs_person or None,
        )


def health_in(told: Mapping[str, Any]) -> HealthFacts:
    """What `as_facts` made, or another version of it."""
    return HealthFacts(
        battery=BatteryFacts(
            percent=_whole(told, "battery_percent"),
            celsius=_number(told, "battery_celsius"),
            health=_text(told, "battery_health"),
            charging=_flag(told, "charging"),
            cycles=_whole(told, "battery_cycles"),
            capacity_percent=_whole(told, "battery_capacity_percent"),
        ),
        resting=_flag(told, "resting") is True,
        free_mb=_whole(told, "storage_free_mb"),
        served=_flag(told, "mobile_network"),
        clock_ahead_min=_whole(told, "clock_ahead_min") or 0,
        stop=_text(told, "whatsapp_stop"),
        whatsapp_version=_text(told, "whatsapp_version"),
        needs_person=_flag(told, "needs_person") is True,
    )


def _told(**facts: object) -> dict[str, object]:
    return {name: value for name, value in facts.items() if value is not None}


def _text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) and value else None


def _whole(told: Mapping[str, Any], name: str) -> int | None:
    value = told.get(name)
    return value if is_whole(value) else None


def _number(told: Mapping[str, Any], name: str) -> float | None:
    value = told.get(name)
    return value if isinstance(value, float) or is_whole(value) else None


def _flag(told: Mapping[str, Any], name: str) -> bool | None:
    value = told.get(name)
    return value if isinstance(value, bool) else None
