"""Takes what a plugged phone shows now, and keeps nothing of it but its shape."""

import logging
import re
from typing import Any

from appliance.devices.phone.adb import adb_server
from appliance.devices.phone.adb.calls import last_line
from appliance.devices.phone.dialer_calls import DIALERS
from appliance.devices.phone.health import WINDOW, installed_whatsapp
from appliance.devices.phone.receive import REDACTED, SHOWN
from appliance.devices.phone.record.hierarchy import masked_hierarchy
from appliance.devices.phone.record.masks import Masks
from appliance.devices.phone.record.notification_text import masked_notifications
from appliance.devices.phone.record.picture import blacked_out
from appliance.devices.phone.screen import Screen, read_screen
from appliance.devices.phone.screencap import take_picture
from appliance.devices.phone.session import ServerSession, ServerWillNotStart
from appliance.devices.phone.whatsapp.pages import PACKAGES
from appliance.devices.protocol import DeviceState
from appliance.devices.recording import Recording
from appliance.errors import DeviceGone, Transient

log = logging.getLogger(__name__)

_PROPERTIES = {
    "manufacturer": "getprop ro.product.manufacturer",
    "model": "getprop ro.product.model",
    "android": "getprop ro.build.version.release",
    "sdk": "getprop ro.build.version.sdk",
    "language": "getprop persist.sys.locale",
    "sms_app": "settings get secure sms_default_application",
}
# The activity in front; a page without known words is told by it.
_FRONT = re.compile(r"mCurrentFocus=Window\{\S+ \S+ ([\w.]+/[\w.$]+)\}")
# A screen that moves is taken again, so that the picture and the hierarchy show the same.
_TRIES = 4


def record(serial: str, *, screenshot: bool) -> Recording:
    """Changes nothing on the phone; a Balie that runs may go on using it.

    Raises DeviceError, and SetupError without an adb server.
    """
    if adb_server.connection_state(serial) is not DeviceState.READY:
        raise DeviceGone(f"No phone {serial} answers. See which there are: balie device list")
    session = ServerSession(serial)
    try:
        return _recorded(session, screenshot=screenshot)
    finally:
        session.close()


def facts_of(session: ServerSession) -> dict[str, Any]:
    """What the phone is; `whatsapp` is its package and version, None where it has none."""
    told = session.run(*_PROPERTIES.values())
    packages = session.run(*(f"dumpsys package {package}" for package in PACKAGES))
    facts = {name: each.line for name, each in zip(_PROPERTIES, told, strict=True)}
    return {**facts, "whatsapp": installed_whatsapp([each.text for each in packages])}


def _recorded(session: ServerSession, *, screenshot: bool) -> Recording:
    facts = facts_of(session)
    redacted, shown, window = (each.text for each in session.run(REDACTED, SHOWN, WINDOW))
    front = _FRONT.search(window)
    apps = (*PACKAGES, *DIALERS, str(facts["sms_app"]))
    masks = Masks()
    files = {
        "notifications.txt": masked_notifications(shown, apps, masks),
        "notifications-redacted.txt": masked_notifications(redacted, apps, masks),
    }
    screen, picture = _taken(session) if screenshot else (_screen(session), None)
    files["hierarchy.xml"] = masked_hierarchy(screen.xml, masks)
    texts = {name: text.encode() for name, text in files.items()}
    pictures = {"screen.png": blacked_out(picture, screen)} if picture else {}
    manifest = {
        "format": 1,
        **facts,
        "front": front[1] if front else None,
        "screenshot": screenshot,
    }
    return Recording(manifest=manifest, files={**texts, **pictures})


def _screen(session: ServerSession) -> Screen:
    """By the on-device server that Balie reads with; without it by Android's own command."""
    try:
        return session.screen()
    except ServerWillNotStart as exc:
        log.info("%s is read by the shell: %s", session.serial, exc)
    (dump,) = session.run("uiautomator dump /dev/tty")
    begin, end = dump.text.find("<?xml"), dump.text.rfind(">")
    if begin < 0:
        raise Transient(f"The phone does not show its screen: {last_line(dump.text)[:100]}")
    return read_screen(dump.text[begin : end + 1])


def _taken(session: ServerSession) -> tuple[Screen, bytes]:
    """A picture, and the hierarchy that stood before and after it."""
    before = _screen(session)
    for _ in range(_TRIES):
        picture = take_picture(session.device)
        after = _screen(session)
        if after.xml == before.xml:
            return after, picture
        before = after
    raise Transient("The phone's screen does not stand still. Leave it alone and try again.")
