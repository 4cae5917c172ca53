"""Pages at which WhatsApp does not go on: bans, log-outs, old versions, a phone in trouble.

The words come from English and Dutch releases from 2017 to 2025, with *U* and with *je*, cut to the
shortest fragment that is clear; Portuguese and Spanish come from public projects. A page whose
words are not known is told by its ids or by the name of its activity.
"""

import re
from enum import Enum

from appliance.devices.phone.texts import label


class StopKind(Enum):
    """Why a person has to look before WhatsApp is used again."""

    BANNED = "banned"
    #: WhatsApp warns of spam; the next step is a ban.
    WARNED = "warned"
    LOGGED_OUT = "logged-out"
    EXPIRED = "expired"
    NOT_SET_UP = "not-set-up"
    CLOCK_WRONG = "clock-wrong"
    STORAGE_FULL = "storage-full"


OF_THE_PHONE = frozenset({StopKind.CLOCK_WRONG, StopKind.STORAGE_FULL})
"""Nobody objects to the number: only this phone stops, and another device goes on."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_WORDS = (
    (
        StopKind.BANNED,
        _any(
            r"temporarily banned",
            r"banned from using WhatsApp",
            r"your (?:account|phone number) (?:was|is|has been) banned",
            r"account (?:is not allowed to|cannot|can.t|can no longer) use WhatsApp",
            r"tijdelijk geschorst",
            r"geschorst voor WhatsApp",
            r"^geschorst$",
            r"mag WhatsApp tijdelijk niet gebruiken",
            r"não (?:pode|tem permissão para|está autorizada a) (?:mais )?usar o WhatsApp",
            r"ya no puede usar WhatsApp",
        ),
    ),
    (
        StopKind.LOGGED_OUT,
        _any(
            r"no longer registered (?:with WhatsApp )?on this (?:phone|device)",
            r"logged out of WhatsApp",
            r"have been logged out",
            r"need to verify your account",
            r"login not available",
            r"niet langer geregistreerd (?:bij WhatsApp )?op (?:deze telefoon|dit apparaat)",
            r"uitgelogd bij WhatsApp",
            r"não está mais registrado",
            r"ya no está registrado",
        ),
    ),
    (
        StopKind.EXPIRED,
        _any(
            r"update WhatsApp to continue using",
            r"version of WhatsApp (?:is too old|is no longer supported|became out of date)",
            r"^WhatsApp is out of date",
            r"download the latest version",
            r"werk WhatsApp bij als (?:u|je|jij) de app wilt blijven gebruiken",
            r"versie van WhatsApp is (?:sinds .*)?verouderd",
            r"versie van WhatsApp wordt niet (?:meer|langer) ondersteund",
            r"versão do WhatsApp .*(?:expirou|não é mais)",
            r"official WhatsApp to log in",
        ),
    ),
    (StopKind.CLOCK_WRONG, _any(r"\bdate is inaccurate", r"datum is onjuist")),
    (StopKind.STORAGE_FULL, _any(r"^storage is full", r"^opslag(?:ruimte)? is vol")),
    (
        StopKind.NOT_SET_UP,
        _any(r"welcome to WhatsApp", r"welkom bij WhatsApp", r"bem-vindo ao WhatsApp"),
    ),
)

SENTENCES = tuple(words for _, words in _WORDS)
"""All that is known of what these pages say."""

# By the last part of the class name, because the packages change from release to release.
_ACTIVITIES = {
    "BanAppealActivity": StopKind.BANNED,
    "SpamWarningActivity": StopKind.WARNED,
    "LogoutMessageActivity": StopKind.LOGGED_OUT,
    "InsufficientStorageSpaceActivity": StopKind.STORAGE_FULL,
    "EULA": StopKind.NOT_SET_UP,
    "RegisterPhone": StopKind.NOT_SET_UP,
    "RegisterName": StopKind.NOT_SET_UP,
    "VerifyPhoneNumber": StopKind.NOT_SET_UP,
    "VerifyTwoFactorAuth": StopKind.NOT_SET_UP,
    "VerifyCaptcha": StopKind.NOT_SET_UP,
    "CustomRegistrationBlockActivity": StopKind.NOT_SET_UP,
    "DeviceConfirmationRegistrationActivity": StopKind.NOT_SET_UP,
}
_FOCUS = re.compile(r"mCurrentFocus=Window\{[^}\n]*\s(?P<package>[\w.]+)/(?P<cls>[\w.$]+)")


def stop_kind(text: str) -> StopKind | None:
    """The stop that a sentence of WhatsApp means."""
    plain = label(text)
    return next((kind for kind, words in _WORDS if words.search(plain)), None)


def stop_in_front(window: str, package: str) -> StopKind | None:
    """The stop that the activity in front stands for, from the output of `dumpsys window`."""
    return _ACTIVITIES.get(class_in_front(window, package) or "")


def class_in_front(window: str, package: str) -> str | None:
    """The last part of its activity's name; None where another app is in front."""
    found = _FOCUS.search(window)
    if found is None or found["package"] != package:
        return None
    return found["cls"].rpartition(".")[2]
