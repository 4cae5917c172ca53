"""How far the bell of one phone may stand in for polling."""

import logging
import time
from collections.abc import Callable

log = logging.getLogger(__name__)

# A ring may come this much after the poll that found the message by chance.
_LATE_S = 3.0
# How long a bell that missed something is not relied upon; doubled each time.
_DOUBTED_S = 600.0
_DOUBTED_AT_MOST_S = 7200.0
_NEVER = float("-inf")


class BellTrust:
    """A bell is trusted until a poll finds a message for which it did not ring.

    Then the phone is polled as if it had none, and the bell gets another chance later. `rang` may
    be called by any thread.
    """

    def __init__(self, about: str, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._about = about
        self._now_s = now_s
        self._hung_s: float | None = None
        self._rang_s = _NEVER
        self._polled_s: float | None = None
        self._missed_s: float | None = None
        self._doubted_until_s = _NEVER
        self._doubt_s = _DOUBTED_S

    def hung(self) -> None:
        """It is there, and rings for what comes from now on."""
        self._hung_s = self._now_s()

    def fell(self) -> None:
        self._hung_s = self._missed_s = None

    def rang(self) -> None:
        self._rang_s = self._now_s()

    def polled(self, *, began_s: float, found: bool) -> None:
        """What a poll found came after the beginning of the one before, and should have rung."""
        before_s, self._polled_s = self._polled_s, began_s
        if not found or self._hung_s is None or before_s is None or before_s < self._hung_s:
            return
        if self._rang_s >= before_s:
            self._doubt_s = _DOUBTED_S
        elif self._missed_s is None:
            self._missed_s = began_s

    @property
    def holds(self) -> bool:
        if self._hung_s is None:
            return False
        now_s = self._now_s()
        if self._missed_s is not None:
            self._judge(self._missed_s, now_s)
        return self._missed_s is None and now_s >= self._doubted_until_s

    def _judge(self, missed_s: float, now_s: float) -> None:
        if self._rang_s >= missed_s:
            self._missed_s = None
        elif now_s - missed_s >= _LATE_S:
            self._missed_s = None
            self._doubt(now_s)

    def _doubt(self, now_s: float) -> None:
        """Says it once for each time that the bell was relied upon in vain."""
        if now_s >= self._doubted_until_s:
            log.warning(
                "the bell of %s did not ring for a message: the phone is polled for %d minutes",
                self._about,
                self._doubt_s // 60,
            )
            self._doubted_until_s = now_s + self._doubt_s
            self._doubt_s = min(self._doubt_s * 2, _DOUBTED_AT_MOST_S)
