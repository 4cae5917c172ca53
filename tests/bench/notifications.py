"""The dump of notifications: whether damage gets past its parser or becomes a message."""

import logging
from collections.abc import Iterator
from itertools import chain

from tests.bench.benchmark import Measured, at_most
from tests.devices.phone.dump_mutations import Damaged, mutated, spoilt

_log = logging.getLogger(__name__)

DAMAGED = 100_000


@at_most(0, "uncaught errors and false messages in 100,000 damaged dumps (peer: read as messages)")
def notification_mutations() -> Measured:
    """Three quarters with damaged lines, the rest with changed characters, where any text is
    allowed.
    """
    wrong, taken = 0, 0
    for dump, may_read_anything in _dumps():
        try:
            taken += len(dump.read())
            wrong += 0 if may_read_anything else len(dump.false)
        except Exception:
            wrong += 1
            _log.exception("got past the parser: %r", dump.shown)
    return Measured(value=wrong, peer=taken)


def _dumps() -> Iterator[tuple[Damaged, bool]]:
    lines = ((each, False) for each in mutated(seed=31_612, count=DAMAGED * 3 // 4))
    return chain(lines, ((each, True) for each in spoilt(seed=31_613, count=DAMAGED // 4)))
