"""What a device tells of itself, as it is kept and read again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.devices import device_facts
from appliance.devices.device_facts import (
    CardFacts,
    DeviceFacts,
    HardwareFacts,
    NetworkFacts,
    Registration,
    SmsLimitFacts,
    StorageFacts,
)

MODEM = DeviceFacts(
    hardware=HardwareFacts(
        port="/dev/ttyUSB0", imei="356938035643809", manufacturer="huawei", model="E3372"
    ),
    card=CardFacts(iccid="8931440000000000001", imsi="204080000000001", balance_cents=420),
    network=NetworkFacts(registration=Registration.HOME, signal_dbm=-71, network="KPN"),
    storage=StorageFacts(storage_used=3, storage_total=20),
    own={"storage": {"SM": [3, 20]}},
)
PHONE = DeviceFacts(
    sms_limit=SmsLimitFacts(sms_parts=30, sms_window_ms=60_000),
    own={"awake": True, "battery_percent": 87, "battery_celsius": 31.5},
)
ABROAD = DeviceFacts(network=NetworkFacts(registration=Registration.ROAMING, roaming=True))

KEYS = st.sampled_from(sorted(MODEM.as_json() | PHONE.as_json()))
VALUES: st.SearchStrategy[Any] = st.sampled_from(
    ["", "home", "at sea", -71, 0, 1.5, True, False, None, [], ["home"], {}]
)


@pytest.mark.parametrize("facts", [MODEM, PHONE, ABROAD, DeviceFacts()])
def test_what_a_device_told_is_read_as_it_was_told(facts: DeviceFacts) -> None:
    assert device_facts.read(device_facts.stored(facts)) == facts


def test_facts_are_kept_under_the_names_that_other_software_reads() -> None:
    """Null where a network is not known; what was not told has no key."""
    assert MODEM.as_json() == {
        "port": "/dev/ttyUSB0",
        "imei": "356938035643809",
        "manufacturer": "huawei",
        "model": "E3372",
        "iccid": "8931440000000000001",
        "imsi": "204080000000001",
        "balance_cents": 420,
        "registration": "home",
        "roaming": False,
        "signal_dbm": -71,
        "network": "KPN",
        "network_code": None,
        "storage": {"SM": [3, 20]},
        "storage_used": 3,
        "storage_total": 20,
    }
    assert PHONE.as_json() == {
        "awake": True,
        "sms_parts": 30,
        "sms_window_ms": 60_000,
        "battery_percent": 87,
        "battery_celsius": 31.5,
    }


def test_a_row_of_another_version_is_read_as_far_as_it_goes() -> None:
    """It told less, and something that nobody knows any more: that is kept and shown."""
    facts = device_facts.read('{"signal_dbm": -71, "network": "KPN", "antenna": "left"}')
    assert facts.signal_dbm == -71
    assert not facts.is_roaming
    assert facts.hardware.port is None
    assert facts.own == {"antenna": "left"}


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[1]", '"home"', '{"storage_used": 3}', '{"sms_parts": 30}']
)
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    facts = device_facts.read(text)
    assert facts == DeviceFacts()
    assert device_facts.shown(text) in ({}, {"storage_used": 3}, {"sms_parts": 30})


@pytest.mark.parametrize(
    "told",
    [
        {"signal_dbm": "strong", "registration": "at sea", "roaming": "yes", "network": 7},
        {"signal_dbm": True, "registration": ["home"], "roaming": 1, "network": {}},
    ],
)
def test_a_spoilt_value_is_nothing_and_spoils_no_other(told: dict[str, Any]) -> None:
    facts = device_facts.read(json.dumps({**told, "port": "/dev/ttyUSB0"}))
    assert facts.network == NetworkFacts()
    assert facts.hardware.port == "/dev/ttyUSB0"


@given(st.dictionaries(KEYS, VALUES))
def test_whatever_is_stored_is_read(told: dict[str, Any]) -> None:
    """Reading raises nothing, and what was read is read again the same."""
    facts = device_facts.read(json.dumps(told))
    assert device_facts.read(device_facts.stored(facts)) == facts
    assert all(told[name] == value for name, value in device_facts.shown(json.dumps(told)).items())


def test_what_is_only_the_sim_s_own_is_not_shown() -> None:
    shown = device_facts.shown(device_facts.stored(MODEM))
    assert not shown.keys() & {"iccid", "imsi", "imei", "balance_cents"}
    assert shown["network_code"] is None
