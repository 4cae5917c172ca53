"""Time stamps, TS 23.040 §9.2.3.11: the sender's or the network's clock with its zone."""

from datetime import UTC, datetime, timedelta

LENGTH = 7

_DIGIT = range(10)
_SIGN = 0x08
_QUARTER = timedelta(minutes=15)
_MOST_QUARTERS = 14 * 4  # no zone of the world is further from UTC
_FIRST_YEAR_OF_CENTURY = 90  # SMS began in 1992: a greater year is of the century before


def read_stamp(stamp: bytes) -> int | None:
    """Milliseconds UTC; None where the octets are no time: some networks send such octets.

    A time whose zone makes no sense counts as UTC.
    """
    year, month, day, hour, minute, second = (_digits(octet) for octet in stamp[:6])
    century = 1900 if year >= _FIRST_YEAR_OF_CENTURY else 2000
    try:
        local = datetime(century + year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return round((local - _zone(stamp[6])).timestamp() * 1000)


def _zone(octet: int) -> timedelta:
    quarters = _digits(octet & ~_SIGN)
    if not 0 <= quarters <= _MOST_QUARTERS:
        return timedelta(0)
    return -quarters * _QUARTER if octet & _SIGN else quarters * _QUARTER


def _digits(octet: int) -> int:
    """Two swapped digits; -1, which is in no date, where they are no digits."""
    tens, units = octet & 0x0F, octet >> 4
    return 10 * tens + units if tens in _DIGIT and units in _DIGIT else -1
