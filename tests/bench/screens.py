"""Dumps of screens: whether damage gets past the readers, or becomes a message."""

import logging

from tests.bench.benchmark import Measured, at_most
from tests.devices.phone.screen_mutations import mutated, survive

_log = logging.getLogger(__name__)

DAMAGED = 100_000


@at_most(0, "uncaught errors and invented messages in 100,000 damaged dumps (peer: those alone)")
def screen_mutations() -> Measured:
    errors, invented = 0, 0
    for each in mutated(seed=28_012, count=DAMAGED):
        try:
            invented += survive(each)
        except Exception:
            errors += 1
            _log.exception("got past the readers: %s", each.xml)
    return Measured(value=errors + invented, peer=invented)
