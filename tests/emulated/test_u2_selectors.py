"""Selectors, made by uiautomator2 itself, on a small screen."""

from typing import Any

import pytest
from uiautomator2 import _selector

from appliance.emulated.phone.node import Bounds, Node
from appliance.emulated.phone.wire.u2_selectors import SelectorError, find

#: Has no types.
Selector: Any = _selector.Selector
BOX = Bounds(0, 0, 1, 1)


def row(name: str, *, selected: bool = False) -> Node:
    label = Node(cls="T", package="p", bounds=BOX, text=name, resource_id="p:id/name")
    hidden = Node(cls="T", package="p", bounds=BOX, text=name, visible_to_user=False)
    badge = Node(cls="V", package="p", bounds=BOX, content_desc=f"{name}: 1\nunread")
    return Node(
        cls="Row",
        package="p",
        bounds=BOX,
        resource_id="p:id/row",
        clickable=True,
        selected=selected,
        children=[label, hidden, badge],
    )


SCREEN = [
    Node(cls="Bar", package="com.android.systemui", bounds=BOX),
    Node(
        cls="List",
        package="p",
        bounds=BOX,
        scrollable=True,
        children=[row("Anna"), row("Bart", selected=True), row("Anna")],
    ),
]


def texts(selector: Any) -> list[str]:
    return [
        placed.node.text or placed.node.content_desc or placed.node.cls
        for placed in find(SCREEN, selector, lambda node: node.text)
    ]


@pytest.mark.parametrize(
    ("selector", "found"),
    [
        (Selector(text="Anna"), ["Anna", "Anna"]),
        (Selector(text="anna"), []),
        (Selector(textContains="NN"), ["Anna", "Anna"]),
        (Selector(textStartsWith="ba"), ["Bart"]),
        (Selector(textMatches="B.*"), ["Bart"]),
        (Selector(textMatches="ar"), []),
        (Selector(description="Bart: 1\nunread"), ["Bart: 1\nunread"]),
        (Selector(descriptionMatches="Bart.*unread"), ["Bart: 1\nunread"]),
        (Selector(descriptionContains="UNREAD", instance=2), ["Anna: 1\nunread"]),
        (Selector(className="Bar"), ["Bar"]),
        (Selector(packageName="com.android.systemui"), ["Bar"]),
        (Selector(packageNameMatches=".*systemui"), ["Bar"]),
        (Selector(resourceId="p:id/row", selected=True), ["Row"]),
        (Selector(resourceIdMatches=".*:id/name", index=0), ["Anna", "Bart", "Anna"]),
        (Selector(resourceIdMatches=".*:id/name", index=1), []),
        (Selector(scrollable=True), ["List"]),
        (Selector(clickable=True, instance=3), []),
        (Selector(selected=True).child(resourceId="p:id/name"), ["Bart"]),
        (Selector(resourceId="p:id/row", instance=2).child(className="V"), ["Anna: 1\nunread"]),
        (Selector(scrollable=True).child(className="Row").child(text="Bart"), ["Bart"]),
        (Selector(text="Bart").sibling(className="V"), ["Bart: 1\nunread"]),
        (Selector(scrollable=True).child(className="T", instance=1), ["Bart"]),
    ],
)
def test_a_selector_finds_what_it_finds_on_a_phone(selector: Any, found: list[str]) -> None:
    """All criteria hold at once; children and siblings narrow down; hidden nodes are no nodes."""
    assert texts(selector) == found


@pytest.mark.parametrize(
    "selector", [None, {}, "text", {"mask": 1}, {"mask": 4, "textMatches": "("}]
)
def test_what_is_no_selector_is_refused(selector: Any) -> None:
    """A missing mask, a missing field and a wrong pattern raise SelectorError."""
    with pytest.raises(SelectorError):
        texts(selector)
