"""Puts away what an app shows before it goes on: its own nags, and what a person made a rule for.

Nothing here presses anything on a page that stops a line, and each press is counted: a dialog that
comes back again and again is left for a person.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from appliance.devices.evidence_facts import files_in
from appliance.devices.phone.obstacles import Obstacle, ObstacleKind
from appliance.devices.phone.phone import Phone
from appliance.devices.phone.screen import Screen, View
from appliance.devices.phone.texts import label
from appliance.devices.phone.whatsapp.closed import why_closed
from appliance.devices.phone.whatsapp.dialogs import DialogMeaning
from appliance.devices.phone.whatsapp.pages import DialogPage, Seen, Stopped, UnknownPage
from appliance.devices.phone.whatsapp.stops import stop_kind
from appliance.errors import LineStopped, StoreError, Transient, Unconfirmed
from appliance.screen_rules import (
    MOST_AN_HOUR,
    ScreenButton,
    ScreenRule,
    UnknownScreen,
    without_numbers,
)

log = logging.getLogger(__name__)

Stays = Callable[[Screen], bool]
"""Whether the dialog that was answered still shows."""

# Buttons that answer “not now” or “OK” to what WhatsApp tells by itself, each in its page's own
# layout: about a backup, about messages that vanish, about photos that open once.
_NAGS = (
    "gdrive_new_user_setup_not_now_btn",
    "ephemeral_nux_ok",
    "vo_sp_bottom_sheet_ok_button",
)
# Ids that every dialog and every page has tell nothing.
_EVERYWHERE = frozenset({"android:id/content", "FrameLayout", "View", ""})
_OF_DIALOGS = ("parentPanel", "buttonPanel", "button1", "button2", "button3")
_LONGEST_LABEL = 80


def put_away(phone: Phone, screen: Screen, seen: Seen) -> bool:
    """Presses at most one button; True when it did and the screen is another now.

    Raises LineStopped where a rule says so.
    """
    if isinstance(seen, Stopped):
        return False
    nag = _nag_on(screen, phone.whatsapp)
    if nag is not None:
        name, view = nag
        stays = partial(_has_nag, phone, name)
        return _pressed(phone, f"nag:{name}", view, stays, most_an_hour=MOST_AN_HOUR)
    return is_unknown(seen) and _answered(phone, screen, seen)


def is_unknown(seen: Seen) -> bool:
    if isinstance(seen, DialogPage):
        return seen.kind is DialogMeaning.UNKNOWN
    if isinstance(seen, Obstacle):
        return seen.kind is ObstacleKind.UNKNOWN
    return isinstance(seen, UnknownPage)


def describe(phone: Phone, screen: Screen) -> UnknownScreen | None:
    """The window on top that asks something; None where nothing of an app shows."""
    window = _asking(screen, phone.whatsapp)
    if window is None:
        return None
    texts = [label(view.text) for view in window.walk() if view.text]
    return UnknownScreen(
        package=window.package,
        ids=frozenset(view.full_id or view.cls for view in window.walk()) - _EVERYWHERE,
        text=without_numbers("\n".join(texts)),
        buttons=[button for button, _ in _buttons(window)],
    )


def tell_unknown(phone: Phone, screen: Screen, facts: Mapping[str, Any]) -> None:
    """Shows a person what stopped the attempt; `facts` name the files that were kept of it."""
    shown = describe(phone, screen)
    if shown is None:
        return
    files = files_in(facts)
    attempt_id = phone.in_hand if files else None
    told = replace(shown, attempt_id=attempt_id, files=files)
    try:
        phone.listener.screen_unknown(phone.device_id, told)
    except StoreError as exc:
        log.warning("an unknown screen of %s could not be told: %s", phone.device_id, exc)


def _answered(phone: Phone, screen: Screen, seen: Seen) -> bool:
    shown = describe(phone, screen)
    if shown is None or any(map(stop_kind, shown.text.splitlines())):
        return False
    rules = _rules(phone)
    rule = next((each for each in rules if each.may_act_on(shown)), None)
    if rule is None or why_closed(phone, seen) is not None:
        return False
    return _obeyed(phone, screen, rule, shown)


def _rules(phone: Phone) -> Sequence[ScreenRule]:
    """None while the database cannot be asked: the screen is then left alone."""
    try:
        return phone.listener.screen_rules(phone.device_id)
    except StoreError as exc:
        log.warning("the rules for %s could not be read: %s", phone.device_id, exc)
        return ()


def _may_use(phone: Phone, rule_id: str, most_an_hour: int) -> bool:
    """The use is noted first: one that cannot be noted is none."""
    try:
        return phone.listener.rule_used(phone.device_id, rule_id, most_an_hour=most_an_hour)
    except StoreError as exc:
        log.warning("a rule for %s could not be noted: %s", phone.device_id, exc)
        return False


def _obeyed(phone: Phone, screen: Screen, rule: ScreenRule, shown: UnknownScreen) -> bool:
    if rule.press is None:
        _may_use(phone, rule.id, rule.most_an_hour)
        raise LineStopped("A rule of the office stops the line at this screen.", {"rule": rule.id})
    window = _asking(screen, phone.whatsapp)
    view = _find(window, rule.press) if window is not None else None
    if view is None:
        return False
    stays = partial(_shows, phone, shown)
    return _pressed(phone, rule.id, view, stays, most_an_hour=rule.most_an_hour)


def _find(window: View, wanted: ScreenButton) -> View | None:
    """The button that the rule names, as it was when the rule was made, and still harmless."""
    return next((view for each, view in _buttons(window) if each == wanted and each.is_safe), None)


def _pressed(phone: Phone, rule_id: str, view: View, stays: Stays, *, most_an_hour: int) -> bool:
    if not _may_use(phone, rule_id, most_an_hour):
        log.warning("%s is not used on %s now", rule_id, phone.device_id)
        return False
    log.info("%s presses %s on %s", rule_id, view.id or "a button", phone.device_id)
    try:
        phone.session.tap(view.box.centre)
    except Unconfirmed as exc:  # it was no Send: nothing of the message in hand is in doubt
        raise Transient("A dialog on the phone could not be put away.", {"rule": rule_id}) from exc
    return _has_gone(phone, stays)


def _has_gone(phone: Phone, stays: Stays) -> bool:
    """Only the dialog itself counts: what lies behind it goes on, as a chat that opens does."""
    until = time.monotonic() + phone.patience.wrong_s
    pauses = phone.patience.pauses()
    while time.monotonic() < until:
        time.sleep(next(pauses))
        screen = phone.session.screen()
        if not screen.empty and not stays(screen):
            return True
    return False


def _shows(phone: Phone, shown: UnknownScreen, screen: Screen) -> bool:
    return describe(phone, screen) == shown


def _has_nag(phone: Phone, name: str, screen: Screen) -> bool:
    nag = _nag_on(screen, phone.whatsapp)
    return nag is not None and nag[0] == name


def _nag_on(screen: Screen, package: str) -> tuple[str, View] | None:
    for view in screen.of(package).walk():
        if view.id in _NAGS and not view.box.empty:
            return view.id, view
    return None


def _asking(screen: Screen, package: str) -> View | None:
    """A dialog of Android lies above the app. A dump has its windows in no order, so its ids tell a
    dialog.
    """
    of_android = [w for w in screen.of("android").windows if any(_buttons(w))]
    windows = of_android or list(screen.of(package).windows)
    dialogs = [window for window in windows if window.first(*_OF_DIALOGS)]
    return next(reversed(dialogs or windows), None)


def _buttons(window: View) -> Iterator[tuple[ScreenButton, View]]:
    for view in window.walk():
        words = label(" ".join(filter(None, (_words(each) for each in view.walk()))))
        if view.clickable and not view.box.empty and 0 < len(words) <= _LONGEST_LABEL:
            yield ScreenButton(id=view.full_id, text=words), view


def _words(view: View) -> str:
    return view.text or view.desc
