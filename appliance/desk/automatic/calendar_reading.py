"""Reads a calendar file in a process of its own, which ends when it takes too long.

A few bytes can ask for more days than anybody can count, and a thread cannot be stopped.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from appliance.desk.automatic.calendar_file import (
    TOO_SLOW,
    UNREADABLE,
    CalendarShift,
    RosterWrong,
    shifts_of,
)

_READ = "from appliance.desk.automatic.calendar_reading import answer_parent; answer_parent()"
LIMIT = timedelta(seconds=20)
"""Many times what the roster of a large branch takes, on a small computer too."""
_one_at_a_time = threading.Lock()  # each may need 200 MB


def read_calendar(
    raw: bytes, zone: str, now_ms: int, *, limit: timedelta = LIMIT
) -> Sequence[CalendarShift]:
    """As `shifts_of`, in bounded time. Blocks: not for the event loop. Raises InvalidInput."""
    command = [sys.executable, "-c", _READ, zone, str(now_ms)]
    try:
        with _one_at_a_time:
            child = subprocess.run(
                command, input=raw, capture_output=True, timeout=limit.total_seconds(), check=True
            )
    except subprocess.TimeoutExpired as exc:
        raise RosterWrong(TOO_SLOW) from exc
    except (OSError, subprocess.SubprocessError) as exc:
        raise RosterWrong(UNREADABLE) from exc
    said = json.loads(child.stdout)
    if "wrong" in said:
        raise RosterWrong(said["wrong"], **said["values"])
    return [_shift(each) for each in said["shifts"]]


def answer_parent() -> None:
    """What the process of its own does: the file comes by its input, the answer leaves as JSON."""
    answer = _answer(sys.stdin.buffer.read(), sys.argv[1], int(sys.argv[2]))
    sys.stdout.write(json.dumps(answer))


def _shift(said: dict[str, Any]) -> CalendarShift:
    return CalendarShift(**said | {"emails": frozenset(said["emails"])})


def _answer(raw: bytes, zone: str, now_ms: int) -> dict[str, Any]:
    try:
        shifts = shifts_of(raw, zone, now_ms)
    except RosterWrong as exc:
        return {"wrong": exc.template, "values": exc.values}
    return {"shifts": [asdict(each) | {"emails": sorted(each.emails)} for each in shifts]}
