"""The content of storages, as modems write it."""

import pytest

from appliance.devices.modem.slots import Kept, Slot, read_list, read_slot

# SMS-DELIVER of TS 23.040's kind, "Hi", from +31687654321.
PDU = "0791136555341200040B911386674523F10000627011128140800248690C"


def test_a_list_is_headers_and_pdus_in_turn() -> None:
    lines = ("+CMGL: 1,0,,22", PDU, '+CMGL: 12,3,"",22', PDU)
    assert [(slot.index, slot.kept) for slot in read_list(lines)] == [
        (1, Kept.UNREAD),
        (12, Kept.SENT),
    ]
    assert all(slot.pdu.hex().upper() == PDU for slot in read_list(lines))


def test_a_slot_without_its_pdu_takes_no_others() -> None:
    """A slot with a shorter PDU than its header says is not whole either."""
    slots = read_list(("+CMGL: 1,1,,0", "+CMGL: 2,1,,22", PDU, "+CMGL: 3,1,,0"))
    assert [(slot.index, len(slot.pdu)) for slot in slots] == [(1, 0), (2, len(PDU) // 2), (3, 0)]
    assert [slot.whole for slot in slots] == [False, True, False]
    assert not read_list(("+CMGL: 2,1,,22", PDU[:-2]))[0].whole


@pytest.mark.parametrize("lines", [(), ("+CMGR: 0,,0",)])
def test_an_empty_slot_is_none(lines: tuple[str, ...]) -> None:
    assert read_slot(3, lines) is None


def test_a_slot_is_read_with_its_status() -> None:
    assert read_slot(3, ("+CMGR: 2,,22", PDU)) == Slot(
        index=3, kept=Kept.UNSENT, pdu=bytes.fromhex(PDU)
    )
