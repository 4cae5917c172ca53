"""What a modem writes: whether damage gets past the parser."""

import logging

from tests.bench.benchmark import Measured, at_most
from tests.devices.modem.at.mutations import mutated, survive

_log = logging.getLogger(__name__)

DAMAGED = 1_000_000


@at_most(0, "uncaught errors in 1,000,000 damaged AT answers (peer: those that seemed complete)")
def at_mutations() -> Measured:
    errors, complete = 0, 0
    for command, pieces in mutated(seed=27_005, count=DAMAGED):
        try:
            complete += survive(command, pieces)
        except Exception:
            errors += 1
            _log.exception("got past the parser: %r %r", command, pieces)
    return Measured(value=errors, peer=complete)
