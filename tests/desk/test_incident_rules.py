"""What is wrong with a device or the machine, from what it told last."""

from datetime import date
from typing import Any

import pytest

from appliance.channels import Channel
from appliance.desk.lines.incidents.battery_rules import (
    ALWAYS_FULL_DAYS,
    LOW_DAYS,
    battery,
    is_always_full,
)
from appliance.desk.lines.incidents.condition import Condition
from appliance.desk.lines.incidents.device_rules import OF_A_DEVICE, diagnose, release_day
from appliance.desk.lines.incidents.machine_rules import (
    OF_THE_MACHINE,
    MachineFacts,
    diagnose_machine,
)
from appliance.desk.lines.incidents.tracks import PATIENCE
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.health_facts import health_in
from appliance.devices.protocol import DeviceState
from appliance.reasons import Reason
from appliance.store.battery_days import BatteryDay
from appliance.store.incidents import IncidentKind
from tests.queue.counter import BOTH, MONDAY, at

K = IncidentKind
D = DeviceState
WELL = {"awake": True, "battery_percent": 80, "battery_celsius": 27.4, "battery_health": "good"}


def condition(
    state: DeviceState = D.READY,
    reason: Reason = Reason.NONE,
    *,
    kind: str = "phone",
    closed: frozenset[Channel] = frozenset(),
    days: tuple[BatteryDay, ...] = (),
    own: dict[str, Any] | None = None,
) -> Condition:
    return Condition(
        device_id="d",
        line_id="l",
        kind=kind,
        state=state,
        reason=reason,
        facts=DeviceFacts(own=WELL if own is None else own),
        routes=BOTH,
        closed=closed,
        days=days,
    )


def found(each: Condition, *, now_ms: int = MONDAY) -> dict[str, dict[str, Any]]:
    diagnosis = diagnose(each, now_ms=now_ms)
    return {kind.value: dict(facts) for kind, facts in diagnosis.found.items()}


def test_a_phone_with_which_all_was_tried_asks_for_a_person() -> None:
    """The incident of a phone that cannot be read says so, and closes with it."""
    hung = condition(D.DEGRADED, Reason.NOT_ANSWERING, own={"needs_person": True})
    assert found(hung)["unreadable"]["what"] == "needs-person"
    assert "what" not in found(condition(D.DEGRADED, Reason.NOT_ANSWERING))["unreadable"]
    locked = found(condition(D.DEGRADED, Reason.LOCKED))
    assert locked["unreadable"]["reason"] == "locked"


def day(name: str = "2026-06-01", low: int = 60, high: int = 80, **more: Any) -> BatteryDay:
    return BatteryDay(day=name, lowest_percent=low, highest_percent=high, **more)


def test_a_phone_that_is_well_has_nothing() -> None:
    diagnosis = diagnose(condition(), now_ms=MONDAY)
    assert (diagnosis.found, diagnosis.unknown) == ({}, frozenset())


@pytest.mark.parametrize(
    ("state", "reason", "kind"),
    [
        (D.ABSENT, Reason.NOT_PLUGGED_IN, K.AWAY),
        (D.UNAUTHORIZED, Reason.NOT_ALLOWED, K.AWAY),
        (D.OFFLINE, Reason.CONNECTION_DEAD, K.AWAY),
        (D.DEGRADED, Reason.NOT_ANSWERING, K.UNREADABLE),
        (D.DEGRADED, Reason.LOCKED, K.UNREADABLE),
        (D.DEGRADED, Reason.NO_SIM, K.NO_SIM),
        (D.DEGRADED, Reason.OTHER_SIM, K.OTHER_SIM),
        (D.DEGRADED, Reason.NO_WHATSAPP, K.LOGGED_OUT),
        (D.DEGRADED, Reason.PHONE_CLOCK, K.CLOCK),
        (D.DEGRADED, Reason.PHONE_STORAGE, K.STORAGE),
        (D.DEGRADED, Reason.TOO_HOT, K.HOT),
        (D.DEGRADED, Reason.SMS_UNREADABLE, K.UNREADABLE),
    ],
)
def test_what_the_driver_says_is_an_incident(
    state: DeviceState, reason: Reason, kind: IncidentKind
) -> None:
    """With the channels over which nothing is sent because of it."""
    facts = found(condition(state, reason, closed=BOTH))
    assert facts == {kind.value: {"reason": reason.value, "stops": ["sms", "whatsapp"]}}


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (Reason.NOT_ANSWERING, K.MODEM_SILENT),
        (Reason.CONNECTION_DEAD, K.MODEM_SILENT),
        (Reason.NO_CREDIT, K.NO_CREDIT),
        (Reason.NO_NETWORK, K.NO_NETWORK),
        (Reason.NOT_PLUGGED_IN, K.AWAY),
    ],
)
def test_a_modem_has_words_of_its_own(reason: Reason, kind: IncidentKind) -> None:
    assert list(found(condition(D.DEGRADED, reason, kind="modem", own={}))) == [kind.value]


@pytest.mark.parametrize(
    ("stop", "kind"),
    [
        ("banned", K.BANNED),
        ("warned", K.RESTRICTED),
        ("logged-out", K.LOGGED_OUT),
        ("not-set-up", K.LOGGED_OUT),
        ("expired", K.UPDATE_REQUIRED),
        (None, K.RESTRICTED),
    ],
)
def test_the_page_that_closes_whatsapp_tells_what_it_is(
    stop: str | None, kind: IncidentKind
) -> None:
    own = {**WELL, "whatsapp_stop": stop}
    assert list(found(condition(D.DEGRADED, Reason.WHATSAPP_STOPPED, own=own))) == [kind.value]


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"resting": True, "battery_celsius": 46.0}, K.HOT),
        ({"storage_free_mb": 100}, K.STORAGE),
        ({"mobile_network": False}, K.NO_NETWORK),
        ({"clock_ahead_min": -9}, K.CLOCK),
        ({"battery_health": "over-voltage"}, K.BATTERY),
        ({"battery_percent": 9, "charging": False}, K.BATTERY),
        ({"whatsapp_version": "2.25.51.7"}, K.UPDATE_REQUIRED),
    ],
)
def test_what_the_phone_tells_is_an_incident_beside_what_the_driver_says(
    told: dict[str, Any], kind: IncidentKind
) -> None:
    """A locked phone may be hot, too."""
    own = {**WELL, **told}
    assert list(found(condition(own=own))) == [kind.value]
    locked = found(condition(D.DEGRADED, Reason.LOCKED, own=own))
    assert set(locked) == {"unreadable", kind.value}


@pytest.mark.parametrize(
    "told",
    [
        {"storage_free_mb": 500, "mobile_network": True, "clock_ahead_min": 4},
        {"battery_percent": 9, "charging": True},
        {"whatsapp_version": "2.23.10.2"},  # it works though it should have ended long ago
        {"whatsapp_version": "2.26.20.1"},
        {"whatsapp_version": "unknown"},
    ],
)
def test_what_is_no_matter_is_none(told: dict[str, Any]) -> None:
    assert found(condition(own={**WELL, **told})) == {}


def test_without_a_network_sms_alone_stops() -> None:
    facts = found(condition(own={**WELL, "mobile_network": False}))
    assert facts["no-network"]["stops"] == ["sms"]


def test_an_end_that_comes_is_said_a_week_before_and_not_earlier() -> None:
    """The week in a version's name, and half a year."""
    own = {**WELL, "whatsapp_version": "2.26.01.5"}
    assert release_day("2.26.01.5") == date(2025, 12, 29)
    seen = [
        bool(found(condition(own=own), now_ms=at(f"2026-{day} 12:00")))
        for day in ("06-19", "06-20", "06-27", "07-04", "07-05")
    ]
    assert seen == [False, True, True, True, False]


@pytest.mark.parametrize("version", ["", "2", "2.26", "2.x.y", "2.26.54.1", "2.26.0.1"])
def test_a_version_that_names_no_week_tells_nothing(version: str) -> None:
    assert release_day(version) is None


def test_of_a_phone_that_is_away_nothing_else_is_known() -> None:
    """What was open stays open until it is back."""
    diagnosis = diagnose(condition(D.ABSENT, Reason.NOT_PLUGGED_IN, own={}), now_ms=MONDAY)
    assert list(diagnosis.found) == [K.AWAY]
    assert diagnosis.unknown >= {K.HOT, K.BATTERY, K.BANNED, K.NO_SIM, K.UNREADABLE, K.CLOCK}


def test_a_grave_reason_hides_the_lesser_ones_only() -> None:
    diagnosis = diagnose(condition(D.DEGRADED, Reason.LOCKED), now_ms=MONDAY)
    assert diagnosis.unknown >= {K.BANNED, K.LOGGED_OUT, K.STORAGE}
    assert diagnosis.unknown.isdisjoint({K.AWAY, K.NO_SIM, K.HOT, K.BATTERY, K.UNREADABLE})


def test_of_a_device_that_was_never_heard_nothing_is_known() -> None:
    diagnosis = diagnose(condition(D.ABSENT, Reason.NONE, own={}), now_ms=MONDAY)
    assert (diagnosis.found, diagnosis.unknown) == ({}, OF_A_DEVICE)


def test_a_reason_that_no_rule_knows_is_still_an_incident() -> None:
    """A kind of device from elsewhere may have reasons of its own."""
    assert list(found(condition(D.DEGRADED, Reason.PERSON))) == ["unreadable"]


def test_each_kind_that_a_rule_finds_has_its_patience() -> None:
    assert set(PATIENCE) == OF_A_DEVICE | OF_THE_MACHINE


@pytest.mark.parametrize(
    ("own", "days", "what"),
    [
        ({"battery_health": "dead"}, (), "battery-ill"),
        ({"battery_capacity_percent": 71}, (), "battery-worn"),
        ({"battery_cycles": 1200}, (), "battery-cycles"),
        ({"battery_cycles": 1200, "battery_capacity_percent": 88}, (), None),
        ({}, (day(capacity_percent=95), day(capacity_percent=88)), "battery-wears"),
        ({}, (day(capacity_percent=95), day(), day(capacity_percent=92)), None),
        ({}, (day(low=5, high=25),) * LOW_DAYS, "battery-low"),
        ({}, (day(low=5, high=25),) * (LOW_DAYS - 1), None),
    ],
)
def test_a_battery_that_is_ill_worn_or_hungry_needs_a_person(
    own: dict[str, Any], days: tuple[BatteryDay, ...], what: str | None
) -> None:
    facts = battery(health_in(own).battery, days)
    assert (facts["what"] if facts else None) == what


def test_a_battery_that_is_never_used_is_advised_about() -> None:
    full = [day(low=97, high=100)] * ALWAYS_FULL_DAYS
    assert is_always_full(full)
    assert not is_always_full(full[1:])
    assert not is_always_full([*full[1:], day(low=60, high=100)])


@pytest.mark.parametrize(
    ("machine", "kind", "what"),
    [
        (MachineFacts(undervoltage=True), K.UNDERVOLTAGE, "undervoltage"),
        (MachineFacts(celsius=82.4), K.HOT, "machine-hot"),
        (MachineFacts(disk_low=True), K.DISK, "disk-low"),
        (MachineFacts(disk_errors=2, disk_low=True), K.DISK, "disk-errors"),
        (MachineFacts(disk_complains=True), K.DISK, "disk-errors"),
        (MachineFacts(usb=["usb-power"]), K.USB, "usb-power"),
        (
            MachineFacts(box={"what": "card-unknown-key", "about": "nmae"}),
            K.BOX,
            "card-unknown-key",
        ),
    ],
)
def test_what_the_kernel_says_is_an_incident_of_the_machine(
    machine: MachineFacts, kind: IncidentKind, what: str
) -> None:
    ((seen, facts),) = diagnose_machine(machine).found.items()
    assert (seen, facts["what"], facts["stops"]) == (kind, what, [])


def test_a_machine_that_tells_nothing_has_nothing() -> None:
    assert diagnose_machine(MachineFacts()).found == {}
