"""Whether the disk stores what is written to it."""

import logging
import shutil
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

log = logging.getLogger(__name__)

# Not among them: another program's lock, which ends by itself, and damage, handled elsewhere.
_LASTING = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY})
TRY_AGAIN_MS = 1_000
"""Of the house's clock, between two trials."""
_MB = 1024 * 1024


class Keeping:
    """After the first write that failed, nothing counts as kept until a trial succeeds.

    On a full disk a small write may still succeed, so a trial is as large as a few messages. Usable
    from every thread.
    """

    def __init__(
        self,
        trial: Callable[[], object],
        *,
        wait_s: float,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """`wait_s` are the real seconds between two trials."""
        self._trial = trial
        self._wait_s = wait_s
        self._now_s = now_s
        self._tried_s = 0.0
        self.fails = False

    def failed(self, exc: Exception) -> bool:
        """Called for every write that failed; True if the disk was the cause. Logs it once."""
        code = getattr(exc.__cause__ or exc, "sqlite_errorcode", 0) & 0xFF
        if code not in _LASTING:
            return False
        if not self.fails:
            log.error("nothing is kept any more: %s", exc)
            self._tried_s = self._now_s()
            self.fails = True
        return True

    def works(self) -> bool:
        """While writes fail, tries one, but not twice within the wait. Blocks."""
        if self.fails and self._now_s() - self._tried_s >= self._wait_s:
            self._tried_s = self._now_s()
            try:
                self._trial()
            except Exception:
                return False
            self.fails = False
            log.warning("what is written is kept again")
        return not self.fails


def is_low(folder: Path) -> bool:
    return shutil.disk_usage(folder).free < low_bytes(folder)


def low_bytes(folder: Path) -> int:
    """200 MB or a twentieth of the disk; on a large disk 2 GB. With less left it is low."""
    return max(200 * _MB, min(shutil.disk_usage(folder).total // 20, 2048 * _MB))
