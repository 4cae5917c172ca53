"""What is wrong with a device: a rule a kind of incident, from what the device told last."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from appliance.desk.lines.incidents.battery_rules import battery
from appliance.desk.lines.incidents.condition import Condition, Diagnosis, Facts, stopping
from appliance.devices.kind import Kind
from appliance.devices.protocol import DeviceState
from appliance.reasons import Reason
from appliance.store.incidents import IncidentKind

_K = IncidentKind

# A driver tells the gravest reason only. The order here is theirs: what stands behind the present
# reason cannot be told now, and what stands before it is over.
_BY_REASON: Mapping[Reason, IncidentKind] = {
    Reason.NOT_PLUGGED_IN: _K.AWAY,
    Reason.NOT_ALLOWED: _K.AWAY,
    Reason.CONNECTION_DEAD: _K.AWAY,
    Reason.OTHER_MODEM: _K.AWAY,
    Reason.SAME_IMEI: _K.AWAY,
    Reason.SERVICE_AWAY: _K.AWAY,
    Reason.SERVICE_UNTRUSTED: _K.AWAY,
    Reason.NOT_ANSWERING: _K.UNREADABLE,
    Reason.BOOTING: _K.UNREADABLE,
    Reason.NO_SIM: _K.NO_SIM,
    Reason.SIM_PIN: _K.NO_SIM,
    Reason.SIM_PUK: _K.NO_SIM,
    Reason.OTHER_SIM: _K.OTHER_SIM,
    Reason.TWO_SIMS: _K.OTHER_SIM,
    Reason.LOCKED: _K.UNREADABLE,
    Reason.SERVER_WILL_NOT_START: _K.UNREADABLE,
    Reason.ACCOUNT_SHUT: _K.LOGGED_OUT,
    Reason.READ_ELSEWHERE: _K.READ_ELSEWHERE,
    Reason.HAS_WEBHOOK: _K.READ_ELSEWHERE,
    Reason.NO_WHATSAPP: _K.LOGGED_OUT,
    Reason.WHATSAPP_STOPPED: _K.RESTRICTED,
    Reason.PHONE_CLOCK: _K.CLOCK,
    Reason.PHONE_STORAGE: _K.STORAGE,
    Reason.CLOCK_UNREADABLE: _K.CLOCK,
    Reason.NOTIFICATIONS_UNREADABLE: _K.UNREADABLE,
    Reason.SMS_UNREADABLE: _K.UNREADABLE,
    Reason.SMS_SIM: _K.OTHER_SIM,
    Reason.BARRED: _K.NO_NETWORK,
    Reason.NO_NETWORK: _K.NO_NETWORK,
    Reason.NO_CREDIT: _K.NO_CREDIT,
    Reason.TOO_HOT: _K.HOT,
    Reason.TOO_FAST: _K.UNREADABLE,
}
_IN_ORDER = tuple(_BY_REASON)
# The device tells nothing of itself then.
_BLIND = frozenset(_IN_ORDER[: _IN_ORDER.index(Reason.BOOTING)])
# The words of a phone's driver for the page that closes WhatsApp.
_BY_STOP: Mapping[str, IncidentKind] = {
    "banned": _K.BANNED,
    "warned": _K.RESTRICTED,
    "logged-out": _K.LOGGED_OUT,
    "not-set-up": _K.LOGGED_OUT,
    "expired": _K.UPDATE_REQUIRED,
}
_STOPS = frozenset({*_BY_STOP.values(), _K.RESTRICTED})

FULL_BELOW_MB = 500
"""Pictures of a busy day fit in it; WhatsApp itself stops at less."""
WRONG_FROM_MIN = 5
"""WhatsApp takes no part when the date is wrong, and proof rests on the phone's clock."""
WARNED_DAYS = 7
LIVES_DAYS = 180
"""How long a version of WhatsApp works is uncertain: months, say those who saw one end."""


def diagnose(condition: Condition, *, now_ms: int) -> Diagnosis:
    if condition.state is DeviceState.ABSENT and condition.reason is Reason.NONE:
        return Diagnosis(unknown=OF_A_DEVICE)  # nothing was heard of it yet
    found: dict[IncidentKind, Facts] = {}
    if (kind := _kind_of_reason(condition)) is not None:
        found[kind] = {
            "reason": condition.reason.value,
            "stops": stopping(condition.closed),
        }
        if condition.facts.health.needs_person:
            found[kind] = {**found[kind], "what": "needs-person"}
    for kind, rule in _BY_FACTS.items():
        if kind not in found and (facts := rule(condition, now_ms)) is not None:
            found[kind] = {"stops": [], **facts}
    return Diagnosis(found=found, unknown=_hidden_by(condition.reason) - found.keys())


def _kind_of_reason(condition: Condition) -> IncidentKind | None:
    reason = condition.reason
    if reason is Reason.NONE:
        return None
    if reason is Reason.WHATSAPP_STOPPED:
        return _BY_STOP.get(condition.facts.health.stop or "", _K.RESTRICTED)
    kind = _BY_REASON.get(reason, _K.UNREADABLE)
    silent = kind is _K.UNREADABLE or reason is Reason.CONNECTION_DEAD
    if silent and Kind.named(condition.kind).hands_to_network:
        return _K.MODEM_SILENT
    return kind


def _hidden_by(reason: Reason) -> frozenset[IncidentKind]:
    """The kinds of which a device tells nothing while this is the matter with it."""
    if reason not in _BY_REASON:
        return frozenset()
    behind = _IN_ORDER[_IN_ORDER.index(reason) + 1 :]
    hidden = {_BY_REASON[each] for each in behind} - {_K.HOT}
    if Reason.WHATSAPP_STOPPED in behind:
        hidden |= _STOPS
    return frozenset(hidden | _BY_FACTS.keys() if reason in _BLIND else hidden)


def _hot(condition: Condition, now_ms: int) -> Facts | None:
    del now_ms
    health = condition.facts.health
    if not health.resting:
        return None
    celsius = health.battery.celsius
    told = {} if celsius is None else {"celsius": round(celsius)}
    return {"reason": Reason.TOO_HOT.value, "stops": stopping(condition.closed), **told}


def _battery(condition: Condition, now_ms: int) -> Facts | None:
    del now_ms
    return battery(condition.facts.health.battery, condition.days)


def _storage(condition: Condition, now_ms: int) -> Facts | None:
    del now_ms
    free_mb = condition.facts.health.free_mb
    if free_mb is None or free_mb >= FULL_BELOW_MB:
        return None
    return {"what": "phone-full", "free_mb": free_mb}


def _no_network(condition: Condition, now_ms: int) -> Facts | None:
    del now_ms
    if condition.facts.health.served is not False:
        return None
    by_sim = frozenset(each for each in condition.routes if each.uses_sim)
    return {"what": "no-service", "stops": stopping(by_sim)}


def _clock(condition: Condition, now_ms: int) -> Facts | None:
    del now_ms
    ahead_min = condition.facts.health.clock_ahead_min
    return {"what": "phone-clock-off"} if abs(ahead_min) >= WRONG_FROM_MIN else None


def _update(condition: Condition, now_ms: int) -> Facts | None:
    """A version that still works some days after its reckoned end proves the reckoning wrong."""
    version = condition.facts.health.whatsapp_version or ""
    if (released := release_day(version)) is None:
        return None
    ends = released + timedelta(days=LIVES_DAYS)
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    if abs(today - ends) > timedelta(days=WARNED_DAYS):
        return None
    return {"what": "ends-soon", "version": version, "ends": ends.isoformat()}


def release_day(version: str) -> date | None:
    """WhatsApp names a version after the year and the week of it, such as 2.25.23.12; that this is
    its meaning is uncertain.
    """
    parts = version.split(".")
    try:
        return date.fromisocalendar(2000 + int(parts[1]), int(parts[2]), 1)
    except (IndexError, ValueError):
        return None


_Rule = Callable[[Condition, int], Mapping[str, Any] | None]
_BY_FACTS: Mapping[IncidentKind, _Rule] = {
    _K.HOT: _hot,
    _K.BATTERY: _battery,
    _K.STORAGE: _storage,
    _K.NO_NETWORK: _no_network,
    _K.CLOCK: _clock,
    _K.UPDATE_REQUIRED: _update,
}

OF_A_DEVICE = frozenset({*_BY_REASON.values(), *_STOPS, *_BY_FACTS, _K.MODEM_SILENT})
"""The kinds that these rules open and close."""
