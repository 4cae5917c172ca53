"""SMS-SUBMIT, TS 23.040 §9.2.2.2: what is given to the network."""

import math
from collections.abc import Sequence
from datetime import timedelta

from appliance.devices.modem.pdu.address import write_address
from appliance.devices.modem.pdu.coding import write_coding
from appliance.devices.modem.pdu.header import Concat, needs_wide
from appliance.devices.modem.pdu.user_data import write_user_data
from appliance.sms_parts import is_gsm, split

_SUBMIT = 0x01
_RELATIVE_VALIDITY = 0x10
_REPORT = 0x20
_HEADER = 0x40
_MODEM_COUNTS = 0  # TP-MR: the modem writes its own reference over it
_PLAIN = 0  # TP-PID: one person to another
_MOST_PARTS = 0xFF
_MOST_REFERENCE = 0xFFFF


def submit_pdus(
    number: str,
    text: str,
    *,
    reference: int,
    report: bool = True,
    validity: timedelta | None = None,
    flash: bool = False,
) -> Sequence[bytes]:
    """One TPDU a part, without the service centre's address; equal arguments give equal octets.

    `reference` distinguishes the parts of two messages. Above 255 it takes 16 bits, and then a part
    holds a character less than `count_parts` assumes. Raises ValueError for what is no number, for
    a reference above 65535 and for more than 255 parts.
    """
    if not 0 <= reference <= _MOST_REFERENCE:
        raise ValueError("a reference has at most 16 bits")
    wide, gsm = needs_wide(reference), is_gsm(text)
    parts = split(text, wide=wide)
    if len(parts) > _MOST_PARTS:
        raise ValueError(f"an SMS has at most {_MOST_PARTS} parts")
    first = _SUBMIT | (_REPORT if report else 0) | (_RELATIVE_VALIDITY if validity else 0)
    head = bytes((_MODEM_COUNTS,)) + write_address(number)
    coding = bytes((_PLAIN, write_coding(gsm=gsm, flash=flash)))
    valid = b"" if not validity else bytes((relative_validity(validity),))
    if len(parts) == 1:
        return [bytes((first,)) + head + coding + valid + write_user_data(text, None, gsm=gsm)]
    return [
        bytes((first | _HEADER,))
        + head
        + coding
        + valid
        + write_user_data(
            each,
            Concat(reference=reference, wide=wide, total=len(parts), part=part),
            gsm=gsm,
        )
        for part, each in enumerate(parts, start=1)
    ]


def relative_validity(validity: timedelta) -> int:
    """TP-VP (§9.2.3.12.1): the shortest that is at least `validity`, from 5 minutes to 63 weeks."""
    steps = (
        (0, 143, timedelta(minutes=5), 1),
        (144, 167, timedelta(minutes=30), -119),
        (168, 196, timedelta(days=1), -166),
        (197, 255, timedelta(weeks=1), -192),
    )
    for first, last, unit, shift in steps:
        value = math.ceil(validity / unit) - shift
        if value <= last:
            return max(first, value)
    return 255
