"""Windows that Android puts over an app: known by ids and packages, in any language."""

import pytest

from appliance.devices.phone.obstacles import Obstacle, ObstacleKind, obstacle_on
from appliance.devices.phone.screen import read_screen
from appliance.devices.phone.whatsapp.pages import ChatPage, classify
from tests.devices.phone.screens import N, W, chat, dump, row, system_dialog

UNDER = (W, chat("Bea", row("Hoi", "11:00"), entry="Dag", typed=True))
CLOSE = ("android:id/aerr_close", "Sluiten")
PERMISSION = "com.android.permissioncontroller"


def kind_of(package: str, window: N) -> ObstacleKind | None:
    screen = read_screen(dump(UNDER, (package, window)))
    found = obstacle_on(screen)
    seen = classify(screen, W)
    assert isinstance(seen, Obstacle if found else ChatPage)
    return found.kind if found else None


@pytest.mark.parametrize(
    ("package", "window", "kind"),
    [
        (
            "android",
            system_dialog("WhatsApp is gestopt", ("android:id/aerr_restart", "Opnieuw"), CLOSE),
            ObstacleKind.CRASH,
        ),
        (
            "android",
            system_dialog("WhatsApp keeps stopping", ("android:id/aerr_app_info", "Info"), CLOSE),
            ObstacleKind.CRASH,
        ),
        (
            "android",
            system_dialog("WhatsApp reageert niet", CLOSE, ("android:id/aerr_wait", "Wachten")),
            ObstacleKind.NOT_RESPONDING,
        ),
        (
            "android",
            N("android.widget.ListView", "android:id/resolver_list"),
            ObstacleKind.CHOOSER,
        ),
        (
            "android",
            system_dialog("Openen met", ("android:id/button_once", "Één keer")),
            ObstacleKind.CHOOSER,
        ),
        (
            "com.android.intentresolver",
            N("android.widget.FrameLayout", "chooser_list", "Openen met"),
            ObstacleKind.CHOOSER,
        ),
        (
            PERMISSION,
            N("android.widget.Button", "permission_allow_button", "Toestaan"),
            ObstacleKind.PERMISSION,
        ),
        (
            f"com.google.{PERMISSION.removeprefix('com.')}",
            N("android.widget.TextView", "", "Toestaan dat WhatsApp je meldingen stuurt?"),
            ObstacleKind.PERMISSION,
        ),
        (
            "com.google.android.packageinstaller",
            N("android.widget.Button", "permission_deny_button", "Weigeren"),
            ObstacleKind.PERMISSION,
        ),
        (
            "com.android.systemui",
            system_dialog("USB-foutopsporing toestaan?", ("android:id/button1", "Toestaan")),
            ObstacleKind.USB_DEBUGGING,
        ),
        (
            "com.android.phone",
            system_dialog("SMS", ("android:id/button1", "Ja"), ("android:id/button2", "Nee")),
            ObstacleKind.SMS_QUESTION,
        ),
        (
            "android",
            system_dialog("Opslagruimte is bijna vol", ("android:id/button1", "OK")),
            ObstacleKind.UNKNOWN,
        ),
        ("com.android.systemui", N("android.widget.FrameLayout", "status_bar"), None),
        ("com.google.android.inputmethod.latin", N("android.view.View", "keyboard_area"), None),
    ],
)
def test_what_lies_over_a_chat_is_not_the_chat(
    package: str, window: N, kind: ObstacleKind | None
) -> None:
    """The tap on Send would hit that window."""
    assert kind_of(package, window) is kind


def test_what_is_tapped_to_end_a_failure_decides_nothing() -> None:
    """Wait where an app may still work, Close where it is dead; never Open again."""
    wait = ("android:id/aerr_wait", "Wachten")
    hung = obstacle_on(read_screen(dump(("android", system_dialog("x", CLOSE, wait)))))
    dead = obstacle_on(
        read_screen(dump(("android", system_dialog("x", ("android:id/aerr_restart", "y"), CLOSE))))
    )
    assert hung is not None
    assert hung.harmless is not None
    assert dead is not None
    assert dead.harmless is not None
    assert hung.harmless.centre == (360, 950)
    assert dead.harmless.centre == (360, 950)


def test_a_permission_is_given_by_a_person_only() -> None:
    window = N("android.widget.Button", "permission_allow_button", "Toestaan")
    found = obstacle_on(read_screen(dump((PERMISSION, window))))
    assert found == Obstacle(kind=ObstacleKind.PERMISSION)
