"""Status reports: the fate of a message, and when."""

from datetime import UTC, datetime

import pytest

from appliance.devices.modem.pdu.octets import BadPdu
from appliance.devices.modem.pdu.report import StatusReport, parse_report

ARRIVED = "0791538375000075061805810531F1019082416500400190824165004000"


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_a_report_says_when_the_message_arrived() -> None:
    """The reference is the modem's; both times are brought to UTC."""
    report = parse_report(bytes.fromhex(ARRIVED))
    assert report == StatusReport(
        number="50131",
        reference=24,
        scts_ms=utc("2010-09-28T13:56:00"),
        discharge_ms=utc("2010-09-28T13:56:00"),
        status=0,
    )
    assert report.arrived is True


@pytest.mark.parametrize(
    ("pdu", "number", "reference", "status", "arrived"),
    [
        ("00060505810531F1010150610000400101506100004000", "50131", 5, 0x00, True),
        (
            "07914356060013F1065A098136397339F7219011700463802190117004638030",
            "639337937",
            90,
            0x30,
            None,
        ),
        (
            "07914306073011F006270B913426565711F7012081111345400120811174054043",
            "+43626575117",
            39,
            0x43,
            False,
        ),
    ],
)
def test_reports_of_real_modems(
    pdu: str, number: str, reference: int, status: int, *, arrived: bool | None
) -> None:
    """Without a service centre, still trying, and given up."""
    report = parse_report(bytes.fromhex(pdu))
    assert (report.number, report.reference, report.status) == (number, reference, status)
    assert report.arrived is arrived


@pytest.mark.parametrize(
    ("statuses", "arrived"),
    [
        (range(0x01), True),
        # Forwarded without knowing, replaced, the centre's own words for done; still trying.
        (range(0x01, 0x40), None),
        # Given up for good, given up for now, and what is reserved, which counts as rejected.
        (range(0x40, 0x100), False),
    ],
)
def test_only_received_counts_as_arrived(statuses: range, *, arrived: bool | None) -> None:
    """Each value of TP-ST proves arrival, failure, or neither."""
    octets = bytes.fromhex(ARRIVED)[:-1]
    for status in statuses:
        assert parse_report(octets + bytes((status,))).arrived is arrived


def test_what_optional_fields_follow_is_passed_over() -> None:
    """A report may end with an indicator, a coding and a text."""
    assert parse_report(bytes.fromhex(ARRIVED + "0700000141")).reference == 24


def test_a_report_without_its_end_is_none() -> None:
    """Without TP-ST nothing is proven."""
    for length in range(len(ARRIVED) // 2):
        with pytest.raises(BadPdu):
            parse_report(bytes.fromhex(ARRIVED)[:length])
