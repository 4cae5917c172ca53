"""`dumpsys activity`, `dumpsys window` and `dumpsys display`: what is in front."""

import zlib

from appliance.emulated.phone.apps import App
from appliance.emulated.phone.commands.intents import short_component
from appliance.emulated.phone.commands.reply import out
from appliance.emulated.phone.handset import BareHandset
from appliance.emulated.phone.wire.seam import ShellResult


def activity(handset: BareHandset, args: list[str]) -> ShellResult:
    """`activities` in the form of the release, `top` with a process id."""
    front = handset.front
    if args[:1] == ["top"]:
        return out(
            f"TASK {front.package} id={_task(front)} userId=0\n"
            f"  ACTIVITY {_component(front)} {_hash(front):x} pid={process_id(front)}"
        )
    record = f"ActivityRecord{{{_hash(front):x} u0 {_component(front)} t{_task(front)}}}"
    head = (
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)\n"
        "Display #0 (activities from top to bottom):\n"
    )
    owner = f"A={front.uid}:{front.package}"
    task = f"  * Task{{{_hash(front):x} #{_task(front)} type=standard {owner}}}"
    if handset.sdk <= 30:
        return out(f"{head}{task}\n\n    mResumedActivity: {record}")
    return out(
        f"{head}{task}\n    topResumedActivity={record}\n\n  ResumedActivity: {record}\n"
        f"  KeyguardController:\n    mKeyguardShowing={_shown(handset)}"
    )


def window(handset: BareHandset, args: list[str]) -> ShellResult:
    """`windows` lacks the focus on newer releases; plain `dumpsys window` has it."""
    front = handset.front
    in_front = f"{front.package}/{front.activity()}"
    if handset.recorded is not None and handset.recorded.front:
        in_front = handset.recorded.front
    focus = f"Window{{{_hash(front):x} u0 {in_front}}}"
    if not handset.lock.open:
        shade = "NotificationShade" if handset.sdk >= 30 else "StatusBar"
        focus = f"Window{{7c2f1e u0 {shade}}}"
    record = f"ActivityRecord{{{_hash(front):x} u0 {_component(front)} t{_task(front)}}}"
    listing = f"WINDOW MANAGER WINDOWS (dumpsys window windows)\n  Window #0 {focus}:"
    if args[:1] == ["windows"] and handset.sdk >= 31:
        return out(listing)
    return out(
        f"{listing}\n"
        f"  mCurrentFocus={focus}\n"
        f"  mFocusedApp={record}\n"
        "WINDOW MANAGER POLICY STATE (dumpsys window policy)\n"
        f"    isStatusBarKeyguard={_shown(handset)}\n"
        f"    mDreamingLockscreen={_shown(handset)}\n"
        f"    isKeyguardShowing={_shown(handset)}\n"
        f"    mInputMethodWindowVisible={str(handset.keyboard_open).lower()}"
    )


def display(handset: BareHandset, args: list[str]) -> ShellResult:
    del args
    width, height = handset.size
    state = "ON" if handset.screen_on else "OFF"
    return out(
        "DISPLAY MANAGER (dumpsys display)\n"
        f"  mViewports=[DisplayViewport{{type=INTERNAL, valid=true, isActive=true, displayId=0, "
        f"uniqueId='local:4619827259835644672', physicalPort=0, orientation=0, "
        f"logicalFrame=Rect(0, 0 - {width}, {height})}}]\n"
        f"  mScreenState={state}"
    )


def surface_flinger(handset: BareHandset, args: list[str]) -> ShellResult:
    del handset, args
    return out('Display 4619827259835644672 (HWC display 0): port=0 pnpId=QCM displayName=""')


def process_id(app: App) -> int:
    return 4000 + app.uid % 20000


def _shown(handset: BareHandset) -> str:
    return str(handset.lock.keyguard).lower()


def _component(app: App) -> str:
    return short_component(app.package, app.activity())


def _task(app: App) -> int:
    return app.uid % 1000


def _hash(app: App) -> int:
    return zlib.crc32(app.package.encode()) & 0x0FFFFFFF
