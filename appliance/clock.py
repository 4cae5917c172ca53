"""The time that Balie and its world live by, in UTC milliseconds.

Deadlines of device calls never use this clock: a phone answers in real seconds, however
fast the world around it runs. They use `time.monotonic()`.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

MS_PER_S = 1000

CLOCK_UNSURE = Path("/run/balie-clock/unsure")
"""There while this machine does not know the time (`box/saved_time.py`)."""


class Clock(Protocol):
    """Something that tells the time; all floors take one instead of asking the system."""

    def now_ms(self) -> int: ...

    def real_s(self, span_ms: float) -> float:
        """Real seconds that pass while this clock moves by `span_ms`."""
        ...


class SystemClock:
    def now_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def real_s(self, span_ms: float) -> float:
        return span_ms / MS_PER_S


class MachineClock(SystemClock):
    """The system's clock, on a machine that may not know the time.

    A Pi has no clock of its own and goes on from the time that it had saved: hours too early, which
    nothing here would notice. While the machine is unsure this is 1970, which is behind all that a
    database has seen, so nothing is sent.
    """

    def __init__(self, unsure: Path = CLOCK_UNSURE) -> None:
        self._unsure = unsure
        self._knows = False

    def now_ms(self) -> int:
        return 0 if self.is_unsure else super().now_ms()

    @property
    def is_unsure(self) -> bool:
        """Once the machine knows the time, it knows it until it is started again."""
        self._knows = self._knows or not self._unsure.exists()
        return not self._knows

    def trust(self) -> None:
        """A person says that it is right. Raises OSError where they may not."""
        self._unsure.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledClock:
    """A clock that runs `speed` times as fast as the system's since `origin_ms`.

    Two processes given the same origin and speed agree on the time.
    """

    origin_ms: int
    speed: float

    def now_ms(self) -> int:
        real_ms = time.time_ns() // 1_000_000
        return self.origin_ms + int((real_ms - self.origin_ms) * self.speed)

    def real_s(self, span_ms: float) -> float:
        return span_ms / MS_PER_S / self.speed


def scaled_from(at_ms: int, *, real_ms: int, speed: float) -> ScaledClock:
    """The clock of this speed that shows `at_ms` when the system's shows `real_ms`.

    `speed` is not 1: a clock at the system's own speed cannot be ahead of it.
    """
    return ScaledClock(origin_ms=round((real_ms * speed - at_ms) / (speed - 1)), speed=speed)


@dataclass(slots=True)
class ManualClock:
    """A clock that stands still until told: for tests and simulations."""

    at_ms: int

    def now_ms(self) -> int:
        return self.at_ms

    def real_s(self, span_ms: float) -> float:
        del span_ms
        return 0.0

    def advance(self, *, ms: int = 0, s: float = 0) -> None:
        self.at_ms += ms + int(s * MS_PER_S)


def clock_for(*, speed: float = 1.0, origin_ms: int | None = None) -> Clock:
    """The system's clock, or a scaled one that starts now unless another origin is given."""
    if speed == 1.0:
        return SystemClock()
    return ScaledClock(origin_ms=origin_ms or SystemClock().now_ms(), speed=speed)
