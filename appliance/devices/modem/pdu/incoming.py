"""SMS-DELIVER, TS 23.040 §9.2.2.1: what the network brings."""

from dataclasses import dataclass

from appliance.devices.modem.pdu import stamp
from appliance.devices.modem.pdu.address import read_address, read_service_centre
from appliance.devices.modem.pdu.coding import read_coding
from appliance.devices.modem.pdu.header import Concat
from appliance.devices.modem.pdu.octets import BadPdu, Octets, PduKind, kind_of
from appliance.devices.modem.pdu.origin import origin_of
from appliance.devices.modem.pdu.user_data import read_user_data
from appliance.messages import Origin

_HEADER = 0x40


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliver:
    """One SMS, or one part of a long one.

    `sender` is E.164 with its plus, else digits as the network gives them, else a name
    (`alphanumeric`). `text` of a part may begin or end with half a surrogate pair. `sent_ms` is
    None where `stamp`, the octets of TP-SCTS, is no time. 8-bit data is shown as text where it is
    readable, else as hex in brackets. `origin` None: nobody may see it.
    """

    sender: str
    alphanumeric: bool
    text: str
    sent_ms: int | None
    stamp: bytes
    concat: Concat | None
    flash: bool
    origin: Origin | None
    smsc: str | None


def parse_deliver(pdu: bytes) -> Deliver:
    """A PDU as +CMT, +CMGR and +CMGL give it. Raises BadPdu."""
    if kind_of(pdu) is not PduKind.DELIVER:
        raise BadPdu("this is no SMS-DELIVER")
    octets = Octets(pdu)
    smsc = read_service_centre(octets)
    first = octets.octet()
    sender = read_address(octets)
    protocol = octets.octet()
    coding = read_coding(octets.octet())
    sent = octets.take(stamp.LENGTH)
    data = read_user_data(octets, coding.alphabet, has_header=bool(first & _HEADER))
    origin = origin_of(protocol, coding, data)
    indication = data.header.indication or coding.indication
    return Deliver(
        sender=sender.text,
        alphanumeric=sender.alphanumeric,
        text=data.text or (indication.text if indication else ""),
        sent_ms=stamp.read_stamp(sent),
        stamp=sent,
        concat=data.header.concat,
        flash=coding.message_class == 0,
        origin=origin,
        smsc=smsc,
    )
