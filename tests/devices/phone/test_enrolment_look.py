"""What a look at a phone tells before it is enrolled, and the one next step."""

import re

import pytest

from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.calls import Output
from appliance.devices.phone.enrolment.enroller import PhoneEnroller, asked_by_state
from appliance.devices.phone.enrolment.portrait import QUESTIONS, read_portrait
from appliance.emulated.phone.hardware import LockKind
from appliance.emulated.phone.spec import PhoneSpec
from appliance.enrolment import Portrait, ToDo
from tests.devices.phone.driver_kit import OWN, World
from tests.devices.phone.enrolling import XIAOMI, as_it_is, phones
from tests.emulated.phone_bench import eventually

__all__ = ["phones"]  # the fixture

LOCKED = PhoneSpec(number=OWN, lock=LockKind.PIN, pin="1234")
BARE = PhoneSpec(number=OWN, whatsapp_installed=False)
GERMAN = PhoneSpec(number=OWN, locale="de-DE")

# What a look may ask: it reads, and starts nothing.
READS = re.compile(
    r"getprop \S+|settings get \S+ \S+|dumpsys (?:window|isub|package \S+)|content query .*|echo .*"
)


@pytest.mark.parametrize(
    "spec", [PhoneSpec(number=OWN, maker="samsung", model="SM-A546B")], indirect=True
)
def test_a_look_says_what_the_phone_is_and_only_reads(world: World, phones: PhoneEnroller) -> None:
    """Nothing on it is changed, nothing is started, and its screen stays as it was."""
    before, front = as_it_is(world), world.handset.front
    world.on_loop(world.handset.sleep)
    portrait = phones.look(world.serial)
    assert portrait.to_do is ToDo.NUMBER
    assert portrait.name == "Samsung SM-A546B"
    assert (portrait.android, portrait.language) == ("14", "nl-NL")
    assert portrait.whatsapp == {"com.whatsapp": "2.25.23.12"}
    assert portrait.numbers == [OWN]
    asked = world.traffic.shell_lines
    assert asked
    assert [line for line in asked if not READS.fullmatch(line)] == []
    assert as_it_is(world) == before
    assert world.handset.front is front
    assert not world.handset.screen_on
    assert (world.traffic.taps, world.traffic.http_requests) == (0, 0)


@pytest.mark.parametrize(
    ("spec", "happens", "to_do"),
    [
        (BARE, {}, ToDo.INSTALL),
        (GERMAN, {}, ToDo.LANGUAGE),
        (PhoneSpec(number=OWN), {"kind": "by-person", "locale": "pl-PL"}, ToDo.LANGUAGE),
        (PhoneSpec(number=OWN), {"kind": "by-person", "whatsapp": False}, ToDo.INSTALL),
        (PhoneSpec(number=OWN), {"kind": "unplug-sim"}, ToDo.INSERT_SIM),
        (LOCKED, {}, ToDo.UNLOCK),
        (PhoneSpec(number=OWN), {"fault": "booting"}, ToDo.BOOT),
        (XIAOMI, {"fault": "input-refused"}, ToDo.SECOND_SWITCH),
        (XIAOMI, {}, ToDo.NUMBER),
        (
            PhoneSpec(number=OWN),
            {"kind": "plug-sim", "slot": 1, "iccid": "8931440000000000002"},
            ToDo.ONE_SIM,
        ),
    ],
    indirect=["spec"],
)
def test_a_look_names_the_one_next_step(
    world: World, phones: PhoneEnroller, happens: dict[str, object], to_do: ToDo
) -> None:
    """The first thing that is in the way, as a person would meet it."""
    if "fault" in happens:
        world.fault(str(happens["fault"]))
    elif happens:
        world.inject(**happens)
    assert phones.look(world.serial).to_do is to_do


@pytest.mark.parametrize("spec", [PhoneSpec(number=OWN, authorised=False)], indirect=True)
def test_a_phone_that_asks_is_listed_with_what_to_do(
    adb_server_port: int, spec: PhoneSpec, phones: PhoneEnroller
) -> None:
    """It shows the dialog, and once somebody has tapped Allow it can be looked at."""
    del adb_server_port
    world = World(spec)
    try:
        adb_server.connect(world.serial)
        asks = Portrait(address=world.serial, to_do=ToDo.ALLOW)
        assert eventually(lambda: phones.plugged().get(world.serial) == asks)
        assert eventually(lambda: world.handset.offered_key is not None)  # the dialog shows
        world.inject(kind="authorise")
        assert eventually(lambda: phones.plugged().get(world.serial, asks) is None)
    finally:
        world.close()


@pytest.mark.parametrize(
    ("word", "to_do"),
    [
        ("device", None),
        ("unauthorized", ToDo.ALLOW),
        ("no permissions (user in plugdev group; are your udev rules wrong?)", ToDo.USB_RIGHTS),
        ("no permissions (missing udev rules? user is in the plugdev group)", ToDo.USB_RIGHTS),
        ("offline", ToDo.RECONNECT),
        ("recovery", ToDo.RESTART),
    ],
)
def test_adb_s_word_for_a_phone_is_a_next_step(word: str, to_do: ToDo | None) -> None:
    """As adb prints them."""
    assert asked_by_state(word) is to_do


def test_whatsapp_business_and_an_old_release_are_known() -> None:
    """By the package and by the version that it names."""
    portrait = read_portrait("S1", answers(business="2.25.1.1", messenger="2.22.9.8"))
    assert portrait.whatsapp == {"com.whatsapp": "2.22.9.8", "com.whatsapp.w4b": "2.25.1.1"}
    assert portrait.to_do is ToDo.UPDATE
    assert read_portrait("S1", answers(business="2.25.1.1")).to_do is ToDo.NUMBER


def answers(*, business: str = "", messenger: str = "") -> list[Output]:
    """Those of a phone on which all is well."""
    told = {
        "getprop ro.product.manufacturer": "samsung",
        "getprop persist.sys.locale": "nl-NL",
        "getprop sys.boot_completed": "1",
        "getprop gsm.sim.state": "LOADED",
        "settings get secure sms_default_application": "com.samsung.android.messaging",
        "dumpsys package com.whatsapp": f"    versionName={messenger}" if messenger else "",
        "dumpsys package com.whatsapp.w4b": f"    versionName={business}" if business else "",
    }
    return [Output(text=told.get(question, ""), status=0) for question in QUESTIONS]
