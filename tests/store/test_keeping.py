"""Whether the disk stores what is written, with files that really cannot grow."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from appliance.store.keeping import Keeping, is_low

ROOT = Path(__file__).parents[2]

# Beyond a size the kernel refuses each byte, as a full disk does.
CHILD = """
import resource, sys
from pathlib import Path
from appliance.clock import ManualClock
from appliance.errors import StoreUnavailable
from appliance.store.store import Store

def most(size):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

def large(tx):
    tx.conn.execute("INSERT OR REPLACE INTO meta VALUES ('large', ?)", ("x" * 500_000,))

store = Store(Path(sys.argv[1]), ManualClock(at_ms=1_000))  # so no trial has to wait
most(64 * 1024)
try:
    store.write(large)
except StoreUnavailable:
    print("refused", store.keeps)
print("tried", store.keeps_again())
most(resource.RLIM_INFINITY)
print("tried", store.keeps_again())
store.write(large)
names = store.read(lambda conn: [row[0] for row in conn.execute("SELECT name FROM meta")])
print("large" in names, "trial" in names)
store.close()
"""


def test_a_file_that_cannot_grow_is_noticed_and_so_is_its_end(tmp_path: Path) -> None:
    """Nothing counts as kept until a trial succeeds; then all works, and no trial data is left."""
    command = [sys.executable, "-c", CHILD, str(tmp_path / "data" / "balie.db")]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.splitlines() == ["refused False", "tried False", "tried True", "True False"]
    said = done.stderr.splitlines()
    assert [each.partition(":")[0] for each in said] == [
        "nothing is kept any more",
        "what is written is kept again",
    ]


def test_a_disk_that_fails_is_tried_once_a_wait() -> None:
    """However often it is asked for: a trial writes, and a dying card is written to no more."""
    now_s, trials = [10.0], []

    def trial() -> None:
        trials.append(now_s[0])
        raise full

    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    keeping = Keeping(trial, wait_s=1.0, now_s=lambda: now_s[0])
    assert keeping.failed(full)
    for at_s in (10.0, 10.9, 11.0, 11.5, 12.0):
        now_s[0] = at_s
        assert not keeping.works()
    assert trials == [11.0, 12.0]


@pytest.mark.parametrize(
    ("total_gb", "free_mb", "low"),
    [(4, 190, True), (4, 250, False), (32, 1500, True), (32, 1700, False), (4000, 3000, False)],
)
def test_little_room_is_said_before_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, total_gb: int, free_mb: int, low: bool
) -> None:
    """200 MB of a small card, a twentieth of a usual one, 2 GB of a large disk."""
    total, free = total_gb * 1024**3, free_mb * 1024**2
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(total=total, free=free))
    assert is_low(tmp_path) is low
