"""The names under which u2.jar can be called, and what each does here."""

import inspect
from collections.abc import Callable
from typing import Any

from appliance.emulated.phone.wire.seam import Handset
from appliance.emulated.phone.wire.u2_actions import U2Actions
from appliance.emulated.phone.wire.u2_errors import INVALID_PARAMS, METHOD_NOT_FOUND, JavaError
from appliance.emulated.phone.wire.u2_screen import U2Screen
from appliance.emulated.world.traffic import Traffic


class U2Methods:
    """Parameters are positional; methods for rotation, toasts and idling change nothing."""

    def __init__(self, handset: Handset, traffic: Traffic) -> None:
        self.screen = U2Screen(handset)
        self._methods = {
            **_reading(self.screen),
            **_acting(U2Actions(handset, traffic, self.screen)),
            **_power(handset),
            **_without_effect(),
        }

    async def call(self, name: str, params: Any) -> Any:
        """Raises JavaError."""
        method = self._methods.get(name)
        if method is None:
            raise JavaError(METHOD_NOT_FOUND, "method not found")
        arguments = params if isinstance(params, list) else []
        try:
            inspect.signature(method).bind(*arguments)
        except TypeError as exc:
            raise JavaError(INVALID_PARAMS, "method parameters invalid", str(exc)) from exc
        result = method(*arguments)
        return await result if inspect.isawaitable(result) else result


def _reading(screen: U2Screen) -> dict[str, Callable[..., Any]]:
    return {
        "deviceInfo": screen.device_info,
        "dumpWindowHierarchy": screen.dump,
        "takeScreenshot": screen.take_screenshot,
        "waitForExists": screen.wait_for_exists,
        "waitUntilGone": screen.wait_until_gone,
        "exist": screen.exists,
        "count": screen.count,
        "objInfo": screen.object_info,
        "objInfoOfAllInstances": screen.object_infos,
        "getText": screen.text,
    }


def _acting(actions: U2Actions) -> dict[str, Callable[..., Any]]:
    return {
        "click": actions.click,
        "longClick": actions.long_click,
        "swipe": actions.swipe,
        "drag": actions.swipe,
        "swipePoints": actions.swipe_points,
        "injectInputEvent": actions.inject_input_event,
        "scrollForward": actions.scroll_forward,
        "scrollBackward": actions.scroll_backward,
        "flingForward": actions.scroll_forward,
        "flingBackward": actions.scroll_backward,
        "setText": actions.set_text,
        "clearTextField": actions.clear_text_field,
        "clearInputText": actions.clear_input_text,
        "setClipboard": actions.set_clipboard,
        "getClipboard": actions.clipboard,
        "pasteClipboard": actions.paste,
        "pressKey": actions.press_key,
        "pressKeyCode": actions.press_key_code,
    }


def _power(handset: Handset) -> dict[str, Callable[..., Any]]:
    return {
        "wakeUp": handset.wake,
        "sleep": handset.sleep,
        "isScreenOn": lambda: handset.screen_on,
        "openNotification": lambda: handset.press_key("notification"),
        "openQuickSettings": lambda: handset.press_key("quick_settings"),
    }


def _without_effect() -> dict[str, Callable[..., Any]]:
    return {
        "freezeRotation": lambda _freeze: None,
        "setOrientation": lambda _direction: None,
        "getLastToast": lambda: None,
        "clearLastToast": lambda: None,
        "makeToast": lambda _text, _duration_ms: True,
        "waitForIdle": lambda _timeout_ms=0: None,
        "waitForWindowUpdate": lambda _package, _timeout_ms: True,
        "setConfigurator": lambda wanted: wanted,
        "getConfigurator": dict,
    }
