"""Who speaks in an SMS: a person, the network or a program, or one machine to another.

TP-PID is TS 23.040 §9.2.3.9. A reserved value, a fax and a service centre's own value read as a
plain message, as that paragraph asks of a receiver. So does a message class (TS 23.038 §4): it says
where a message is to be kept, and people's phones have sent each class.
"""

from appliance.devices.modem.pdu.coding import Alphabet, Coding
from appliance.devices.modem.pdu.user_data import UserData
from appliance.messages import Origin

# Acknowledged and dropped: it only tests whether the SIM is there, and nobody may see it.
_TYPE_0 = 0x40
# Each replaces the last one of its type and sender; only programs ask for that.
_REPLACES = range(0x41, 0x48)
_RETURN_CALL = 0x5F
# Device triggering, ANSI-136 R-DATA, ME data download, ME de-personalisation, SIM data download.
_FOR_MACHINES = frozenset({0x48, 0x7C, 0x7D, 0x7E, 0x7F})
# Octets for the SIM: over-the-air settings (TS 23.038 §4, TS 31.111 §7.1).
_SIM_CLASS = 2


def origin_of(protocol: int, coding: Coding, data: UserData) -> Origin | None:
    """None: nobody may see it."""
    if protocol == _TYPE_0:
        return None
    if protocol in _FOR_MACHINES or _is_for_a_program(coding, data):
        return Origin.TECHNICAL
    told = coding.indication or data.header.indication
    if told or protocol in _REPLACES or protocol == _RETURN_CALL:
        return Origin.NOTICE
    return Origin.PERSON


def _is_for_a_program(coding: Coding, data: UserData) -> bool:
    """False for plain words that a gateway sends as 8-bit data: a person wrote them."""
    if data.header.port is not None or data.header.commands or coding.compressed:
        return True
    is_data = coding.alphabet is Alphabet.DATA
    return is_data and (not data.words or coding.message_class == _SIM_CLASS)
