"""UiSelector as uiautomator2 sends it: a mask of fields, children and siblings."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from appliance.emulated.phone.hierarchy_xml import seen_children
from appliance.emulated.phone.node import Node


@dataclass(frozen=True, slots=True)
class Placed:
    """A node, where it stands among its parent's children, and that parent."""

    node: Node
    index: int
    parent: "Placed | None"


class SelectorError(Exception):
    """The JSON is not a selector."""


TextOf = Callable[[Node], str]
Test = Callable[[str, Any], bool]


def _equals(actual: str, wanted: Any) -> bool:
    return bool(actual == wanted)


def _contains(actual: str, wanted: Any) -> bool:
    return str(wanted).lower() in actual.lower()


def _starts_with(actual: str, wanted: Any) -> bool:
    return actual.lower().startswith(str(wanted).lower())


def _matches(actual: str, wanted: Any) -> bool:
    return re.fullmatch(str(wanted), actual, re.DOTALL) is not None


#: Bit of the mask, field of the JSON, attribute of the node, how they are compared.
_TEXT_FIELDS: tuple[tuple[int, str, str, Test], ...] = (
    (0x01, "text", "text", _equals),
    (0x02, "textContains", "text", _contains),
    (0x04, "textMatches", "text", _matches),
    (0x08, "textStartsWith", "text", _starts_with),
    (0x10, "className", "cls", _equals),
    (0x20, "classNameMatches", "cls", _matches),
    (0x40, "description", "content_desc", _equals),
    (0x80, "descriptionContains", "content_desc", _contains),
    (0x100, "descriptionMatches", "content_desc", _matches),
    (0x200, "descriptionStartsWith", "content_desc", _starts_with),
    (0x80000, "packageName", "package", _equals),
    (0x100000, "packageNameMatches", "package", _matches),
    (0x200000, "resourceId", "resource_id", _equals),
    (0x400000, "resourceIdMatches", "resource_id", _matches),
)
_FLAG_FIELDS = (
    (0x400, "checkable", "checkable"),
    (0x800, "checked", "checked"),
    (0x1000, "clickable", "clickable"),
    (0x2000, "longClickable", "long_clickable"),
    (0x4000, "scrollable", "scrollable"),
    (0x8000, "enabled", "enabled"),
    (0x10000, "focusable", "focusable"),
    (0x20000, "focused", "focused"),
    (0x40000, "selected", "selected"),
)
_INDEX = 0x800000
_INSTANCE = 0x1000000


def find(windows: list[Node], selector: Any, text_of: TextOf) -> list[Placed]:
    """All that match, in document order; raises SelectorError."""
    try:
        return _found(windows, selector, text_of)
    except (KeyError, TypeError, ValueError, re.error) as exc:
        raise SelectorError(f"not a selector: {selector!r}") from exc


def _found(windows: list[Node], selector: Any, text_of: TextOf) -> list[Placed]:
    found = _matching(_all_placed(windows), selector, text_of)
    steps = zip(
        selector.get("childOrSibling") or [],
        selector.get("childOrSiblingSelector") or [],
        strict=True,
    )
    for kind, inner in steps:
        near = _descendants if kind == "child" else _siblings
        found = _matching(_once(near, found), inner, text_of)
    return found


def _all_placed(windows: list[Node]) -> Iterator[Placed]:
    for index, window in enumerate(windows):
        root = Placed(window, index, None)
        yield root
        yield from _descendants(root)


def _descendants(placed: Placed) -> Iterator[Placed]:
    for index, child in seen_children(placed.node):
        below = Placed(child, index, placed)
        yield below
        yield from _descendants(below)


def _siblings(placed: Placed) -> Iterator[Placed]:
    """UiSelector's `fromParent`: anything below the parent, the node itself too."""
    return iter(()) if placed.parent is None else _descendants(placed.parent)


def _once(near: Callable[[Placed], Iterator[Placed]], found: list[Placed]) -> Iterator[Placed]:
    met: set[int] = set()
    for placed in found:
        for candidate in near(placed):
            if id(candidate.node) not in met:
                met.add(id(candidate.node))
                yield candidate


def _matching(candidates: Iterator[Placed], selector: Any, text_of: TextOf) -> list[Placed]:
    fits = [placed for placed in candidates if _fits(placed, selector, text_of)]
    if selector["mask"] & _INSTANCE:
        instance = int(selector["instance"])
        return fits[instance : instance + 1]
    return fits


def _fits(placed: Placed, selector: Any, text_of: TextOf) -> bool:
    mask, node = selector["mask"], placed.node
    for bit, field, attribute, test in _TEXT_FIELDS:
        if mask & bit:
            actual = text_of(node) if attribute == "text" else getattr(node, attribute)
            if not test(actual, selector[field]):
                return False
    for bit, field, attribute in _FLAG_FIELDS:
        if mask & bit and getattr(node, attribute) != selector[field]:
            return False
    return not mask & _INDEX or placed.index == selector["index"]
