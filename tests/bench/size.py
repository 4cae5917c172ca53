"""What Balie keeps and writes: the database after two years, and the disk writes of one reply.

An SD card wears with each write, and waits at each sync.
"""

import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from appliance.clock import ManualClock
from appliance.devices.protocol import Tick
from appliance.queue.pacing import DAY_MS
from appliance.store.store import Store
from tests.bench import patterns, years
from tests.bench.benchmark import Measured, at_most
from tests.queue.counter import MONDAY, Counter
from tests.queue.idle_phones import IdlePhones

REPLIES = 200
# So many that the trees are as deep as in real use; with more, the figure stays the same.
_ALREADY_THERE = 20_000
_ROUNDS = 3
_WAYS = ("heard", "answered")
_IDLE = ("plugged-in", "idle")
_IDLE_MINUTES = 60
_KB, _GB = 1_000, 1_000_000_000


@at_most(1.3, "GB at 1,060,000 messages")
def database_after_two_years() -> Measured:
    """The file alone, filled with copies of what an exchange leaves today."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        path = Path(folder) / "balie.db"
        years.fill(path)
        return Measured(value=path.stat().st_size / _GB)


@at_most(60, "kB written for a reply, from the post to the proof that it arrived")
def written_per_reply() -> Measured:
    """Write-ahead log and checkpoints together."""
    return Measured(value=statistics.median(_written_kb() for _ in range(_ROUNDS)))


@at_most(4, "syncs for a reply, from the post to the proof that it arrived")
def syncs_per_reply() -> Measured:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        for way in _WAYS:
            years.fill(Path(folder) / way / "balie.db", messages=_ALREADY_THERE)
        counts = {way: _syncs(f"{folder}/{way}/balie.db", way) for way in _WAYS}
    return Measured(value=(counts["answered"] - counts["heard"]) / REPLIES)


@at_most(2, "syncs a minute by 16 idle phones whose batteries warm")
def syncs_of_idle_phones() -> Measured:
    """Starting and plugging the phones in are subtracted."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        counts = {way: _syncs(f"{folder}/{way}/balie.db", way) for way in _IDLE}
    return Measured(value=(counts["idle"] - counts["plugged-in"]) / _IDLE_MINUTES)


def _written_kb() -> float:
    """The answer's share: the writes for receiving the question alone are subtracted."""
    kb = {}
    for way in _WAYS:
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            path = Path(folder) / "balie.db"
            years.fill(path, messages=_ALREADY_THERE)
            before = _written()
            people_write(path, answered=way == "answered")
            kb[way] = (_written() - before) / _KB
    return (kb["answered"] - kb["heard"]) / REPLIES


def _written() -> int:
    found = re.search(r"wchar: (\d+)", Path("/proc/self/io").read_text("ascii"))
    if found is None:
        raise RuntimeError("the kernel does not count what a process writes")
    return int(found[1])


def _syncs(path: str, way: str) -> int:
    """Counted by strace, which must be installed, in a process of its own."""
    counted = ("strace", "-f", "--seccomp-bpf", "-c", "-U", "calls,name", "-e", "fsync,fdatasync")
    command = [*counted, sys.executable, "-m", __name__, path, way]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return sum(int(calls) for calls in re.findall(r"(\d+) +f(?:data)?sync", done.stderr))


def people_write(path: Path, *, answered: bool) -> None:
    """One after the other."""
    clock = ManualClock(at_ms=MONDAY + 3 * 365 * DAY_MS)
    store = Store(path, clock)
    try:
        counter = Counter(store, clock, path.parent / "evidence")
        for _ in range(REPLIES):
            counter.hears("Kan het ook om zes uur?")
            if answered:
                patterns.reply(counter, clock, [Tick.DELIVERED])
    finally:
        store.close()


def phones_lie(path: Path, *, hours: int) -> None:
    clock = ManualClock(at_ms=MONDAY)
    store = Store(path, clock)
    try:
        phones = IdlePhones(Counter(store, clock, path.parent / "evidence"))
        phones.plug_in()
        phones.lie(hours=hours)
    finally:
        store.close()


if __name__ == "__main__":
    database, asked = Path(sys.argv[1]), sys.argv[2]
    if asked in _IDLE:
        phones_lie(database, hours=_IDLE.index(asked))
    else:
        people_write(database, answered=asked == "answered")
