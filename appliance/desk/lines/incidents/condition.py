"""How a device is, as the rules of incidents see it, and what they make of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from appliance.channels import Channel
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.protocol import DeviceState
from appliance.reasons import Reason
from appliance.store.battery_days import BatteryDay
from appliance.store.incidents import IncidentKind

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """`kind` names its kind of device. `line_id` is the line whose number it has. `routes` are the
    channels that lines send over it, `closed` those of them that cannot send now. `days` is how its
    battery was, the oldest day first.
    """

    device_id: str
    line_id: str | None
    kind: str
    state: DeviceState
    reason: Reason
    facts: DeviceFacts = field(default_factory=DeviceFacts)
    routes: frozenset[Channel] = frozenset()
    closed: frozenset[Channel] = frozenset()
    days: Sequence[BatteryDay] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """`found` is what is wrong, each with its facts. Of the kinds in `unknown` nothing can be told
    now: what was open stays open.
    """

    found: Mapping[IncidentKind, Facts] = field(default_factory=dict)
    unknown: frozenset[IncidentKind] = frozenset()


def stopping(channels: frozenset[Channel]) -> list[str]:
    """The names of the channels that an incident stops, as its facts hold them."""
    return sorted(each.name for each in channels)
