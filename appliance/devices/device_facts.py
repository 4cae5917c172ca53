"""What a device tells of itself, and the JSON that is kept of it.

Fields have the names of the keys in the JSON, which other software reads. A value that another
version or a hand left there and that cannot be read is nothing. A key that nobody knows is kept
in `own`: the house passes it through and shows it.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any

from appliance.devices.health_facts import HealthFacts, health_in
from appliance.devices.stored_json import is_whole, object_in


class Registration(StrEnum):
    """How a modem stands with the network."""

    HOME = "home"
    ROAMING = "roaming"
    DENIED = "denied"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class HardwareFacts:
    """`port` is where it answers now; it may have been enrolled at another."""

    port: str | None = None
    imei: str | None = None
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    iccid: str | None = None
    imsi: str | None = None
    balance_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFacts:
    """`network` is the operator's name, `network_code` its MCC and MNC."""

    registration: Registration | None = None
    roaming: bool = False
    signal_dbm: int | None = None
    network: str | None = None
    network_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageFacts:
    """Places for messages, of all storages together."""

    storage_used: int
    storage_total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsLimitFacts:
    """SMS parts that a phone sends in each window before it asks its owner."""

    sms_parts: int
    sms_window_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceFacts:
    """None is what was not told. `own` is what only the kind itself knows the meaning of, but its
    `account` and its `health`.
    """

    hardware: HardwareFacts = field(default_factory=HardwareFacts)
    card: CardFacts = field(default_factory=CardFacts)
    network: NetworkFacts | None = None
    storage: StorageFacts | None = None
    sms_limit: SmsLimitFacts | None = None
    own: Mapping[str, Any] = field(default_factory=dict)

    @property
    def account(self) -> str | None:
        """What its service calls it, as `@name` of a bot; None for a device that is here."""
        return _text(self.own, "account")

    @property
    def health(self) -> HealthFacts:
        """How it is, of a phone; of others nothing is told."""
        return health_in(self.own)

    @property
    def is_roaming(self) -> bool:
        return self.network is not None and self.network.roaming

    @property
    def signal_dbm(self) -> int | None:
        return self.network.signal_dbm if self.network else None

    def as_json(self) -> dict[str, Any]:
        """A network tells all its keys, null where it is not known; the others what they know."""
        told = {**self.own}
        for few in (self.hardware, self.card):
            told |= {name: value for name, value in asdict(few).items() if value not in (None, "")}
        for group in (self.network, self.storage, self.sms_limit):
            told |= asdict(group) if group else {}
        return told


def _keys(*groups: type[Any]) -> frozenset[str]:
    return frozenset(each.name for group in groups for each in fields(group))


_NETWORK = _keys(NetworkFacts)
_KNOWN = _NETWORK | _keys(HardwareFacts, CardFacts, StorageFacts, SmsLimitFacts)
# An API tells these of the device itself, or not at all.
_NOT_SHOWN = _keys(CardFacts) | {"imei"}


def stored(facts: DeviceFacts) -> str:
    return json.dumps(facts.as_json())


@lru_cache(maxsize=256)
def read(text: str) -> DeviceFacts:
    """What `stored` made, or another version of it."""
    told = object_in(text)
    return DeviceFacts(
        hardware=HardwareFacts(
            port=_text(told, "port"),
            imei=_text(told, "imei"),
            manufacturer=_text(told, "manufacturer"),
            model=_text(told, "model"),
            firmware=_text(told, "firmware"),
        ),
        card=CardFacts(
            iccid=_text(told, "iccid"),
            imsi=_text(told, "imsi"),
            balance_cents=_whole(told, "balance_cents"),
        ),
        network=_network(told) if _NETWORK & told.keys() else None,
        storage=_storage(told),
        sms_limit=_sms_limit(told),
        own={name: value for name, value in told.items() if name not in _KNOWN},
    )


def lasting(text: str) -> DeviceFacts:
    """What `stored` made, without what drifts by itself: the signal, places for messages, and what
    a kind tells of its own, such as a battery.
    """
    facts = read(text)
    network = replace(facts.network, signal_dbm=None) if facts.network else None
    return replace(facts, network=network, storage=None, own={})


def shown(text: str) -> Mapping[str, Any]:
    """What is stored as other software reads it, without what is only the SIM's own."""
    return {name: value for name, value in object_in(text).items() if name not in _NOT_SHOWN}


def _network(told: Mapping[str, Any]) -> NetworkFacts:
    registration = _text(told, "registration")
    return NetworkFacts(
        registration=Registration(registration) if registration in set(Registration) else None,
        roaming=told.get("roaming") is True,
        signal_dbm=_whole(told, "signal_dbm"),
        network=_text(told, "network"),
        network_code=_text(told, "network_code"),
    )


def _storage(told: Mapping[str, Any]) -> StorageFacts | None:
    used, total = _whole(told, "storage_used"), _whole(told, "storage_total")
    if used is None or total is None:
        return None
    return StorageFacts(storage_used=used, storage_total=total)


def _sms_limit(told: Mapping[str, Any]) -> SmsLimitFacts | None:
    parts, window_ms = _whole(told, "sms_parts"), _whole(told, "sms_window_ms")
    if parts is None or window_ms is None:
        return None
    return SmsLimitFacts(sms_parts=parts, sms_window_ms=window_ms)


def _text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) and value else None


def _whole(told: Mapping[str, Any], name: str) -> int | None:
    value = told.get(name)
    return value if is_whole(value) else None
