"""Work that may take a while gives way to phones and people."""

import os
import threading
from contextlib import suppress

NICE = 10


def give_way(by: int = NICE) -> None:
    """The thread that calls it, which on Linux has a priority of its own. A service manager may
    forbid even that; then it works on as all others do.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), by)
