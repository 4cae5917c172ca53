"""TP-SCTS: the service centre's clock, its zone and its mistakes."""

from datetime import UTC, datetime

import pytest

from appliance.devices.modem.pdu.incoming import parse_deliver
from appliance.devices.modem.pdu.stamp import read_stamp
from tests.devices.modem.pdu.deliver_encoder import Delivery


@pytest.mark.parametrize(
    ("stamp", "utc"),
    [
        ("62111132630000", "2026-11-11T23:36:00"),
        ("62111132630040", "2026-11-11T22:36:00"),
        # Two hours east, three and a half west, five and three quarters east.
        ("62111132630080", "2026-11-11T21:36:00"),
        ("62111132630049", "2026-11-12T03:06:00"),
        ("62111132630032", "2026-11-11T17:51:00"),
        ("99212132959500", "1999-12-12T23:59:59"),
        ("82202132959500", "2028-02-12T23:59:59"),
        # The 29th of February; fourteen hours east, over the turn of the year.
        ("42209221000000", "2024-02-29T12:00:00"),
        ("62101000000065", "2025-12-31T10:00:00"),
        # A zone that is none is taken for UTC.
        ("621111326300ff", "2026-11-11T23:36:00"),
        ("62111132630097", "2026-11-11T23:36:00"),
    ],
)
def test_a_stamp_is_brought_to_utc(stamp: str, utc: str) -> None:
    """Swapped digits, quarters of an hour, bit 3 for west."""
    expected = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert read_stamp(bytes.fromhex(stamp)) == expected.timestamp() * 1000


@pytest.mark.parametrize(
    "stamp",
    [
        "00000000000000",
        "ffffffffffffff",
        # Month 13, the 30th of February, hour 29, a digit that is none.
        "62311100000000",
        "62200300000000",
        "00212192959500",
        "6211a132630040",
    ],
)
def test_a_stamp_that_is_no_time_loses_no_message(stamp: str) -> None:
    """The message is kept without a time; its octets still tell it apart."""
    deliver = parse_deliver(Delivery(text="Hoi", stamp=stamp).pdu())
    assert (deliver.text, deliver.sent_ms) == ("Hoi", None)
    assert deliver.stamp == bytes.fromhex(stamp)
