"""Where things are on a screen, and the nodes that say so."""

from dataclasses import dataclass
from typing import Any

from appliance.emulated.phone.node import Bounds, Node

#: Characters that fit on one line of a message, measured in a recorded conversation (560 px at
#: density 320 held about 34 characters).
LINE_CHARS = 34

_CLASS_PREFIXES = {
    "View": "android.view.",
    "ViewGroup": "android.view.",
    "RecyclerView": "androidx.recyclerview.widget.",
    "ViewPager": "androidx.viewpager.widget.",
    "LinearLayoutCompat": "androidx.appcompat.widget.",
}


@dataclass(frozen=True, slots=True)
class ScreenArea:
    """The screen as an app gets it; `bottom` rises when the keyboard opens."""

    width: int
    height: int
    density: int
    keyboard_open: bool

    def dp(self, value: float) -> int:
        return round(value * self.density / 160)

    @property
    def status_bottom(self) -> int:
        return self.dp(34)

    @property
    def nav_top(self) -> int:
        return self.height - self.dp(48)

    @property
    def keyboard_top(self) -> int:
        """A keyboard took 1011 of 2400 pixels on a recorded screen."""
        return self.height - round(self.height * 0.42125)

    @property
    def bottom(self) -> int:
        return self.keyboard_top if self.keyboard_open else self.height

    @property
    def content_bottom(self) -> int:
        return self.keyboard_top if self.keyboard_open else self.nav_top

    @property
    def whole(self) -> Bounds:
        return Bounds(0, 0, self.width, self.bottom)


@dataclass(frozen=True, slots=True)
class Brush:
    """Makes the nodes of one package; ids without a colon get the package before them."""

    package: str

    def __call__(
        self, cls: str, bounds: Bounds, *children: Node, rid: str = "", **attributes: Any
    ) -> Node:
        full_class = cls if "." in cls else _CLASS_PREFIXES.get(cls, "android.widget.") + cls
        full_id = rid if not rid or ":" in rid else f"{self.package}:id/{rid}"
        return Node(
            cls=full_class,
            package=self.package,
            bounds=bounds,
            resource_id=full_id,
            children=list(children),
            **attributes,
        )

    def button(self, cls: str, bounds: Bounds, *children: Node, **attributes: Any) -> Node:
        return self(cls, bounds, *children, clickable=True, focusable=True, **attributes)


def line_count(text: str) -> int:
    """Lines that a message takes in its bubble."""
    return sum(1 + len(line) // LINE_CHARS for line in text.split("\n"))


def shortened(text: str, limit: int = LINE_CHARS) -> str:
    """The one-line preview of a list."""
    flat = text.replace("\n", " ")
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"
