"""A stored SMS-SUBMIT for another number than the one in it (+CMSS=<index>,<da>)."""

from appliance.emulated.modem.address import address_octets, address_of
from appliance.emulated.modem.results import CMS_BAD_PDU, CmsError


def readdressed(pdu: bytes, number: str) -> bytes:
    if not number.removeprefix("+").isdecimal():
        raise CmsError(CMS_BAD_PDU)
    start = 1 + pdu[0] + 2
    end = start + 2 + (pdu[start] + 1) // 2
    return pdu[:start] + address_octets(address_of(number)) + pdu[end:]
