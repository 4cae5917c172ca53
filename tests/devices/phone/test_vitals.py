"""What a phone tells of its battery, room and network, and when it is too hot to work."""

import pytest

from appliance.channels import Channel
from appliance.devices.health_facts import BatteryFacts
from appliance.devices.phone.battery import Heat, read_battery
from appliance.devices.phone.service import free_mb, is_in_service, names_operator
from appliance.devices.protocol import DeviceState
from appliance.reasons import Reason
from tests.devices.phone.driver_kit import Desk

ANDROID = """Current Battery Service state:
  AC powered: false
  USB powered: true
 Time when the latest updated value of the voltage was sent via battery changed broadcast: 11-21
  status: {status}
  health: {health}
  present: true
  level: {level}
  scale: 100
  voltage: 4352
  temperature: {temperature}
  technology: Li-ion
"""
TYPICAL = {"status": 2, "health": 2, "level": 80, "temperature": 274}


def printed(more: str = "", **other: int) -> str:
    return ANDROID.format(**{**TYPICAL, **other}) + more


def test_a_battery_tells_level_heat_health_and_whether_it_charges() -> None:
    assert read_battery(printed()) == BatteryFacts(
        percent=80, celsius=27.4, health="good", charging=True
    )
    drained = read_battery(printed(status=3, health=5, temperature=-12))
    assert (drained.charging, drained.health, drained.celsius) == (False, "over-voltage", -1.2)


@pytest.mark.parametrize(
    ("lines", "cycles", "capacity"),
    [
        ("  mSavedBatteryAsoc: 93\n  mSavedBatteryUsage: 25433\n", 254, 93),
        ("  mSavedBatteryAsoc: [93]\n  mSavedBatteryUsage: [25433]\n", 254, 93),
        ("  mSavedBatteryBsoh: 88.5\n", None, 88),
        ("  mSavedBatteryAsoc: -1\n  mSavedBatteryUsage: 0\n", None, None),
        ("  Cycle count: 312\n", 312, None),
        ("  android.os.extra.CYCLE_COUNT=312\n", 312, None),
        ("  LLB CAL: 20231104\n  a: b: c\n  nothing\n", None, None),
    ],
)
def test_what_a_maker_adds_is_read_where_it_makes_sense(
    lines: str, cycles: int | None, capacity: int | None
) -> None:
    found = read_battery(printed(lines))
    assert (found.cycles, found.capacity_percent) == (cycles, capacity)


@pytest.mark.parametrize("dump", ["", "Can't find service: battery", "WARNING: linker: x\n"])
def test_a_battery_that_cannot_be_read_tells_nothing(dump: str) -> None:
    assert read_battery(dump).as_facts() == {}


def test_a_hot_phone_rests_until_it_is_well_below_that() -> None:
    """So it does not come and go around one degree; without a temperature it stays as it was."""
    heat, seen = Heat(), []
    for celsius in (44.9, 45.0, 45.1, 43.0, None, 42.0, 41.9, 44.9):
        heat.note(BatteryFacts(celsius=celsius))
        seen.append(heat.rests)
    assert seen == [False, False, True, True, True, True, False, False]


def test_room_is_what_toybox_counts_in_blocks_of_a_kilobyte() -> None:
    answer = (
        "Filesystem       1K-blocks     Used Available Use% Mounted on\n"
        "/dev/block/dm-51 110000000 66992000  43008000  61% /data\n"
    )
    assert free_mb(answer) == 42_000
    assert free_mb("df: /data: Permission denied") is None


def test_a_network_is_an_operators_name_or_service_in_the_registry() -> None:
    assert names_operator("KPN,\n", 0)
    assert not names_operator("KPN,\n", 1)
    assert not names_operator("", 0)
    dump = (
        "  Phone Id=0\n    mServiceState={mVoiceRegState=1(OUT_OF_SERVICE),"
        " mDataRegState=1(OUT_OF_SERVICE), x}\n"
        "  Phone Id=1\n    mServiceState={mVoiceRegState=1(OUT_OF_SERVICE),"
        " mDataRegState=0(IN_SERVICE), x}\n"
    )
    assert [is_in_service(dump, slot) for slot in (0, 1, 2)] == [False, True, None]
    assert is_in_service("Can't find service: telephony.registry", 0) is None


def test_nothing_is_sent_from_a_phone_that_is_too_hot(desk: Desk) -> None:
    """It is read as before, so what people write still comes."""
    desk.world.inject(kind="battery", temperature=461)
    status = desk.driver.probe()
    assert (status.state, status.reason) == (DeviceState.DEGRADED, Reason.TOO_HOT)
    assert status.channels == frozenset()
    assert status.facts.own["resting"] is True
    desk.world.write("+31687654321", "Hoi")
    assert desk.driver.receive()
    desk.world.inject(kind="battery", temperature=430)
    assert desk.driver.probe().reason is Reason.TOO_HOT
    desk.world.inject(kind="battery", temperature=410)
    status = desk.driver.probe()
    assert status.state is DeviceState.READY
    assert status.channels == {Channel.WHATSAPP, Channel.SMS}


def test_a_phone_tells_its_battery_room_and_network(desk: Desk) -> None:
    own = desk.driver.probe().facts.own
    assert (own["storage_free_mb"], own["mobile_network"]) == (42_000, True)
    assert "battery_cycles" not in own
    desk.world.inject(kind="battery", cycles=254, capacity=93, health=5)
    desk.world.inject(kind="storage", free_mb=120)
    desk.world.inject(kind="radio", on=False)
    own = desk.driver.probe().facts.own
    assert (own["battery_cycles"], own["battery_capacity_percent"]) == (254, 93)
    assert (own["battery_health"], own["storage_free_mb"]) == ("over-voltage", 100)
    assert own["mobile_network"] is False


def test_the_page_that_closes_whatsapp_is_told(desk: Desk) -> None:
    desk.world.fault("banned")
    handset = desk.world.handset
    desk.world.on_loop(lambda: handset.bring(handset.whatsapp))
    assert desk.driver.probe().facts.own["whatsapp_stop"] == "banned"
