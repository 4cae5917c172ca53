"""One phone as Balie uses it: its shell, its screen, its keys."""

import atexit
import base64
import logging
from contextlib import suppress
from typing import Any

import uiautomator2
from uiautomator2 import exceptions as u2_errors
from uiautomator2._selector import Selector

from appliance.devices.phone.adb.adb_errors import translated
from appliance.devices.phone.adb.calls import DeadlineAdbDevice, Deadlines, Output
from appliance.devices.phone.screen import Screen, read_screen
from appliance.devices.phone.single_shot import tap_once
from appliance.errors import DeviceGone, Transient

log = logging.getLogger(__name__)

# The main class of u2.jar: a server that another process started can be ended only by its name.
_SERVER = "com.wetest.uia2.Main"
# The depth that uiautomator2 itself uses; WhatsApp's rows are some thirty levels down.
_DUMP_DEPTH = 50
# 5 ms each: slow enough that the list does not run on when the finger leaves it.
_SWIPE_STEPS = 60
# Android takes half a second for a long press.
_HELD_MS = 800


class ServerWillNotStart(DeviceGone):
    """The phone is there, but its on-device server does not come up."""


class ServerSession:
    """The on-device server is started when first needed and again when it dies.

    Everything but `tap` goes through unmodified uiautomator2, which may do a call twice; so only
    calls that do no harm twice go there.
    """

    def __init__(self, serial: str, deadlines: Deadlines | None = None) -> None:
        self.serial = serial
        self.device = DeadlineAdbDevice(serial, deadlines)
        self._ui: uiautomator2.Device | None = None

    def run(self, *commands: str) -> list[Output]:
        return self.device.run(*commands)

    def connect(self) -> None:
        """Brings the on-device server up; raises ServerWillNotStart or DeviceGone."""
        if self._ui is None:
            self._ui = self._started()

    def screen(self) -> Screen:
        """What the phone shows now; an empty screen when it shows nothing that can be read."""
        return read_screen(str(self._call("dumpWindowHierarchy", False, _DUMP_DEPTH)))

    def set_text(self, view_id: str, text: str) -> bool:
        selector = _selector(resourceId=view_id)
        if not text:
            return bool(self._call("clearTextField", selector))
        return bool(self._call("setText", selector, text))

    def text_of(self, id_pattern: str, place: int) -> str:
        """The true text of one of the views whose id matches, with its emoji."""
        selector = _selector(resourceIdMatches=id_pattern, instance=place)
        return str(self._call("getText", selector))

    def tap(self, point: tuple[int, int]) -> None:
        """Exactly one tap, never repeated; see `tap_once` for what is raised."""
        self.connect()
        tap_once(self.device, *point)

    def swipe(self, start: tuple[int, int], end: tuple[int, int]) -> None:
        """Drags a list without throwing it; a second drag only shows more of it."""
        self._call("swipe", *start, *end, _SWIPE_STEPS)

    def hold(self, point: tuple[int, int]) -> None:
        self._call("click", *point, _HELD_MS)

    def back(self) -> None:
        """Presses through the shell: it presses once, and works without the on-device server."""
        self.run("input keyevent KEYCODE_BACK")

    def leave(self, *, closing: bool = True) -> None:
        """Goes to the home screen; with `closing` it presses Back first.

        A chat that stays open behind the home screen would get no notifications.
        """
        keys = ("BACK", "HOME") if closing else ("HOME",)
        self.run(*(f"input keyevent KEYCODE_{key}" for key in keys))

    def screenshot(self) -> bytes | None:
        """A JPEG, or None where the phone refuses to show its screen."""
        picture = self._call("takeScreenshot", 1, 80)
        return base64.b64decode(picture) if picture else None

    def close(self) -> None:
        """Ends the on-device server that this process started."""
        ui: Any = self._ui
        self._ui = None
        if ui is not None:
            atexit.unregister(ui.stop_uiautomator)
            with suppress(Exception):
                ui.stop_uiautomator(wait=False)

    def _call(self, method: str, *params: Any) -> Any:
        """A call that does no harm twice; a dead or wedged server is replaced once."""
        try:
            return self._once(method, *params)
        except DeviceGone as exc:
            log.info("on-device server of %s failed: %s", self.serial, exc)
            self.end_server()
            return self._once(method, *params)

    def _once(self, method: str, *params: Any) -> Any:
        self.connect()
        with translated():
            return getattr(self._ui.jsonrpc, method)(*params) if self._ui else None

    def end_server(self) -> None:
        """Ends the on-device server, whoever started it; the next call starts another."""
        self.close()
        self.run(f"pkill -f {_SERVER}")

    def _started(self) -> uiautomator2.Device:
        """A wedged server of another process answers no ping: it is ended and replaced once."""
        try:
            return self._start()
        except ServerWillNotStart:
            self.run(f"pkill -f {_SERVER}")
            return self._start()

    def _start(self) -> uiautomator2.Device:
        try:
            with translated():
                return uiautomator2.connect(self.device)
        except Transient as exc:
            raise ServerWillNotStart(exc.sentence) from exc
        except DeviceGone as exc:
            if isinstance(exc.__cause__, u2_errors.BaseException | TimeoutError):
                raise ServerWillNotStart("The phone's control server does not start.") from exc
            raise


def _selector(**fields: Any) -> Selector:
    build: Any = Selector
    selector: Selector = build(**fields)
    return selector
