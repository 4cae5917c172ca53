"""A phone is enrolled: set up, tested, put back; the emulated phone is the judge."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from appliance.clock import SystemClock
from appliance.devices.phone.adb.calls import DeadlineAdbDevice, Output
from appliance.devices.phone.enrolment.enroller import PhoneEnroller
from appliance.devices.phone.enrolment.phone_settings import (
    PhoneSetting,
    Unread,
    answer,
    wanted_on,
)
from appliance.devices.phone.enrolment.settings_keeper import put_back, set_up
from appliance.emulated.phone.hardware import LockKind
from appliance.emulated.phone.spec import PhoneSpec
from appliance.enrolment import (
    Advice,
    Enrolment,
    EnrolmentWish,
    KeptSetting,
    Probe,
    SettingOutcome,
    SettingTold,
    Stage,
    ToDo,
)
from appliance.errors import DeviceGone
from appliance.store.device_settings import StoredSettings
from appliance.store.store import Store
from tests.devices.phone.driver_kit import ANNA, OWN, QUICK, World
from tests.devices.phone.enrolling import as_it_is, phones
from tests.fresh_store import fresh_store

__all__ = ["phones"]  # the fixture

OPPO = PhoneSpec(number=OWN, maker="OPPO", model="CPH2219")
SWIPE = PhoneSpec(number=OWN, lock=LockKind.SWIPE)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = fresh_store(tmp_path / "balie.db", SystemClock())
    yield opened
    opened.close()


@pytest.fixture
def memory(store: Store, world: World) -> StoredSettings:
    return StoredSettings(store, world.serial)


@pytest.fixture
def device(world: World) -> DeadlineAdbDevice:
    return DeadlineAdbDevice(world.serial, QUICK)


def set_now(world: World) -> dict[str, str]:
    """Each setting as the phone has it, by its name."""
    (said,) = DeadlineAdbDevice(world.serial, QUICK).run(
        "settings list global; settings list system"
    )
    return dict(line.split("=", 1) for line in said.text.splitlines() if "=" in line)


def enrolled(
    world: World,
    phones: PhoneEnroller,
    memory: StoredSettings,
    *,
    number: str = OWN,
    driven: bool = False,
    tell: Callable[[Stage], None] = lambda _: None,
) -> Enrolment:
    wanted = EnrolmentWish(address=world.serial, number=number, driven=driven)
    return phones.enrol(wanted, memory, world.clock, tell)


def outcomes(told: Sequence[SettingTold]) -> dict[str, SettingOutcome]:
    return {f"{each.setting.namespace} {each.setting.name}": each.outcome for each in told}


def test_a_phone_is_set_up_and_tested_and_nothing_leaves(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    """Each setting is as wanted when it is read again, and each probe worked."""
    stages: list[Stage] = []
    done = enrolled(world, phones, memory, tell=stages.append)
    assert (done.portrait.to_do, done.failed) == (ToDo.NUMBER, None)
    assert list(done.passed) == list(Probe)
    assert stages == [Stage.LOOKING, Stage.SETTING, Stage.TESTING]
    now = set_now(world)
    assert (now["window_animation_scale"], now["animator_duration_scale"]) == ("0", "0")
    assert (now["accelerometer_rotation"], now["screen_off_timeout"]) == ("0", "120000")
    assert (now["adb_allowed_connection_time"], now["stay_on_while_plugged_in"]) == ("0", "0")
    kept = as_it_is(world)
    assert kept["deviceidle", "com.whatsapp"] == "user"
    assert kept["appops", "com.whatsapp RUN_ANY_IN_BACKGROUND"] == "allow"
    assert outcomes(done.settings)["system user_rotation"] is SettingOutcome.ALREADY
    assert Advice.NO_RCS in done.portrait.advice
    assert world.truth() == []
    assert world.handset.front is world.handset.launcher


def test_a_whatsapp_with_another_number_is_not_given_to_the_line(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    """Where it does not show its number, a person is advised to compare."""
    world.inject(kind="own-profile", number=ANNA)
    done = enrolled(world, phones, memory)
    assert (done.portrait.to_do, done.failed) == (ToDo.WRONG_ACCOUNT, Probe.ACCOUNT)
    world.inject(kind="own-profile", number="")
    done = enrolled(world, phones, memory)
    assert (done.portrait.to_do, done.failed) == (ToDo.NUMBER, None)
    assert Advice.COMPARE in done.portrait.advice
    assert Probe.ACCOUNT not in done.passed
    world.inject(kind="own-profile", number=OWN)
    world.fault("profile-closed", times=None)
    assert enrolled(world, phones, memory).portrait.to_do is ToDo.NUMBER
    assert world.truth() == []


def test_each_page_of_a_registration_is_a_step_of_its_own_and_balie_touches_none(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    """The page stays in front for the person at the phone, and the looks follow them."""
    world.inject(kind="by-person", registers="terms")
    begun = enrolled(world, phones, memory)
    assert (begun.portrait.to_do, begun.failed) == (ToDo.REGISTER_TERMS, Probe.WHATSAPP)
    for step in ToDo:
        if step.registers and step is not ToDo.REGISTER:
            page = step.value.removeprefix("register-")
            world.inject(kind="by-person", registers=page)
            assert phones.look(world.serial).to_do is step
    assert world.handset.front is world.handset.whatsapp
    pressed = [line for line in world.traffic.shell_lines if "KEYCODE_" in line]
    assert (world.traffic.taps, [line for line in pressed if "WAKEUP" not in line]) == (0, [])
    world.inject(kind="by-person", registers="done")
    assert phones.look(world.serial).to_do is ToDo.NUMBER


def test_release_puts_each_setting_back(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    """A setting that was missing is missing again, and a second release has nothing to do."""
    before = set_now(world)
    enrolled(world, phones, memory)
    assert set_now(world) != before
    told = phones.release(world.serial, memory)
    assert {each.outcome for each in told} == {SettingOutcome.PUT_BACK}
    assert set_now(world) == before
    assert ("deviceidle", "com.whatsapp") not in as_it_is(world)
    assert memory.kept() == []
    assert phones.release(world.serial, memory) == []


@pytest.mark.parametrize(
    "spec", [PhoneSpec(number=OWN, maker="samsung", model="SM-A546B")], indirect=True
)
def test_a_phone_with_a_limit_for_charging_keeps_it_while_it_is_enrolled(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    """It had none before, and has none after its release."""
    enrolled(world, phones, memory)
    assert as_it_is(world)["global", "protect_battery"] == "1"
    phones.release(world.serial, memory)
    assert ("global", "protect_battery") not in as_it_is(world)


def test_enrolled_again_the_first_values_are_put_back(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    """Balie's own values never count as what the phone had before."""
    before = set_now(world)
    enrolled(world, phones, memory)
    assert enrolled(world, phones, memory).portrait.to_do is ToDo.NUMBER
    phones.release(world.serial, memory)
    assert set_now(world) == before


def test_what_a_person_has_changed_since_is_left_and_said(
    world: World, phones: PhoneEnroller, memory: StoredSettings, device: DeadlineAdbDevice
) -> None:
    enrolled(world, phones, memory)
    device.run("settings put system screen_off_timeout 30000")
    told = outcomes(phones.release(world.serial, memory))
    assert told["system screen_off_timeout"] is SettingOutcome.LEFT
    assert set_now(world)["screen_off_timeout"] == "30000"
    assert memory.kept() == []


class _CutOff:
    """Remembers as the store does; the phone's next answer is cut short after it has acted."""

    def __init__(self, memory: StoredSettings, world: World) -> None:
        self._memory = memory
        self._world = world

    def kept(self) -> Sequence[KeptSetting]:
        return self._memory.kept()

    def remember(self, settings: Sequence[KeptSetting]) -> None:
        self._memory.remember(settings)
        self._world.fault("stream-cut", method="shell")

    def forget(self, settings: Sequence[KeptSetting]) -> None:
        self._memory.forget(settings)


def test_after_a_crash_half_way_all_is_put_back(
    world: World, memory: StoredSettings, device: DeadlineAdbDevice
) -> None:
    """The old values are on the disk before the phone is told anything."""
    before = set_now(world)
    with pytest.raises(DeviceGone):
        set_up(device, _CutOff(memory, world), wanted_on("com.whatsapp"))
    assert set_now(world) != before
    assert {each.outcome for each in put_back(device, memory)} == {SettingOutcome.PUT_BACK}
    assert set_now(world) == before


def test_what_was_remembered_and_never_set_is_forgotten(
    world: World, memory: StoredSettings, device: DeadlineAdbDevice
) -> None:
    """Balie ended between the two: the phone is as it was, and stays so."""
    before = set_now(world)
    timeout = KeptSetting(namespace="system", name="screen_off_timeout", old="60000", new="120000")
    memory.remember([timeout])
    assert [each.outcome for each in put_back(device, memory)] == [SettingOutcome.PUT_BACK]
    assert (set_now(world), memory.kept()) == (before, [])


def test_what_the_phone_does_not_take_is_said_and_not_kept(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    """The number works all the same, and a person is told what to do by hand."""
    world.fault("unreadable", method="cmd appops")
    done = enrolled(world, phones, memory)
    assert done.portrait.to_do is ToDo.NUMBER
    assert outcomes(done.settings)["appops com.whatsapp"] is SettingOutcome.REFUSED
    assert Advice.BATTERY in done.portrait.advice
    assert "appops" not in {each.namespace for each in memory.kept()}


@pytest.mark.parametrize("spec", [OPPO], indirect=True)
def test_a_key_that_is_kept_out_shows_the_second_switch(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    """A maker that says nothing of it is found out by the first key; nothing was set by then."""
    world.fault("input-refused")
    assert phones.look(world.serial).to_do is ToDo.NUMBER
    done = enrolled(world, phones, memory)
    assert done.portrait.to_do is ToDo.SECOND_SWITCH
    assert (list(done.settings), memory.kept()) == ([], [])


@pytest.mark.parametrize(
    ("fault", "to_do"),
    [
        ("unregistered", ToDo.REGISTER_NUMBER),
        ("logged-out", ToDo.REGISTER),
        ("expired", ToDo.UPDATE),
        ("banned", ToDo.LOOK),
        ("unknown-dialog", ToDo.LOOK),
    ],
)
def test_a_whatsapp_that_does_not_open_fails_the_test(
    world: World, phones: PhoneEnroller, memory: StoredSettings, fault: str, to_do: ToDo
) -> None:
    """The test opens it as its icon does; a person is told what to do, and nothing is tapped."""
    world.fault(fault)
    done = enrolled(world, phones, memory)
    assert (done.portrait.to_do, done.failed) == (to_do, Probe.WHATSAPP)
    assert (world.traffic.taps, world.truth()) == (0, [])


@pytest.mark.parametrize("spec", [SWIPE], indirect=True)
def test_a_lock_that_a_swipe_opens_is_opened(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    world.on_loop(world.handset.sleep)
    assert phones.look(world.serial).to_do is ToDo.UNLOCK
    assert enrolled(world, phones, memory).portrait.to_do is ToDo.NUMBER


def test_another_card_is_not_taken_for_the_number(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    """Nothing is set on a phone that has the wrong card."""
    done = enrolled(world, phones, memory, number="+31612345699")
    assert (done.portrait.to_do, memory.kept()) == (ToDo.WRONG_SIM, [])


def test_of_two_cards_the_one_with_the_number_is_enough(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    world.inject(kind="plug-sim", slot=1, iccid="8931440000000000002", number="+31612345688")
    assert enrolled(world, phones, memory).portrait.to_do is ToDo.NUMBER


@pytest.mark.parametrize("spec", [SWIPE], indirect=True)
def test_a_phone_in_a_drivers_hands_is_not_touched(
    world: World, phones: PhoneEnroller, memory: StoredSettings
) -> None:
    """Settings are set over the shell; nothing is opened, pressed or dumped beside the driver, who
    opens the lock when there is something to do.
    """
    world.on_loop(world.handset.sleep)
    done = enrolled(world, phones, memory, driven=True)
    assert done.portrait.to_do is ToDo.NUMBER
    assert Probe.WHATSAPP not in done.passed
    lines = world.traffic.shell_lines
    assert [line for line in lines if line.startswith(("input", "am start", "wm"))] == []
    assert world.traffic.http_requests == 0


@pytest.mark.parametrize(
    ("setting", "said", "value"),
    [
        (("global", "x"), "null\n", None),
        (("global", "x"), "WARNING: linker: unused\n0\n", "0"),
        (("deviceidle", "com.whatsapp"), "system-excidle,com.whatsapp,10231\n", None),
        (("deviceidle", "com.whatsapp"), "system,com.whatsapp,10231\n", "on"),
        (("appops", "com.whatsapp"), "No operations.\nDefault mode: allow\n", None),
        (
            ("appops", "com.whatsapp"),
            "Uid mode: RUN_ANY_IN_BACKGROUND: allow\nRUN_ANY_IN_BACKGROUND: ignore; time=+1h ago\n",
            "ignore",
        ),
        (("standby", "com.whatsapp"), "40\n", "rare"),
    ],
)
def test_what_a_setting_s_answer_means(
    setting: tuple[str, str], said: str, value: str | None
) -> None:
    """As AOSP prints it."""
    space, name = setting
    asked = PhoneSetting(namespace=space, name=name, value="")
    assert answer(asked, Output(text=said, status=0)) == value


@pytest.mark.parametrize("said", ["java.lang.SecurityException: no", "Can't find service: appops"])
def test_a_refusal_is_no_value(said: str) -> None:
    """What cannot be read is not changed."""
    asked = PhoneSetting(namespace="appops", name="com.whatsapp", value="allow")
    assert isinstance(answer(asked, Output(text=said, status=0)), Unread)
