"""Times on the wire, as `appliance/moments.py` writes them."""

from datetime import datetime, timedelta

from appliance.moments import EPOCH, iso

__all__ = ["iso", "iso_or_none", "ms_of", "ms_or_none"]


def iso_or_none(at_ms: int | None) -> str | None:
    return None if at_ms is None else iso(at_ms)


def ms_of(at: datetime) -> int:
    """UTC milliseconds of a time with an offset."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def ms_or_none(at: datetime | None) -> int | None:
    return None if at is None else ms_of(at)
