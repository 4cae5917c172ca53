"""Damage: whatever a line or a modem does to a PDU, reading it gives a message or BadPdu."""

from tests.devices.modem.pdu.mutations import SEEDS, mutated, survive


def test_what_is_not_damaged_is_taken() -> None:
    """Each PDU that the damage starts from is read by its kind's reader and tells its kind."""
    assert [survive(pdu) for pdu in SEEDS] == [2] * len(SEEDS)


def test_20_000_damaged_pdus_raise_nothing_but_bad_pdu() -> None:
    """Bits, octets, lengths and ends wrong; a good part still reads as something."""
    taken = [survive(pdu) for pdu in mutated(seed=23_040, count=20_000)]
    assert taken.count(2) > 2_000
    assert taken.count(0) > 500
