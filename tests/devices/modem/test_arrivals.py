"""Messages stored in a modem, as the floors above get them."""

import pytest

from appliance.devices.modem.arrivals import sort
from appliance.devices.modem.copies import Brought
from appliance.phone_numbers import is_e164

NOW_MS = 1_780_000_000_000


def packed(septets: str) -> bytes:
    """Characters whose code is the same in ASCII and in the default alphabet of SMS."""
    bits = sum(ord(ch) << 7 * place for place, ch in enumerate(septets))
    return bits.to_bytes((7 * len(septets) + 7) // 8, "little")


def deliver_from(name: str) -> bytes:
    """SMS-DELIVER of “Hoi” from a name, without a service centre before it."""
    address = packed(name)
    length = (7 * len(name) + 3) // 4
    return b"".join(
        (b"\x00\x04", bytes([length, 0xD0]), address, bytes(2), bytes.fromhex("62112200000000"))
    ) + bytes([3]) + packed("Hoi")  # fmt: skip


@pytest.mark.parametrize("name", ["+4512345678", "+3212345678"])
def test_a_name_that_is_spelt_like_a_number_speaks_for_nobody(name: str) -> None:
    """Networks let anybody choose the name: it gives neither consent nor a STOP for that number."""
    (message,) = sort([Brought(pdu=deliver_from(name))], now_ms=NOW_MS).messages
    assert is_e164(name)
    assert not is_e164(message.sender)
    assert name in message.sender


def test_a_name_stays_as_it_is() -> None:
    (message,) = sort([Brought(pdu=deliver_from("KPN"))], now_ms=NOW_MS).messages
    assert (message.sender, message.text) == ("KPN", "Hoi")
