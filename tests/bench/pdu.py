"""The octets of SMS: whether damage gets past the readers, and how fast writing and reading are."""

import logging
import time

from appliance.devices.modem.pdu.stored import parse_submit
from appliance.devices.modem.pdu.submit import submit_pdus
from tests.bench.benchmark import Measured, at_least, at_most
from tests.devices.modem.pdu.mutations import mutated, survive

_log = logging.getLogger(__name__)

DAMAGED = 1_000_000
WRITTEN = 2_000
LONG = "Morgen om 7.30 uur bij de poort; neem je paspoort mee. " * 8
EMOJI = "Tot morgen 👷🏽‍♀️ bij de poort! " * 10


@at_most(0, "uncaught errors in 1,000,000 damaged PDUs (peer: PDUs that read as a message)")
def pdu_mutations() -> Measured:
    """Each goes through every reader; any error but BadPdu counts."""
    errors, taken = 0, 0
    for pdu in mutated(seed=23_038, count=DAMAGED):
        try:
            taken += survive(pdu) > 1
        except Exception:
            errors += 1
            _log.exception("got past the readers: %s", pdu.hex())
    return Measured(value=errors, peer=taken)


@at_least(5_000, "PDUs a second, split, written and read back (peer: in UCS-2 with emoji)")
def pdu_codec() -> Measured:
    return Measured(value=_pdus_a_second(LONG), peer=_pdus_a_second(EMOJI))


def _pdus_a_second(text: str) -> float:
    began, count = time.perf_counter(), 0
    for reference in range(WRITTEN):
        for pdu in submit_pdus("+31612345678", text, reference=reference % 256):
            parse_submit(b"\x00" + pdu)
            count += 1
    return count / (time.perf_counter() - began)
