"""Being told to stop: SIGTERM and Ctrl+C end a program with all that it has to tidy."""

import signal
import sys
import threading
from types import FrameType

_TOLD = (signal.SIGTERM, signal.SIGINT)
_ends = threading.Event()


def tidy_when_told() -> None:
    """From here on these signals unwind the main thread with status 0; more of them are ignored.

    uvicorn raises SIGTERM again after it has stopped. Untreated that ends the process at once:
    children, temporary folders and an open database would stay behind.
    """
    for number in _TOLD:
        signal.signal(number, _end)


def end_if_told() -> None:
    """Raises SystemExit where that was lost: code in C that was calling back when the signal came
    drops it.
    """
    if _ends.is_set():
        sys.exit(0)


def _end(_number: int, _frame: FrameType | None) -> None:
    _ends.set()
    for number in _TOLD:
        signal.signal(number, signal.SIG_IGN)
    sys.exit(0)
