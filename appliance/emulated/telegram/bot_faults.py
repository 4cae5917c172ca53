"""What goes wrong on the way to the Bot API, or there."""

import threading
from dataclasses import dataclass
from enum import StrEnum


class BotFaultKind(StrEnum):
    #: 429, with the seconds to wait.
    TOO_MANY = "too-many"
    #: 500: it was done, or not (`done`).
    SERVER_ERROR = "server-error"
    #: A machine on the way says 502 in HTML.
    BAD_GATEWAY = "bad-gateway"
    #: The connection is cut instead of an answer: it was done, or not (`done`).
    CUT = "cut"


@dataclass(slots=True, kw_only=True)
class BotFault:
    """`method` None: any. `times` calls meet it, after `skip` that do not."""

    kind: BotFaultKind
    method: str | None = None
    times: int = 1
    skip: int = 0
    retry_after_s: int = 1
    done: bool = True


class BotFaults:
    """Usable from every thread."""

    def __init__(self) -> None:
        self._faults: list[BotFault] = []
        self._lock = threading.Lock()

    def add(self, fault: BotFault) -> None:
        with self._lock:
            self._faults.append(fault)

    def met(self, method: str) -> BotFault | None:
        """The first that this call meets."""
        with self._lock:
            for fault in self._faults:
                if fault.times <= 0 or fault.method not in (None, method):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None
