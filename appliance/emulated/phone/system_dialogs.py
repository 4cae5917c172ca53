"""What is put over an app: by Android a crash, an app that hangs, a permission, USB debugging; by
WhatsApp the offer of a backup.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.emulated.phone.faults import FaultKind, Faults
from appliance.emulated.phone.layout import Brush, ScreenArea
from appliance.emulated.phone.node import Bounds, Node

#: The beginning of an action; after it comes the kind of the dialog that it ends.
ENDS = "dialog-ends"


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemDialog:
    """`buttons` are an id and its words in English and in Dutch; each ends the dialog."""

    package: str
    title_id: str
    title: Mapping[str, str]
    buttons: tuple[tuple[str, str, str], ...]


_DIALOGS = {
    FaultKind.APP_CRASHED: SystemDialog(
        package="android",
        title_id="android:id/alertTitle",
        title={"en": "{app} has stopped", "nl": "{app} is gestopt"},
        buttons=(
            ("android:id/aerr_restart", "Open app again", "App opnieuw openen"),
            ("android:id/aerr_close", "Close", "Sluiten"),
        ),
    ),
    FaultKind.APP_HANGS: SystemDialog(
        package="android",
        title_id="android:id/alertTitle",
        title={"en": "{app} isn't responding", "nl": "{app} reageert niet"},
        buttons=(
            ("android:id/aerr_close", "Close app", "App sluiten"),
            ("android:id/aerr_wait", "Wait", "Wachten"),
        ),
    ),
    FaultKind.PERMISSION_ASKED: SystemDialog(
        package="com.android.permissioncontroller",
        title_id="permission_message",
        title={
            "en": "Allow {app} to send you notifications?",
            "nl": "Toestaan dat {app} je meldingen stuurt?",
        },
        buttons=(
            ("permission_allow_button", "Allow", "Toestaan"),
            ("permission_deny_button", "Don't allow", "Niet toestaan"),
        ),
    ),
    FaultKind.USB_ASKED: SystemDialog(
        package="com.android.systemui",
        title_id="android:id/alertTitle",
        title={"en": "Allow USB debugging?", "nl": "USB-foutopsporing toestaan?"},
        buttons=(
            ("android:id/button2", "Cancel", "Annuleren"),
            ("android:id/button1", "Allow", "Toestaan"),
        ),
    ),
    FaultKind.BACKUP_OFFERED: SystemDialog(
        package="com.whatsapp",
        title_id="gdrive_new_user_setup_title",
        title={"en": "Google storage backup", "nl": "Back-up op Google-opslag"},
        buttons=(("gdrive_new_user_setup_not_now_btn", "Not now", "Niet nu"),),
    ),
}


def draw_system_dialogs(
    faults: Faults, *, screen: ScreenArea, language: str, app: str
) -> list[Node]:
    """The newest last; a tap on a button ends its dialog."""
    return [
        _dialog(kind, each, screen=screen, language=language, app=app)
        for kind, each in _DIALOGS.items()
        if faults.standing(kind)
    ]


def _dialog(
    kind: FaultKind, dialog: SystemDialog, *, screen: ScreenArea, language: str, app: str
) -> Node:
    brush, dp, middle = Brush(dialog.package), screen.dp, screen.height // 2
    panel = Bounds(dp(33), middle - dp(72), screen.width - dp(33), middle + dp(96))
    title = Bounds(panel.left, panel.top, panel.right, panel.top + dp(48))
    words = dialog.title[language].format(app=app)
    buttons = []
    for at, (rid, english, dutch) in enumerate(dialog.buttons):
        top = title.bottom + at * dp(56)
        box = Bounds(panel.left, top, panel.right, top + dp(56))
        buttons.append(
            brush.button(
                "Button",
                box,
                rid=rid,
                text=english if language == "en" else dutch,
                action=f"{ENDS}:{kind.value}",
            )
        )
    heading = brush("TextView", title, rid=dialog.title_id, text=words)
    return brush("FrameLayout", panel, heading, *buttons)
