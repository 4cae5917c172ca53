"""A process held to a quarter of one core, as if the rest of the computer were busy.

The kernel holds it, with 2.5 ms in each 10: by `cpu.max` of cgroup v2, or by the same quota of v1.
Setting that takes root; where it is not permitted nothing is measured.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SHARE = 0.25
_PERIOD_US = 10_000
_V2 = Path("/sys/fs/cgroup")
_V1 = _V2 / "cpu"


@contextmanager
def held(pid: int) -> Iterator[None]:
    """With all its threads, for the block. Raises OSError where it is not permitted."""
    root = _V2 if (_V2 / "cgroup.controllers").exists() else _V1
    group = root / f"balie-bench-{os.getpid()}"
    if root == _V2:
        (root / "cgroup.subtree_control").write_text("+cpu", "ascii")
    group.mkdir()
    try:
        _limit(group)
        before = _group_of(pid, root)
        (group / "cgroup.procs").write_text(str(pid), "ascii")
        try:
            yield
        finally:
            with suppress(ProcessLookupError):  # it has ended
                (before / "cgroup.procs").write_text(str(pid), "ascii")
    finally:
        group.rmdir()


def _limit(group: Path) -> None:
    quota_us = int(_PERIOD_US * SHARE)
    if group.parent == _V2:
        (group / "cpu.max").write_text(f"{quota_us} {_PERIOD_US}", "ascii")
    else:
        (group / "cpu.cfs_period_us").write_text(str(_PERIOD_US), "ascii")
        (group / "cpu.cfs_quota_us").write_text(str(quota_us), "ascii")


def _group_of(pid: int, root: Path) -> Path:
    """Where the process is now: the line of v2 names no controller, that of v1 names `cpu`."""
    for line in Path(f"/proc/{pid}/cgroup").read_text("ascii").splitlines():
        _, controllers, path = line.split(":", 2)
        if ("cpu" in controllers.split(",")) if root == _V1 else not controllers:
            return root / path.lstrip("/")
    return root
