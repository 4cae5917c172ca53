"""A device that cannot be read is left alone, each time longer."""

import time
from collections.abc import Callable, Sequence

FAILURES = 3
"""In a row: one or two are a cable that was touched, or a phone that was busy."""

_NOT_YET = float("-inf")


class Breaker:
    """Opens after three failures in a row and closes when the device was read again.

    `rests_s` are the seconds without a try, the last one repeats; without any it stays closed.
    `end_rest` may be called by any thread.
    """

    def __init__(
        self, rests_s: Sequence[float], *, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._rests_s = rests_s
        self._now_s = now_s
        self._failures = 0
        self._rests_until_s = _NOT_YET

    @property
    def is_open(self) -> bool:
        return bool(self._rests_s) and self._failures >= FAILURES

    @property
    def rests(self) -> bool:
        """Whether the device is left alone now."""
        return self.is_open and self._now_s() < self._rests_until_s

    def failed(self) -> None:
        self._failures += 1
        if self.is_open:
            place = min(self._failures - FAILURES, len(self._rests_s) - 1)
            self._rests_until_s = self._now_s() + self._rests_s[place]

    def worked(self) -> None:
        self._failures = 0

    def end_rest(self) -> None:
        """Something happened to the device: it is tried at once, and rests on if that fails."""
        self._rests_until_s = _NOT_YET
