"""How the phone is: started, unlocked, charged, with a SIM and WhatsApp."""

import re
from dataclasses import dataclass

from appliance.devices.device_facts import DeviceFacts, SmsLimitFacts
from appliance.devices.health_facts import BatteryFacts, HealthFacts
from appliance.devices.phone.adb.calls import Output, last_line
from appliance.devices.phone.battery import read_battery
from appliance.devices.phone.phone_clock import DATE_COMMAND
from appliance.devices.phone.service import OPERATOR, ROOM, free_mb
from appliance.devices.phone.sim import SIM_COMMANDS, Cards, read_cards
from appliance.devices.phone.sms.limit import LIMIT_COMMANDS, SmsLimitReader
from appliance.devices.phone.whatsapp.pages import PACKAGES

# Plain `dumpsys window` has the keyguard's state in all releases, `dumpsys window policy` in some.
_KEYGUARD = re.compile(
    r"(?:isStatusBarKeyguard|mDreamingLockscreen|isKeyguardShowing|mKeyguardShowing)=true"
)
_WAKEFULNESS = re.compile(r"mWakefulness=(\w+)")
_VERSION = re.compile(r"^\s+versionName=(\S+)", re.MULTILINE)

DISMISS = ("input keyevent KEYCODE_WAKEUP", "wm dismiss-keyguard")
WINDOW = "dumpsys window"

_QUESTIONS = (
    DATE_COMMAND,
    "getprop sys.boot_completed",
    "dumpsys power",
    WINDOW,
    "dumpsys battery",
    "settings get secure sms_default_application",
    ROOM,
    OPERATOR,
    *(f"dumpsys package {package}" for package in PACKAGES),
)
QUESTIONS = (*_QUESTIONS, *LIMIT_COMMANDS, *SIM_COMMANDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`date` is the answer to DATE_COMMAND, `window` that to WINDOW.

    `whatsapp` is a package and its version; `sms_limit` is what Android lets an app send;
    `operator` is the answer to OPERATOR.
    """

    date: str
    window: str
    booted: bool
    awake: bool
    keyguard: bool
    battery: BatteryFacts
    free_mb: int | None
    operator: str
    sms_app: str
    whatsapp: tuple[str, str] | None
    cards: Cards
    sms_limit: SmsLimitFacts

    def facts(self) -> DeviceFacts:
        """A battery's temperature is in degrees Celsius."""
        package, version = self.whatsapp or (None, None)
        told = HealthFacts(battery=self.battery, free_mb=self.free_mb, whatsapp_version=version)
        own: dict[str, object] = {"awake": self.awake, **told.as_facts()}
        if package is not None:
            own["whatsapp_package"] = package
        return DeviceFacts(sms_limit=self.sms_limit, own=own)


def read_health(answers: list[Output], limit: SmsLimitReader) -> Health:
    """From the answers to QUESTIONS."""
    at_sim = len(_QUESTIONS) + len(LIMIT_COMMANDS)
    texts = [answer.text for answer in answers]
    date, booted, power, window, battery, sms_app, room, operator, *packages = texts[
        : len(_QUESTIONS)
    ]
    default = last_line(sms_app)
    return Health(
        date=date,
        window=window,
        booted=last_line(booted) == "1",
        awake=is_awake(power),
        keyguard=shows_keyguard(window),
        battery=read_battery(battery),
        free_mb=free_mb(room),
        operator=operator,
        sms_app="" if default == "null" else default,
        whatsapp=installed_whatsapp(packages),
        cards=read_cards(answers[at_sim:]),
        sms_limit=limit.facts(answers[len(_QUESTIONS) : at_sim]),
    )


def is_awake(power: str) -> bool:
    """From `dumpsys power`."""
    wakefulness = _WAKEFULNESS.search(power)
    return wakefulness is not None and wakefulness[1] == "Awake"


def shows_keyguard(window: str) -> bool:
    return _KEYGUARD.search(window) is not None


def installed_whatsapp(packages: list[str]) -> tuple[str, str] | None:
    """Its package and version, from the answers about each of PACKAGES."""
    for package, dump in zip(PACKAGES, packages, strict=True):
        if version := version_in(dump):
            return package, version
    return None


def version_in(dump: str) -> str | None:
    """From the answer to `dumpsys package`; None where the package is not installed."""
    found = _VERSION.search(dump)
    return found[1] if found else None
