"""Phones as enrolment sees them: what is plugged in, a look at one, and one set up or put back."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from appliance.clock import Clock
from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.calls import DeadlineAdbDevice, Deadlines
from appliance.devices.phone.enrolment.phone_settings import wanted_on
from appliance.devices.phone.enrolment.portrait import look
from appliance.devices.phone.enrolment.probes import ProbeFailed, Probes
from appliance.devices.phone.enrolment.settings_keeper import put_back, set_up
from appliance.devices.phone.enrolment.usb_phones import without_debugging
from appliance.devices.phone.health import DISMISS
from appliance.devices.phone.phone import PhonePatience
from appliance.devices.phone.session import ServerSession
from appliance.enrolment import (
    Advice,
    Enrolment,
    EnrolmentWish,
    Portrait,
    Probe,
    SettingOutcome,
    SettingsMemory,
    SettingTold,
    Stage,
    ToDo,
)

# What `input` prints where the maker keeps a computer's taps out (InputManagerService of AOSP).
_KEPT_OUT = "INJECT_EVENTS"
# A lock that a swipe opens is gone by then.
_OPENING_TRIES = 4
_OPENING_S = 0.25
_BATTERY = frozenset({"standby", "appops", "deviceidle"})

# adb's words for a phone's state that are not a phone to be looked at (`to_string` of adb).
_STATES: Mapping[str, ToDo | None] = {
    "device": None,
    "unauthorized": ToDo.ALLOW,
    "authorizing": ToDo.ALLOW,
    "offline": ToDo.RECONNECT,
    "connecting": ToDo.RECONNECT,
    "detached": ToDo.RECONNECT,
    "absent": ToDo.PLUG_IN,
}
_NO_RIGHTS = "no permissions"


class PhoneEnroller:
    """Implements `Enrolling`. A phone is touched by one caller at a time; any thread may look."""

    def __init__(
        self, deadlines: Deadlines | None = None, patience: PhonePatience | None = None
    ) -> None:
        self._deadlines = deadlines
        self._patience = patience or PhonePatience()

    def plugged(self) -> Mapping[str, Portrait | None]:
        found = {each.address: each for each in without_debugging()}
        return {**found, **dict(_as_listed(each) for each in adb_server.devices())}

    def look(self, address: str) -> Portrait:
        return look(self._device(address))

    def enrol(
        self,
        wanted: EnrolmentWish,
        memory: SettingsMemory,
        clock: Clock,
        tell: Callable[[Stage], None],
    ) -> Enrolment:
        tell(Stage.LOOKING)
        session = ServerSession(wanted.address, self._deadlines)
        try:
            portrait = look(session.device, number=wanted.number, past_lock=wanted.driven)
            if portrait.to_do in {ToDo.UNLOCK, ToDo.NUMBER} and not wanted.driven:
                portrait = self._woken(session, wanted.number)
            if portrait.to_do is not ToDo.NUMBER:
                return Enrolment(portrait=portrait)
            package = next(iter(portrait.whatsapp))
            tell(Stage.SETTING)
            told = list(set_up(session.device, memory, wanted_on(package, portrait.maker)))
            portrait = _advised(portrait, told)
            tell(Stage.TESTING)
            probes = Probes(session, clock, self._patience, package)
            return _tested(portrait, told, probes, wanted)
        finally:
            session.close()

    def release(self, address: str, memory: SettingsMemory) -> list[SettingTold]:
        return list(put_back(self._device(address), memory))

    def _device(self, address: str) -> DeadlineAdbDevice:
        return DeadlineAdbDevice(address, self._deadlines)

    def _woken(self, session: ServerSession, number: str) -> Portrait:
        """A swipe opens a lock without a secret; the key shows whether keys are taken."""
        pressed, _ = session.run(*DISMISS)
        portrait = look(session.device, number=number)
        if _KEPT_OUT in pressed.text:
            return replace(portrait, to_do=ToDo.SECOND_SWITCH)
        for _ in range(_OPENING_TRIES):
            if portrait.to_do is not ToDo.UNLOCK:
                break
            time.sleep(_OPENING_S)
            portrait = look(session.device, number=number)
        return portrait


def _as_listed(listed: adb_server.Listed) -> tuple[str, Portrait | None]:
    to_do = asked_by_state(listed.word)
    return listed.serial, Portrait(address=listed.serial, to_do=to_do) if to_do else None


def asked_by_state(word: str) -> ToDo | None:
    """From adb's word for the state of a phone; None where it can be looked at."""
    plain = word.strip().casefold()
    return ToDo.USB_RIGHTS if _NO_RIGHTS in plain else _STATES.get(plain, ToDo.RESTART)


def _tested(
    portrait: Portrait, told: list[SettingTold], probes: Probes, wanted: EnrolmentWish
) -> Enrolment:
    passed: list[Probe] = []
    try:
        passed += probes.reading()
        if not wanted.driven:
            passed += probes.touching(wanted.number)
    except ProbeFailed as exc:
        found = replace(portrait, to_do=exc.to_do)
        return Enrolment(portrait=found, settings=told, passed=passed, failed=exc.probe)
    if not wanted.driven and Probe.ACCOUNT not in passed:
        portrait = replace(portrait, advice=[Advice.COMPARE, *portrait.advice])
    return Enrolment(portrait=portrait, settings=told, passed=passed)


def _advised(portrait: Portrait, told: list[SettingTold]) -> Portrait:
    refused = any(
        each.outcome is SettingOutcome.REFUSED and each.setting.namespace in _BATTERY
        for each in told
    )
    more = [Advice.BATTERY] if refused else []
    return replace(portrait, advice=[*portrait.advice, *more])
