"""Times on the wire: ISO 8601 in UTC with milliseconds, `2026-03-02T08:30:00.000Z`."""

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso(at_ms: int) -> str:
    at = _EPOCH + timedelta(milliseconds=at_ms)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def iso_or_none(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso(at_ms)


def ms_of(at: datetime) -> int:
    """UTC milliseconds of a time with an offset."""
    return (at - _EPOCH) // timedelta(milliseconds=1)
