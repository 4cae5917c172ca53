"""A time as files and programs read it: ISO 8601 in UTC with milliseconds,
`2026-03-02T08:30:00.000Z`.
"""

import functools
from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LATEST_MS = int(datetime(9999, 12, 30, tzinfo=UTC).timestamp()) * 1000
"""Later ones have no date in some zone."""


def iso(at_ms: int) -> str:
    at_s, ms = divmod(at_ms, 1000)
    return f"{_second(at_s)}.{ms:03}Z"


@functools.lru_cache(maxsize=4096)
def _second(at_s: int) -> str:
    """The entries of a list share many."""
    return (EPOCH + timedelta(seconds=at_s)).isoformat().removesuffix("+00:00")
