"""A button of the box that somebody holds for ten seconds: it asks for a reset.

The card's `config.txt` says on which pin it is (`dtoverlay=gpio-key,gpio=…,keycode=408`); the
kernel then tells of it as of a keyboard with one key (linux/input.h).
"""

import os
import selectors
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

INPUTS = Path("/dev/input")
HOLD_S = 10.0
_EVENT = struct.Struct("llHHi")
"""`struct input_event` of 64-bit Linux: two words of time, type, code, value."""
_EV_KEY = 1
_KEY_RESTART = 408
_RELEASED, _PRESSED = 0, 1
_AT_ONCE = 64


def open_all(inputs: Path = INPUTS) -> list[int]:
    """Handles of all inputs; a machine without any has no button."""
    found = []
    for path in sorted(inputs.glob("event*")):
        with suppress(OSError):
            found.append(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    return found


class Button:
    """Used by one thread. `held` is called once for each time that it is held long enough."""

    def __init__(self, handles: Iterable[int], held: Callable[[], None]) -> None:
        self._held = held
        self._pressed_s: float | None = None
        self._selector = selectors.DefaultSelector()
        for each in handles:
            self._selector.register(each, selectors.EVENT_READ)

    def look(self, now_s: float) -> None:
        """To be called at least once a second; never waits."""
        for key, _ in self._selector.select(0) if self._selector.get_map() else ():
            self._read(key.fd, now_s)
        if self._pressed_s is not None and now_s - self._pressed_s >= HOLD_S:
            self._pressed_s = None
            self._held()

    def close(self) -> None:
        for each in list(self._selector.get_map().values()):
            os.close(each.fd)
        self._selector.close()

    def _read(self, handle: int, now_s: float) -> None:
        try:
            content = os.read(handle, _EVENT.size * _AT_ONCE)
        except OSError:
            content = b""
        if not content:  # it was pulled out
            self._selector.unregister(handle)
            os.close(handle)
            return
        whole = len(content) - len(content) % _EVENT.size
        for _, _, kind, code, value in _EVENT.iter_unpack(content[:whole]):
            if (kind, code, value) == (_EV_KEY, _KEY_RESTART, _PRESSED):
                self._pressed_s = now_s
            elif (kind, code, value) == (_EV_KEY, _KEY_RESTART, _RELEASED):
                self._pressed_s = None
