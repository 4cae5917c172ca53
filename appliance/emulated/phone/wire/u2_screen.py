"""What the on-device server reads from the screen."""

import asyncio
import base64
from typing import Any

from appliance.emulated.phone.faults import FaultKind
from appliance.emulated.phone.hierarchy_xml import u2_dump
from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.screenshot import jpeg
from appliance.emulated.phone.wire.seam import Handset
from appliance.emulated.phone.wire.u2_errors import INVALID_PARAMS, JavaError, object_not_found
from appliance.emulated.phone.wire.u2_selectors import Placed, SelectorError, find

#: How soon a waiting call looks again; the real server looks once a second.
_LOOK_AGAIN_S = 0.02
_DEFAULT_DENSITY_DPI = 420
_BASE_DENSITY_DPI = 160
#: Package prefixes of windows that lie over or beside the app in use.
_NEVER_CURRENT = ("com.android.systemui", "com.google.android.inputmethod")


class U2Screen:
    def __init__(self, handset: Handset) -> None:
        self._handset = handset

    def find(self, selector: Any) -> list[Placed]:
        try:
            return find(self._handset.windows(), selector, self.text_of)
        except SelectorError as exc:
            raise JavaError(INVALID_PARAMS, "method parameters invalid", str(exc)) from exc

    def first(self, selector: Any) -> Node:
        """Raises UiObjectNotFoundException."""
        found = self.find(selector)
        if not found:
            raise object_not_found(selector)
        return found[0].node

    def focused(self) -> Node | None:
        nodes = (node for window in self._handset.windows() for node in window.walk())
        return next((node for node in nodes if node.focused), None)

    def text_of(self, node: Node) -> str:
        return self._handset.full_text(node) or node.hint

    def text(self, selector: Any) -> str:
        return self.text_of(self.first(selector))

    def exists(self, selector: Any) -> bool:
        return bool(self.find(selector))

    def count(self, selector: Any) -> int:
        return len(self.find(selector))

    async def wait_for_exists(self, selector: Any, timeout_ms: float) -> bool:
        return await self._wait(selector, timeout_ms, present=True)

    async def wait_until_gone(self, selector: Any, timeout_ms: float) -> bool:
        return await self._wait(selector, timeout_ms, present=False)

    async def _wait(self, selector: Any, timeout_ms: float, *, present: bool) -> bool:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout_ms / 1000
        while self.exists(selector) is not present:
            if loop.time() >= deadline:
                return False
            await asyncio.sleep(_LOOK_AGAIN_S)
        return True

    def object_info(self, selector: Any) -> dict[str, Any]:
        return self._info(self.first(selector))

    def object_infos(self, selector: Any) -> list[dict[str, Any]]:
        return [self._info(placed.node) for placed in self.find(selector)]

    def _info(self, node: Node) -> dict[str, Any]:
        return {
            "bounds": _rectangle(node.bounds),
            "visibleBounds": _rectangle(self._visible(node.bounds)),
            "checkable": node.checkable,
            "checked": node.checked,
            "childCount": len(node.children),
            "className": node.cls,
            "clickable": node.clickable,
            "contentDescription": node.content_desc,
            "enabled": node.enabled,
            "focusable": node.focusable,
            "focused": node.focused,
            "longClickable": node.long_clickable,
            "packageName": node.package,
            "resourceName": node.resource_id,
            "scrollable": node.scrollable,
            "selected": node.selected,
            "text": self.text_of(node),
        }

    def _visible(self, bounds: Bounds) -> Bounds:
        width, height = self._handset.size
        return Bounds(
            max(bounds.left, 0),
            max(bounds.top, 0),
            min(bounds.right, width),
            min(bounds.bottom, height),
        )

    def device_info(self) -> dict[str, Any]:
        width, height = self._handset.size
        properties = self._handset.properties
        density_dpi = int(properties.get("ro.sf.lcd_density") or _DEFAULT_DENSITY_DPI)
        return {
            "currentPackageName": self._current_package(),
            "displayHeight": height,
            "displayRotation": 0,
            "displaySizeDpX": width * _BASE_DENSITY_DPI // density_dpi,
            "displaySizeDpY": height * _BASE_DENSITY_DPI // density_dpi,
            "displayWidth": width,
            "naturalOrientation": True,
            "productName": properties.get("ro.product.name", ""),
            "screenOn": self._handset.screen_on,
            "sdkInt": self._handset.sdk,
        }

    def _current_package(self) -> str:
        packages = [window.package for window in self._handset.windows()]
        apps = [package for package in packages if not package.startswith(_NEVER_CURRENT)]
        return next(iter([*apps, *packages]), "")

    def dump(
        self,
        _compressed: object = None,
        max_depth: int = 50,
        root_in_active: object = None,
    ) -> str:
        """Compressed or not, nothing is left out here."""
        if self._handset.faults.take(FaultKind.EMPTY_HIERARCHY, method="dumpWindowHierarchy"):
            return u2_dump([])
        windows = self._handset.windows()
        if root_in_active:
            current = self._current_package()
            windows = [window for window in windows if window.package == current]
        return u2_dump(windows, max_depth=max_depth)

    async def screenshot(self) -> bytes | None:
        """A JPEG of the size of the screen; None while the screen is dark."""
        if not self._handset.screen_on:
            return None
        return await jpeg(self._handset.windows(), self._handset.size)

    async def take_screenshot(self, _scale: float = 1.0, _quality: int = 80) -> str | None:
        """Base64, or None; always of full size."""
        picture = await self.screenshot()
        return None if picture is None else base64.b64encode(picture).decode()


def _rectangle(bounds: Bounds) -> dict[str, int]:
    return {
        "left": bounds.left,
        "top": bounds.top,
        "right": bounds.right,
        "bottom": bounds.bottom,
    }
