"""The screen as XML: as u2.jar dumps it and as the shell's `uiautomator dump` does.

Both write with Android's KXmlSerializer, which delimits a value that holds `"` by `'`, and both
leave out children that cannot be seen. Source: `AccessibilityNodeInfoDumper.java` and
`KXmlSerializer.java` of AOSP.
"""

import re
from collections.abc import Callable, Iterator

from appliance.emulated.phone.node import Node

_DECLARATION = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
_LINE_END = "\r\n"
#: Characters that both dumpers replace by a dot, because they count as invalid in XML.
_INVALID = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufddf\ufffe\uffff]")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
_MUST_ESCAPE = re.compile("[&<>\n\r\t]")
#: Containers whose missing label is no fault.
_NAF_EXCLUDED = ("GridLayout", "GridView", "ListView", "TableLayout")

Attributes = list[tuple[str, str]]


def u2_dump(windows: list[Node], *, max_depth: int = 50, rotation: int = 0) -> str:
    """Indented; each half of what lies beyond the BMP is a dot, so an emoji is `..`."""
    if not windows:
        return f'{_DECLARATION}{_LINE_END}<hierarchy rotation="{rotation}" />'
    lines = [f'{_DECLARATION}{_LINE_END}<hierarchy rotation="{rotation}">']
    for index, window in enumerate(windows):
        lines.extend(_u2_lines(window, index, 1, max_depth))
    return _LINE_END.join([*lines, "</hierarchy>"])


def shell_dump(windows: list[Node], *, rotation: int = 0) -> str:
    """One line; an emoji is a numeric entity."""
    inside = "".join(_shell_node(window, index) for index, window in enumerate(windows))
    if not inside:
        return f'{_DECLARATION}<hierarchy rotation="{rotation}" />'
    return f'{_DECLARATION}<hierarchy rotation="{rotation}">{inside}</hierarchy>'


def shown_text(node: Node) -> str:
    """An empty field reports its hint as its text."""
    return node.text or node.hint


def seen_children(node: Node) -> Iterator[tuple[int, Node]]:
    """The children that a dump or a selector reaches, with their places among all."""
    return ((at, child) for at, child in enumerate(node.children) if child.visible_to_user)


def _u2_lines(node: Node, index: int, depth: int, max_depth: int) -> Iterator[str]:
    tag = "  " * depth + "<node" + _written(_u2_attributes(node, index), _u2_text)
    inside = list(seen_children(node)) if depth < max_depth else []
    if not inside:
        yield tag + " />"
        return
    yield tag + ">"
    for at, child in inside:
        yield from _u2_lines(child, at, depth + 1, max_depth)
    yield "  " * depth + "</node>"


def _shell_node(node: Node, index: int) -> str:
    tag = "<node" + _written(_shell_attributes(node, index), _shell_text)
    inside = "".join(_shell_node(child, at) for at, child in seen_children(node))
    return f"{tag}>{inside}</node>" if inside else f"{tag} />"


def _shell_attributes(node: Node, index: int) -> Attributes:
    return [
        *_common_attributes(node, index),
        ("bounds", str(node.bounds)),
        ("drawing-order", str(index + 1)),
        ("hint", node.hint),
    ]


def _u2_attributes(node: Node, index: int) -> Attributes:
    return [
        *_common_attributes(node, index),
        ("visible-to-user", _flag(value=node.visible_to_user)),
        ("bounds", str(node.bounds)),
        ("drawing-order", str(index + 1)),
        ("hint", node.hint),
        ("display-id", "0"),
    ]


def _common_attributes(node: Node, index: int) -> Attributes:
    return [
        *([("NAF", "true")] if _lacks_label(node) else []),
        ("index", str(index)),
        ("text", shown_text(node)),
        ("resource-id", node.resource_id),
        ("class", node.cls),
        ("package", node.package),
        ("content-desc", node.content_desc),
        ("checkable", _flag(value=node.checkable)),
        ("checked", _flag(value=node.checked)),
        ("clickable", _flag(value=node.clickable)),
        ("enabled", _flag(value=node.enabled)),
        ("focusable", _flag(value=node.focusable)),
        ("focused", _flag(value=node.focused)),
        ("scrollable", _flag(value=node.scrollable)),
        ("long-clickable", _flag(value=node.long_clickable)),
        ("password", _flag(value=node.password)),
        ("selected", _flag(value=node.selected)),
    ]


def _flag(*, value: bool) -> str:
    return "true" if value else "false"


def _lacks_label(node: Node) -> bool:
    """Not accessibility friendly: a button without words on it or below it."""
    if not (node.clickable and node.enabled) or node.cls.endswith(_NAF_EXCLUDED):
        return False
    return not any(below.content_desc or shown_text(below) for below in node.walk())


def _written(attributes: Attributes, text_of: Callable[[str], str]) -> str:
    return "".join(f" {name}={_quoted(value, text_of)}" for name, value in attributes)


def _quoted(value: str, text_of: Callable[[str], str]) -> str:
    quote = "'" if '"' in value else '"'
    escaped = _MUST_ESCAPE.sub(lambda found: _ESCAPES[found[0]], _INVALID.sub(".", value))
    if quote == "'":
        escaped = escaped.replace("'", "&apos;")
    return f"{quote}{text_of(escaped)}{quote}"


def _u2_text(value: str) -> str:
    return _LONE_SURROGATE.sub(".", _ASTRAL.sub("..", value))


def _shell_text(value: str) -> str:
    return _LONE_SURROGATE.sub(".", _ASTRAL.sub(lambda found: f"&#{ord(found[0])};", value))
