"""The dump of notifications: whether damage gets past its parser or becomes a message."""

import logging
from collections.abc import Iterator
from itertools import chain
from random import Random

from appliance.devices.phone.bell.enqueued import package_in
from tests.bench.benchmark import Measured, at_most
from tests.devices.phone.dump_mutations import Damaged, mutated, spoilt

_log = logging.getLogger(__name__)

DAMAGED = 100_000
_LOGGED = (
    "I/notification_enqueue: [10342,4711,com.whatsapp,1,so0wU9GtAxVk3pxSoqvrKXNOYvnbXHY4jjBc=",
    "I/notification_enqueue: ,0,Notification(channel=a vibrate=[0,1,com.whatsapp,2]),0]",
    "09-21 15:28:00.000  1612  1840 I notification_enqueue: [10125,88,com.android.mms,1,NULL,0]",
)


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


@at_most(0, "uncaught errors and invented apps in 100,000 damaged lines of the log of events")
def bell_mutations() -> Measured:
    wrong, rng = 0, Random(31_614)
    for _ in range(DAMAGED):
        line = _damaged(rng, rng.choice(_LOGGED))
        try:
            package = package_in(line)
            wrong += package is not None and f",{package}," not in line
        except Exception:
            wrong += 1
            _log.exception("got past the parser: %r", line)
    return Measured(value=wrong)


def _damaged(rng: Random, line: str) -> str:
    """Parts of it are lost, doubled or changed."""
    for _ in range(rng.randint(1, 6)):
        start = rng.randrange(len(line) + 1)
        end = min(len(line), start + rng.randint(0, 12))
        line = (
            line[:start] + rng.choice(("", line[start:end] * 2, "[1,2,", ",", "\x00")) + line[end:]
        )
    return line


def _dumps() -> Iterator[tuple[Damaged, bool]]:
    lines = ((each, False) for each in mutated(seed=31_612, count=DAMAGED * 3 // 4))
    return chain(lines, ((each, True) for each in spoilt(seed=31_613, count=DAMAGED // 4)))
