"""Own messages read back from the SIM or the modem: SMS-SUBMIT, TS 23.040 §9.2.2.2."""

from dataclasses import dataclass

from appliance.devices.modem.pdu.address import read_address
from appliance.devices.modem.pdu.coding import read_coding
from appliance.devices.modem.pdu.header import Concat
from appliance.devices.modem.pdu.octets import BadPdu, PduKind, kind_of, skip_service_centre
from appliance.devices.modem.pdu.user_data import read_user_data

_HEADER = 0x40
# Octets of TP-VP by TP-VPF in bits 4 and 3 (§9.2.3.3): none, enhanced, relative, absolute.
_VALIDITY_LENGTHS = (0, 7, 1, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """`tpdu` is what follows the service centre's address, as the slot has it."""

    number: str
    text: str
    concat: Concat | None
    tpdu: bytes

    def is_same(self, tpdu: bytes) -> bool:
        """Whether this was written as `tpdu`. TP-MR may differ: the modem counts it, also in
        slots.
        """
        shared = len(tpdu)
        return self.tpdu[:1] == tpdu[:1] and self.tpdu[2:shared] == tpdu[2:]


def parse_submit(pdu: bytes) -> Stored:
    """A PDU as +CMGR gives it for a slot of ours. Raises BadPdu."""
    if kind_of(pdu) is not PduKind.SUBMIT:
        raise BadPdu("this is no SMS-SUBMIT")
    octets = skip_service_centre(pdu)
    tpdu = octets.rest()
    first = octets.octet()
    octets.octet()  # TP-MR
    number = read_address(octets).text
    octets.octet()  # TP-PID
    coding = read_coding(octets.octet())
    octets.take(_VALIDITY_LENGTHS[first >> 3 & 0x03])
    data = read_user_data(octets, coding.alphabet, has_header=bool(first & _HEADER))
    return Stored(number=number, text=data.text, concat=data.header.concat, tpdu=tpdu)
