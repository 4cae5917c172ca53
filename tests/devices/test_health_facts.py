"""What a phone tells of how it is: kept as JSON, read again, and its keys known in one place."""

import re
from pathlib import Path

import pytest

import appliance
from appliance.devices import device_facts
from appliance.devices.device_facts import DeviceFacts
from appliance.devices.health_facts import BatteryFacts, HealthFacts, health_in

HOUSE = Path(appliance.__file__).parent
ABOVE = ("desk", "queue", "relay", "api", "runtime", "office")
BY_STRING = re.compile(r"facts(\(.*\))?\.own\b|\bown(\.get\(|\[)\s*[\"']")

ILL = HealthFacts(
    battery=BatteryFacts(
        percent=12, celsius=46.5, health="dead", charging=False, cycles=900, capacity_percent=71
    ),
    resting=True,
    free_mb=0,
    served=False,
    clock_ahead_min=-7,
    stop="banned",
    whatsapp_version="2.26.20.1",
    needs_person=True,
)


@pytest.mark.parametrize("health", [ILL, HealthFacts(), HealthFacts(served=True)])
def test_what_was_told_is_read_again(health: HealthFacts) -> None:
    told = device_facts.stored(DeviceFacts(own={"awake": True, **health.as_facts()}))
    read = device_facts.read(told)
    assert read.health == health
    assert read.own["awake"] is True


def test_a_phone_that_is_well_says_nothing_of_itself() -> None:
    assert HealthFacts().as_facts() == {}


def test_what_cannot_be_read_is_nothing() -> None:
    """Another version of Balie, or a hand, left it there."""
    told = {name: [1] for name in ILL.as_facts()}
    assert health_in(told) == HealthFacts()
    assert health_in({"battery_percent": True, "clock_ahead_min": "7"}) == HealthFacts()


def test_no_floor_above_reads_a_key_of_them_by_its_name() -> None:
    paths = [path for floor in ABOVE for path in (HOUSE / floor).rglob("*.py")]
    assert paths
    assert [str(path) for path in paths if BY_STRING.search(path.read_text("utf-8"))] == []
