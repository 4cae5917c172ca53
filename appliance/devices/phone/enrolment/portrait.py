"""What a plugged phone is and what a person does next at it; only read, nothing is changed."""

import re
from collections.abc import Mapping, Sequence

from appliance.devices.phone.adb.calls import DeadlineAdbDevice, Output
from appliance.devices.phone.health import WINDOW, shows_keyguard, version_in
from appliance.devices.phone.sim import SIM_COMMANDS, read_cards
from appliance.devices.phone.whatsapp.pages import PACKAGES
from appliance.devices.phone.whatsapp.registration import page_in_front
from appliance.devices.phone.whatsapp.stops import StopKind, stop_in_front
from appliance.enrolment import Advice, Portrait, ToDo

# Languages with a table of WhatsApp's words (`whatsapp/phrases.py`, `stops.py`).
_LANGUAGES = frozenset({"nl", "en"})
# The oldest release of WhatsApp whose screens are known; it counts by years.
_OLDEST = (2, 23)
_RELEASE = re.compile(r"(\d+)\.(\d+)")

_PROPERTIES = (
    "ro.product.manufacturer",
    "ro.product.model",
    "ro.build.version.release",
    "persist.sys.locale",
    "ro.product.locale",
    "sys.boot_completed",
    # MIUI and HyperOS: 1 when "USB debugging (Security settings)" is on. Where it says nothing,
    # the first key that is pressed shows it.
    "persist.security.adbinput",
)
QUESTIONS = (
    *(f"getprop {name}" for name in _PROPERTIES),
    WINDOW,
    "settings get secure sms_default_application",
    *(f"dumpsys package {package}" for package in PACKAGES),
    *SIM_COMMANDS,
)

_GOOGLE_MESSAGES = "com.google.android.apps.messaging"
# Their own switches decide which apps may run by themselves; adb has no word for them.
_AUTOSTART = frozenset({"xiaomi", "oppo", "realme", "vivo", "huawei", "honor", "oneplus"})
_AFTER_STOP: Mapping[StopKind, ToDo] = {
    StopKind.NOT_SET_UP: ToDo.REGISTER,
    StopKind.LOGGED_OUT: ToDo.REGISTER,
    StopKind.EXPIRED: ToDo.UPDATE,
}


def look(
    device: DeadlineAdbDevice, *, number: str | None = None, past_lock: bool = False
) -> Portrait:
    """One shell call. `number` is what one of the SIMs is to have; `past_lock`: whoever drives the
    phone opens its lock. Raises DeviceGone.
    """
    answers = device.run(*QUESTIONS)
    return read_portrait(device.serial or "", answers, number=number, past_lock=past_lock)


def read_portrait(
    address: str, answers: Sequence[Output], *, number: str | None = None, past_lock: bool = False
) -> Portrait:
    """From the answers to QUESTIONS."""
    told = dict(zip(_PROPERTIES, (answer.line for answer in answers), strict=False))
    window, sms, *rest = answers[len(_PROPERTIES) :]
    dumps = dict(zip(PACKAGES, rest, strict=False))
    versions = {name: version_in(dump.text) for name, dump in dumps.items()}
    whatsapp = {name: version for name, version in versions.items() if version}
    cards = read_cards(rest[len(PACKAGES) :]).all
    numbers = [card.sim.number for card in cards]
    sms_app = "" if sms.line == "null" else sms.line
    maker = told["ro.product.manufacturer"]
    language = told["persist.sys.locale"] or told["ro.product.locale"]
    return Portrait(
        address=address,
        to_do=_of_phone(told, language, locked=shows_keyguard(window.text) and not past_lock)
        or _of_cards(numbers, number)
        or _of_whatsapp(whatsapp, window.text)
        or (ToDo.NUMBER if sms_app else ToDo.SMS_APP),
        maker=maker,
        model=told["ro.product.model"],
        android=told["ro.build.version.release"],
        language=language,
        whatsapp=whatsapp,
        numbers=numbers,
        cards=[card.sim.iccid for card in cards],
        advice=_advice(maker, sms_app),
    )


def after_stop(kind: StopKind) -> ToDo:
    """What a person does about a page with which WhatsApp keeps its owner out."""
    return _AFTER_STOP.get(kind, ToDo.LOOK)


def _of_phone(told: Mapping[str, str], language: str, *, locked: bool) -> ToDo | None:
    if told["sys.boot_completed"] != "1":
        return ToDo.BOOT
    if locked:
        return ToDo.UNLOCK
    if told["persist.security.adbinput"] in {"0", "false"}:
        return ToDo.SECOND_SWITCH
    known = re.split(r"[-_]", language.casefold())[0] in _LANGUAGES
    return None if known else ToDo.LANGUAGE


def _of_cards(numbers: Sequence[str | None], wanted: str | None) -> ToDo | None:
    """A card that does not say its number is taken for the wanted one if it is alone."""
    if not numbers:
        return ToDo.INSERT_SIM
    if wanted in numbers and wanted is not None:
        return None
    if wanted is not None and None not in numbers:
        return ToDo.WRONG_SIM
    return ToDo.ONE_SIM if len(numbers) > 1 and None in numbers else None


def _of_whatsapp(versions: Mapping[str, str], window: str) -> ToDo | None:
    """Of the app that Balie would use, the first one; a page is known while it is in front."""
    if not versions:
        return ToDo.INSTALL
    package, version = next(iter(versions.items()))
    release = _RELEASE.match(version)
    if release is not None and (int(release[1]), int(release[2])) < _OLDEST:
        return ToDo.UPDATE
    stop = stop_in_front(window, package)
    registering = page_in_front(window, package)
    return registering or (after_stop(stop) if stop is not None else None)


def _advice(maker: str, sms_app: str) -> Sequence[Advice]:
    found = [Advice.NO_AUTO_UPDATE]
    if sms_app == _GOOGLE_MESSAGES:
        found.append(Advice.NO_RCS)
    if maker.casefold() in _AUTOSTART:
        found.append(Advice.AUTOSTART)
    return found
