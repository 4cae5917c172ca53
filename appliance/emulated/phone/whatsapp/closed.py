"""Pages with which WhatsApp keeps its owner out: a ban, a log-out, a phone in trouble.

The words that tell a page are real, the sentences around them are ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from appliance.emulated.phone.faults import FaultKind, Faults
from appliance.emulated.phone.layout import Brush, ScreenArea
from appliance.emulated.phone.node import Bounds, Node

BAN_IDS = ("ban_icon", "heading", "sub_heading", "action_button")
_NO_IDS = ("", "title", "description", "button")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPage:
    """`activity` is the class without its package; `ids` are those of icon, texts and button."""

    activity: str
    title: str
    text: str
    button: str
    ids: tuple[str, str, str, str] = _NO_IDS


_BAN = "userban.ui.BanAppealActivity"
_REGISTER = "registration.phonenumberentry.RegisterPhone"


class Registering(StrEnum):
    """The pages of registration, by what is asked there."""

    TERMS = "terms"
    NUMBER = "number"
    CALL = "call"
    OLD_PHONE = "old-phone"
    CODE = "code"
    PIN = "pin"
    CAPTCHA = "captcha"
    EMAIL = "email"
    PASSKEY = "passkey"
    RESTORE = "restore"
    NAME = "name"
    BLOCKED = "blocked"
    DONE = "done"


_REGISTRATION: Mapping[Registering, str] = {
    Registering.TERMS: "registration.EULA",
    Registering.NUMBER: _REGISTER,
    Registering.CALL: "registration.flashcall.PrimaryFlashCallEducationScreen",
    Registering.OLD_PHONE: "registration.accountdefence.DeviceConfirmationRegistrationActivity",
    Registering.CODE: "registration.verifyphone.VerifyPhoneNumber",
    Registering.PIN: "registration.VerifyTwoFactorAuth",
    Registering.CAPTCHA: "registration.VerifyCaptcha",
    Registering.EMAIL: "registration.email.EmailEducationScreen",
    Registering.PASSKEY: "passkeys.PasskeyCreateEducationScreen",
    Registering.RESTORE: "registration.RestoreFromBackupActivity",
    Registering.NAME: "registration.RegisterName",
    Registering.BLOCKED: "registration.parole.CustomRegistrationBlockActivity",
}
_LOGOUT = "loginfailure.LogoutMessageActivity"
_STORAGE = "insufficientstoragespace.InsufficientStorageSpaceActivity"


def english() -> Mapping[FaultKind, ClosedPage]:
    return {
        FaultKind.BANNED: ClosedPage(
            activity=_BAN,
            title="This account cannot use WhatsApp",
            text="Somebody looked at it and decided.",
            button="Request a review",
            ids=BAN_IDS,
        ),
        FaultKind.BANNED_FOR_A_TIME: ClosedPage(
            activity=_BAN,
            title="Temporarily banned",
            text="You're temporarily banned from WhatsApp because of what was sent. 23:59:12",
            button="Learn more",
        ),
        FaultKind.LOGGED_OUT: ClosedPage(
            activity=_LOGOUT,
            title="Logged out of WhatsApp",
            text="Your phone number is no longer registered with WhatsApp on this phone.",
            button="OK",
        ),
        FaultKind.EXPIRED: ClosedPage(
            activity="Main",
            title="Update WhatsApp",
            text="Update WhatsApp to continue using it.",
            button="Update",
        ),
        FaultKind.CLOCK_WRONG: ClosedPage(
            activity="Main", title="Date is inaccurate", text="It is wrong.", button="Adjust date"
        ),
        FaultKind.STORAGE_FULL: ClosedPage(
            activity=_STORAGE, title="Storage is full", text="Make room.", button="Manage"
        ),
        FaultKind.UNREGISTERED: ClosedPage(
            activity=_REGISTER, title="Your number", text="It starts anew.", button="Next"
        ),
    }


def dutch(*, you: str, your: str) -> Mapping[FaultKind, ClosedPage]:
    """`you` and `your` as the generation addresses people."""
    begin, possessive = you.capitalize(), your.capitalize()
    return {
        FaultKind.BANNED: ClosedPage(
            activity=_BAN,
            title="Uitgesloten",
            text=f"{possessive} telefoonnummer is geschorst voor WhatsApp. Vraag om hulp.",
            button="Hulp",
            ids=BAN_IDS,
        ),
        FaultKind.BANNED_FOR_A_TIME: ClosedPage(
            activity=_BAN,
            title="Tijdelijk geschorst",
            text=f"{begin} bent tijdelijk geschorst voor WhatsApp omdat er klachten zijn.",
            button="Meer",
        ),
        FaultKind.LOGGED_OUT: ClosedPage(
            activity=_LOGOUT,
            title="Uitgelogd bij WhatsApp",
            text=(
                f"{possessive} telefoonnummer is niet langer geregistreerd bij WhatsApp op deze"
                " telefoon."
            ),
            button="OK",
        ),
        FaultKind.EXPIRED: ClosedPage(
            activity="Main",
            title="WhatsApp bijwerken",
            text=f"Werk WhatsApp bij als {you} de app wilt blijven gebruiken.",
            button="Bijwerken",
        ),
        FaultKind.CLOCK_WRONG: ClosedPage(
            activity="Main", title="Datum is onjuist", text="Die klopt niet.", button="Aanpassen"
        ),
        FaultKind.STORAGE_FULL: ClosedPage(
            activity=_STORAGE, title="Opslagruimte is vol", text="Maak ruimte.", button="Beheren"
        ),
        FaultKind.UNREGISTERED: ClosedPage(
            activity=_REGISTER, title="Nummer", text="Alles begint opnieuw.", button="Volgende"
        ),
    }


def page_of_registration(page: Registering) -> ClosedPage | None:
    """With words of ours: only the activity tells which page it is."""
    if page is Registering.DONE:
        return None
    return ClosedPage(activity=_REGISTRATION[page], title=page.value, text="…", button=">")


def page_of(faults: Faults, pages: Mapping[FaultKind, ClosedPage]) -> ClosedPage | None:
    return next((page for kind, page in pages.items() if faults.standing(kind)), None)


def draw_closed(page: ClosedPage, *, brush: Brush, screen: ScreenArea) -> Node:
    dp, whole, middle = screen.dp, screen.whole, screen.height // 2
    title = Bounds(dp(24), middle - dp(80), screen.width - dp(24), middle - dp(40))
    text = Bounds(title.left, title.bottom, title.right, middle)
    button = Bounds(title.left, middle + dp(40), title.right, middle + dp(88))
    icon_id, title_id, text_id, button_id = page.ids
    icon = Bounds(title.left, title.top - dp(80), title.right, title.top)
    content = brush(
        "FrameLayout",
        whole,
        *([brush("ImageView", icon, rid=icon_id)] if icon_id else []),
        brush("TextView", title, rid=title_id, text=page.title),
        brush("TextView", text, rid=text_id, text=page.text),
        brush.button("Button", button, rid=button_id, text=page.button, action="closed:button"),
        rid="android:id/content",
    )
    return brush("FrameLayout", whole, content)
