"""A screen and notifications of a real phone, shown again: a file of `balie record`.

What a parser made of the real phone it makes of this one, so a failure in the field becomes a test.
"""

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from appliance.emulated.phone.node import Bounds, Node

_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")
_LIST = "Current Notification Manager state:\n"


class NoRecording(Exception):
    """The file is none that `balie record` wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedScreen:
    """`notifications` and `redacted` are the two dumps of `dumpsys notification`. `front` is the
    activity in front, empty where the file does not tell it.
    """

    windows: list[Node]
    front: str
    notifications: str
    redacted: str

    def under(self, x: float, y: float) -> Node | None:
        """The view that a finger hits in the window that lies on top there; it does nothing."""
        for window in reversed(self.windows):
            if window.bounds.contains(x, y):
                hits = [n for n in window.walk() if n.clickable and n.bounds.contains(x, y)]
                return hits[-1] if hits else None
        return None


def read_recording(path: Path) -> RecordedScreen:
    """Raises NoRecording."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name).decode() for name in archive.namelist() if _is(name)}
        root = etree.fromstring(files["hierarchy.xml"].encode())
        manifest = json.loads(files["manifest.json"])
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, etree.XMLSyntaxError) as exc:
        raise NoRecording(f"{path} is no recording: {exc}") from exc
    return RecordedScreen(
        windows=[_node(each) for each in root.iterchildren("node")],
        front=str(manifest.get("front") or ""),
        notifications=files.get("notifications.txt", _LIST),
        redacted=files.get("notifications-redacted.txt", _LIST),
    )


def _is(name: str) -> bool:
    return name.endswith((".txt", ".xml", ".json"))


def _node(element: "etree._Element") -> Node:
    def flag(name: str) -> bool:
        return element.get(name) == "true"

    found = _BOUNDS.fullmatch(element.get("bounds", ""))
    return Node(
        cls=element.get("class", ""),
        package=element.get("package", ""),
        bounds=Bounds(*map(int, found.groups())) if found else Bounds(0, 0, 0, 0),
        text=element.get("text", ""),
        resource_id=element.get("resource-id", ""),
        content_desc=element.get("content-desc", ""),
        hint=element.get("hint", ""),
        checkable=flag("checkable"),
        checked=flag("checked"),
        clickable=flag("clickable"),
        enabled=flag("enabled"),
        focusable=flag("focusable"),
        focused=flag("focused"),
        scrollable=flag("scrollable"),
        long_clickable=flag("long-clickable"),
        password=flag("password"),
        selected=flag("selected"),
        children=[_node(child) for child in element.iterchildren("node")],
    )
