"""SMS-STATUS-REPORT, TS 23.040 §9.2.2.3: what became of a message that was sent."""

from dataclasses import dataclass

from appliance.devices.modem.pdu import stamp
from appliance.devices.modem.pdu.address import read_address
from appliance.devices.modem.pdu.octets import BadPdu, PduKind, kind_of, skip_service_centre

_RECEIVED = 0x00
_GIVEN_UP = 0x40  # TP-ST from here: an error, and no more attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """`reference` is TP-MR of the submit; a time is None where its octets are no time."""

    number: str
    reference: int
    scts_ms: int | None
    discharge_ms: int | None
    status: int

    @property
    def arrived(self) -> bool | None:
        """None while the network tries, and where it stopped without knowing (§9.2.3.15)."""
        if self.status == _RECEIVED:
            return True
        return False if self.status >= _GIVEN_UP else None


def parse_report(pdu: bytes) -> StatusReport:
    """A PDU as +CDS and +CMGR give it. Raises BadPdu."""
    if kind_of(pdu) is not PduKind.REPORT:
        raise BadPdu("this is no SMS-STATUS-REPORT")
    octets = skip_service_centre(pdu)
    octets.octet()
    reference = octets.octet()
    number = read_address(octets).text
    return StatusReport(
        number=number,
        reference=reference,
        scts_ms=stamp.read_stamp(octets.take(stamp.LENGTH)),
        discharge_ms=stamp.read_stamp(octets.take(stamp.LENGTH)),
        status=octets.octet(),
    )
