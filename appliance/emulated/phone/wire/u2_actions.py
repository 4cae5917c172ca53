"""What the on-device server does to the screen."""

from typing import Any

from appliance.emulated.phone.faults import INPUT_REFUSAL, FaultKind
from appliance.emulated.phone.node import Node
from appliance.emulated.phone.wire.seam import Handset
from appliance.emulated.phone.wire.u2_errors import thrown
from appliance.emulated.phone.wire.u2_screen import U2Screen
from appliance.emulated.world.traffic import Traffic

_FINGER_DOWN, _FINGER_UP = 0, 1


class U2Actions:
    """A long press reaches the handset as a swipe that ends where it began."""

    def __init__(self, handset: Handset, traffic: Traffic, screen: U2Screen) -> None:
        self._handset = handset
        self._traffic = traffic
        self._screen = screen
        self._finger_at: tuple[float, float] | None = None

    def click(self, x: Any, y: float | None = None, pressed_ms: int = 0) -> bool:
        """`click(selector)` or `click(x, y)` or `click(x, y, ms)`."""
        if self._handset.faults.standing(FaultKind.INPUT_REFUSED):
            raise thrown("java.lang.SecurityException", INPUT_REFUSAL)
        if y is None:
            x, y = _centre(self._screen.first(x))
        width, height = self._handset.size
        if not (0 <= x < width and 0 <= y < height):
            return False
        if pressed_ms:
            self._handset.swipe(x, y, x, y)
        else:
            self._traffic.taps += 1
            self._handset.tap(x, y)
        return True

    def long_click(self, selector: Any) -> bool:
        x, y = _centre(self._screen.first(selector))
        self._handset.swipe(x, y, x, y)
        return True

    def swipe(self, x1: float, y1: float, x2: float, y2: float, _steps: int = 0) -> bool:
        self._handset.swipe(x1, y1, x2, y2)
        return True

    def swipe_points(self, points: list[float], _steps: int) -> bool:
        """`points` is x, y, x, y …; only the first and the last matter here."""
        self._handset.swipe(points[0], points[1], points[-2], points[-1])
        return True

    def inject_input_event(self, action: int, x: float, y: float, _meta: int = 0) -> bool:
        """A finger that is lifted where it came down is a tap."""
        if action == _FINGER_DOWN:
            self._finger_at = (x, y)
        elif action == _FINGER_UP and self._finger_at is not None:
            start, self._finger_at = self._finger_at, None
            return self.click(x, y) if start == (x, y) else self.swipe(*start, x, y)
        return True

    def scroll_forward(self, selector: Any, vertical: object, _steps: int = 0) -> bool:
        return self._scroll(self._screen.first(selector), vertical=bool(vertical), forward=True)

    def scroll_backward(self, selector: Any, vertical: object, _steps: int = 0) -> bool:
        return self._scroll(self._screen.first(selector), vertical=bool(vertical), forward=False)

    def _scroll(self, node: Node, *, vertical: bool, forward: bool) -> bool:
        """The finger moves against the direction of reading."""
        x, y = _centre(node)
        reach = (node.bounds.bottom - node.bounds.top if vertical else _width(node)) * 0.4
        if not forward:
            reach = -reach
        if vertical:
            self._handset.swipe(x, y + reach, x, y - reach)
        else:
            self._handset.swipe(x + reach, y, x - reach, y)
        return True

    def set_text(self, selector: Any, text: str | None) -> bool:
        return self._handset.set_text(self._screen.first(selector), text or "")

    def clear_text_field(self, selector: Any) -> bool:
        return self.set_text(selector, "")

    def clear_input_text(self) -> bool:
        return self._type_over("")

    def set_clipboard(self, _label: str | None, text: str) -> None:
        self._handset.clipboard = text

    def clipboard(self) -> str:
        return self._handset.clipboard

    def paste(self) -> bool:
        """Adds keys after the text of the focused field."""
        field = self._screen.focused()
        if field is None:
            return False
        held = self._handset.full_text(field)
        return self._type_over(("" if held == field.hint else held) + self._handset.clipboard)

    def press_key(self, key: str) -> bool:
        return self._handset.press_key(key)

    def press_key_code(self, code: int, _meta: int = 0) -> bool:
        return self._handset.press_key(str(code))

    def _type_over(self, text: str) -> bool:
        field = self._screen.focused()
        return field is not None and self._handset.set_text(field, text)


def _width(node: Node) -> int:
    return node.bounds.right - node.bounds.left


def _centre(node: Node) -> tuple[float, float]:
    box = node.bounds
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2
