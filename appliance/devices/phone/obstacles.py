"""What Android puts over an app, where it would get the next tap."""

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

from appliance.devices.phone.screen import Box, Screen, View
from appliance.devices.phone.session import ServerSession
from appliance.errors import DeviceError

log = logging.getLogger(__name__)


class ObstacleKind(Enum):
    CHOOSER = "chooser"
    CRASH = "crash"
    NOT_RESPONDING = "not-responding"
    PERMISSION = "permission"
    USB_DEBUGGING = "usb-debugging"
    #: The phone process asks whether an SMS may leave.
    SMS_QUESTION = "sms-question"
    UNKNOWN = "system-dialog"


SENTENCES = {
    ObstacleKind.CHOOSER: "The phone asks with which app to open the chat.",
    ObstacleKind.CRASH: "An app on the phone crashed.",
    ObstacleKind.NOT_RESPONDING: "An app on the phone does not respond.",
    ObstacleKind.PERMISSION: "The phone asks whether an app gets a permission.",
    ObstacleKind.USB_DEBUGGING: "The phone asks whether a computer may control it.",
    ObstacleKind.SMS_QUESTION: "The phone asks whether an SMS may leave.",
    ObstacleKind.UNKNOWN: "Android shows a dialog that Balie does not know.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacle:
    """`harmless` is a button that closes it and decides nothing."""

    kind: ObstacleKind
    harmless: Box | None = None


def obstacle_on(screen: Screen) -> Obstacle | None:
    """What lies over the apps, by ids and packages, never by words in a language."""
    found = (judge(window) for window in screen.windows for judge in _JUDGES)
    return next((each for each in found if each is not None), None)


def clear_away(session: ServerSession, obstacle: Obstacle) -> None:
    """Closes what can be closed without a decision; the rest is left to a person."""
    with suppress(DeviceError):
        if obstacle.kind is ObstacleKind.SMS_QUESTION:
            session.back()  # Android takes Back for a no
        elif obstacle.harmless is not None:
            log.info("a dialog is closed on %s: %s", session.serial, obstacle.kind.value)
            session.tap(obstacle.harmless.centre)


def _chooser(window: View) -> Obstacle | None:
    android = window.package == "android"
    shown = android and window.first("resolver_list", "button_always", "button_once")
    if shown or window.package == "com.android.intentresolver":
        return Obstacle(kind=ObstacleKind.CHOOSER)
    return None


def _failure(window: View) -> Obstacle | None:
    """Wait ends no app, and Close ends only one that is dead already; neither starts anything."""
    wait, close = window.first("aerr_wait"), window.first("aerr_close")
    if wait is not None:
        return Obstacle(kind=ObstacleKind.NOT_RESPONDING, harmless=_place(wait))
    if close is not None or window.first("aerr_restart", "aerr_app_info", "aerr_report"):
        return Obstacle(kind=ObstacleKind.CRASH, harmless=_place(close))
    return None


def _permission(window: View) -> Obstacle | None:
    """Google's build and AOSP's; older releases asked from the package installer."""
    asks = window.package.endswith((".permissioncontroller", ".packageinstaller"))
    shown = window.first(
        "permission_message", "permission_allow_button", "permission_deny_button", "grant_dialog"
    )
    return Obstacle(kind=ObstacleKind.PERMISSION) if asks or shown else None


def _sms_question(window: View) -> Obstacle | None:
    asks = window.package == "com.android.phone" and _is_dialog(window)
    return Obstacle(kind=ObstacleKind.SMS_QUESTION) if asks else None


def _system_dialog(window: View) -> Obstacle | None:
    if window.package not in {"android", "com.android.systemui"} or not _is_dialog(window):
        return None
    usb = any("usb" in view.text.casefold() for view in window.walk())
    kind = ObstacleKind.USB_DEBUGGING if usb else ObstacleKind.UNKNOWN
    return Obstacle(kind=kind)


def _is_dialog(window: View) -> bool:
    return any(
        view.full_id in {"android:id/alertTitle", "android:id/button1", "android:id/button2"}
        for view in window.walk()
    )


def _place(button: View | None) -> Box | None:
    return button.box if button is not None and not button.box.empty else None


_JUDGES: tuple[Callable[[View], Obstacle | None], ...] = (
    _chooser,
    _failure,
    _permission,
    _sms_question,
    _system_dialog,
)
