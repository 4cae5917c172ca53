"""Logs: a fact a line, ids and not contents; whatever looks like a number is shortened."""

import logging
import re
import sys
import time
from collections.abc import Callable

_NUMBER = re.compile(r"\+?\b\d{6,}(\d{2})\b")


def redact(text: str) -> str:
    """The text with every run of eight or more digits cut to its last two."""
    return _NUMBER.sub(r"…\1", text)


class _RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


_FROM_OUTSIDE = (
    "Invalid HTTP request received.",
    "Unsupported upgrade request.",
    "No supported WebSocket library",
    "socket.accept() out of system resource",
)
_MINUTE_S = 60.0


class OnceAMinute(logging.Filter):
    """For lines that anybody on the network can make a library log, as often as they like."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now_s = now_s
        self._last_s: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        said = next((each for each in _FROM_OUTSIDE if str(record.msg).startswith(each)), None)
        if said is None:
            return True
        now_s = self._now_s()
        if now_s - self._last_s.get(said, now_s - _MINUTE_S) < _MINUTE_S:
            return False
        self._last_s[said] = now_s
        return True


def configure(level: str) -> None:
    """All logs go to standard error, where systemd's journal or a person reads them."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _RedactingFormatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("uiautomator2", "adbutils", "apscheduler", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    seldom = OnceAMinute()
    for reachable in ("uvicorn.error", "asyncio"):
        logging.getLogger(reachable).addFilter(seldom)
