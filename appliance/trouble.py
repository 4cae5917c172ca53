"""A lasting failure is logged in few lines, however often it happens."""

import logging
import time
from collections.abc import Callable

EVERY_S = 60.0
"""Between two log lines about the same trouble, also when it comes and goes."""


class Trouble:
    """Logs a failure when it begins, once a minute while it lasts, and when it is over.

    `once`: not while it lasts. Used by one thread.
    """

    def __init__(
        self,
        log: logging.Logger,
        about: str,
        *,
        level: int = logging.WARNING,
        once: bool = False,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._about = about
        self._level = level
        self._once = once
        self._now_s = now_s
        self._since_s: float | None = None
        self._told_s: float | None = None
        self._is_told = False

    @property
    def lasts_s(self) -> float | None:
        """None while all is well."""
        return None if self._since_s is None else self._now_s() - self._since_s

    def met(self, said: object, *, exc: BaseException | None = None) -> None:
        """It failed. With `exc` the line shows where."""
        now_s = self._now_s()
        if self._since_s is None:
            self._since_s = now_s
        if self._is_told and self._once:
            return
        if self._told_s is None or now_s - self._told_s >= EVERY_S:
            self._told_s, self._is_told = now_s, True
            self._log.log(self._level, "%s: %s", self._about, said, exc_info=exc)

    def over(self) -> None:
        """It worked."""
        lasted_s, self._since_s = self.lasts_s, None
        if self._is_told and lasted_s is not None:
            self._log.info("%s: well again after %d s", self._about, lasted_s)
        self._is_told = False
