"""A hierarchy dump as small frozen views, whatever generation of Android and u2.jar wrote it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from appliance.devices.phone.texts import label
from appliance.errors import Transient

_BOUNDS = re.compile(r"\[(-?\d+),(-?\d+)\]\[(-?\d+),(-?\d+)\]")
SYSTEM_UI = "com.android.systemui"


@dataclass(frozen=True, slots=True)
class Box:
    left: int
    top: int
    right: int
    bottom: int

    @property
    def centre(self) -> tuple[int, int]:
        return (self.left + self.right) // 2, (self.top + self.bottom) // 2

    @property
    def empty(self) -> bool:
        return self.right <= self.left or self.bottom <= self.top


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One node. `id` is the part after `:id/`, because some apps show ids of another package."""

    id: str
    full_id: str
    cls: str
    package: str
    text: str
    desc: str
    box: Box
    clickable: bool
    children: tuple["View", ...]
    checked: bool = False

    def walk(self) -> Iterator["View"]:
        """This view and all below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def first(self, *ids: str) -> "View | None":
        return next((view for view in self.walk() if view.id in ids), None)

    def having(self, *ids: str) -> list["View"]:
        return [view for view in self.walk() if view.id in ids]


@dataclass(frozen=True)
class Screen:
    """All windows of one dump. `xml` is kept as evidence."""

    windows: tuple[View, ...]
    xml: str

    def of(self, package: str) -> "Screen":
        """The windows of one package."""
        return Screen(tuple(w for w in self.windows if w.package == package), self.xml)

    @cached_property
    def packages(self) -> frozenset[str]:
        return frozenset(window.package for window in self.windows)

    @property
    def empty(self) -> bool:
        return not self.windows

    @property
    def only_system(self) -> bool:
        """True when nothing but Android's own shade is there: the screen is off or locked."""
        return not self.empty and self.packages <= {SYSTEM_UI}

    def walk(self) -> Iterator[View]:
        for window in self.windows:
            yield from window.walk()

    def first(self, *ids: str) -> View | None:
        return next((view for view in self.walk() if view.id in ids), None)

    def having(self, *ids: str) -> list[View]:
        return [view for view in self.walk() if view.id in ids]


def read_screen(xml: str) -> Screen:
    """The screen in a dump of u2.jar's or the shell's format.

    Raises Transient when the dump is no XML; an empty dump is an empty screen.
    """
    try:
        root = etree.fromstring(xml.encode(), etree.XMLParser(huge_tree=True))
    except etree.XMLSyntaxError as exc:
        raise Transient("The phone's screen could not be read: the dump is no XML.") from exc
    windows = tuple(_view(node) for node in root.iterchildren("node"))
    return Screen(tuple(w for w in windows if w.package), xml)


def _view(node: "etree._Element") -> View:
    full_id = node.get("resource-id", "")
    children = tuple(_view(child) for child in node.iterchildren("node"))
    return View(
        id=full_id.rpartition(":id/")[2],
        full_id=full_id,
        cls=node.get("class", "").rpartition(".")[2],
        package=node.get("package", "") or next((c.package for c in children if c.package), ""),
        text=node.get("text", ""),
        desc=label(node.get("content-desc", "")),
        box=_box(node.get("bounds", "")),
        clickable=node.get("clickable") == "true",
        children=children,
        checked=node.get("checked") == "true",
    )


def _box(text: str) -> Box:
    found = _BOUNDS.fullmatch(text)
    return Box(*map(int, found.groups())) if found else Box(0, 0, 0, 0)
