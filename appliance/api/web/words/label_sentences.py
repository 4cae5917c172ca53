"""The colours of labels: what they are called, and how a page has them."""

from collections.abc import Mapping

from markupsafe import Markup

COLOURS: Mapping[str, str] = {
    "red": "Red",
    "orange": "Orange",
    "yellow": "Yellow",
    "green": "Green",
    "teal": "Teal",
    "blue": "Blue",
    "purple": "Purple",
    "pink": "Pink",
}
_HUES = {
    "red": 0,
    "orange": 2,
    "yellow": 3,
    "green": 8,
    "teal": 12,
    "blue": 14,
    "purple": 18,
    "pink": 21,
}
"""Of those that `row.css` has."""


def painted(colour: str | None) -> Markup:
    """The attribute of an element that has this colour."""
    if colour not in _HUES:
        return Markup()
    return Markup(' data-hue="{}"').format(_HUES[colour])
