"""A data directory that cannot be written gives a sentence at the start, and no traceback."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENDS_WITHIN_S = 120


def started(data: Path, *, before: str = "") -> subprocess.CompletedProcess[str]:
    """`balie run`, after some shell commands in a mount namespace of its own."""
    run = shlex.join([sys.executable, "-m", "appliance", "run", "--data", str(data)])
    command = ["sh", "-c", run]
    if before:
        command = ["unshare", "--mount", "sh", "-c", f"{before} && exec {run}"]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "ADBUTILS_ADB_PATH": "/nonexistent/adb"},
        capture_output=True,
        text=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )


def says_so(done: subprocess.CompletedProcess[str], data: Path) -> None:
    assert done.returncode == 1
    assert f"{data} cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    """For a path below a file the sentence names the folder and what to check."""
    (tmp_path / "file").write_text("")
    says_so(started(tmp_path / "file" / "data"), tmp_path / "file" / "data")


def test_a_read_only_file_system_is_a_sentence(tmp_path: Path) -> None:
    """As when the kernel finds the SD card broken. Needs the right to mount."""
    where = shlex.quote(str(tmp_path))
    read_only = f"mount --bind {where} {where} && mount -o remount,ro,bind {where}"
    if subprocess.run(
        ["unshare", "--mount", "sh", "-c", read_only], capture_output=True, check=False
    ).returncode:
        pytest.skip("mounting is not allowed here")
    says_so(started(tmp_path, before=read_only), tmp_path)
