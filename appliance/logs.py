"""Logs: a fact a line, ids and not contents; whatever looks like a number is shortened."""

import logging
import re
import sys

_NUMBER = re.compile(r"\+?\b\d{6,}(\d{2})\b")


def redact(text: str) -> str:
    """The text with every run of eight or more digits cut to its last two."""
    return _NUMBER.sub(r"…\1", text)


class _RedactingFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure(level: str) -> None:
    """Everything to standard error, where systemd's journal or a person reads it."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _RedactingFormatter("%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("uiautomator2", "adbutils", "apscheduler", "urllib3"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
