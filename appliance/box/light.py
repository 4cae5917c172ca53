"""The green light of the box: how it is, for who stands before it.

Slow: it is starting. Steady: all is well. Fast: it needs somebody, and the page of the devices says
for what. The kernel blinks by itself, so a light that stands still in the middle of blinking means
that the machine stands still.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from appliance.trouble import Trouble

log = logging.getLogger(__name__)

LEDS = Path("/sys/class/leds")
NAMES = ("ACT", "led0", "green:act", "default-on")
"""Of the light of activity, as kernels of Raspberry Pi OS and of Debian have called it."""

STARTS_WITHIN_S = 600.0
"""A first start writes keys and fills the card; after this, not to be ready means trouble."""


class Blinking(Enum):
    """Milliseconds on, and as many off; 0: it stays on."""

    SLOW = 1000
    STEADY = 0
    FAST = 125


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxHealth:
    """`is_ready` is what `/readyz` says; `needs` counts what a person should look at, in Balie and
    on the machine; `unwell_s` is how long it has not been ready, or since when the machine runs.
    """

    is_ready: bool
    needs: int
    unwell_s: float = 0.0

    @property
    def blinking(self) -> Blinking:
        if self.needs:
            return Blinking.FAST
        if self.is_ready:
            return Blinking.STEADY
        return Blinking.SLOW if self.unwell_s < STARTS_WITHIN_S else Blinking.FAST


class Light:
    """Of a machine that has none, nothing is shown and nobody is told twice."""

    def __init__(self, leds: Path = LEDS, names: Sequence[str] = NAMES) -> None:
        self._led = next((leds / each for each in names if (leds / each).is_dir()), None)
        self._shown: Blinking | None = None
        self._dark = Trouble(log, "the light cannot be set", once=True)

    def show(self, blinking: Blinking) -> None:
        if self._led is None or blinking is self._shown:
            return
        try:
            for name, value in _written(blinking):
                (self._led / name).write_text(value, "ascii")
        except OSError as exc:
            self._dark.met(exc)
        else:
            self._shown = blinking
            self._dark.over()

    def give_back(self) -> None:
        """To what it shows by itself, which is what the card does."""
        if self._led is not None:
            with suppress(OSError):
                (self._led / "trigger").write_text("mmc0", "ascii")
        self._shown = None


def _written(blinking: Blinking) -> Iterator[tuple[str, str]]:
    """The files of a light, in their order: those of the delays come with the trigger."""
    if blinking is Blinking.STEADY:
        yield "trigger", "default-on"
        return
    yield "trigger", "timer"
    yield "delay_on", str(blinking.value)
    yield "delay_off", str(blinking.value)
