"""A Balie that is told to stop leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests import http_calls
from tests.running_demo import SETTLES_S, eventually


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def is_answered(url: str) -> bool:
    try:
        return http_calls.get(url).is_success
    except httpx.TransportError:
        return False


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_demo_that_is_stopped_takes_all_that_it_started_with_it(
    tmp_path: Path, told: signal.Signals
) -> None:
    """Its adb server, its phones and its folder are gone, and its exit status is 0."""
    command = [sys.executable, "-m", "appliance", "demo", "--json", "--port", "0", "--no-traffic"]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True) as demo:
        url = json.loads(demo.stdout.readline() if demo.stdout else "")["url"]
        http_calls.get(f"{url}/healthz").raise_for_status()
        beside = children(demo.pid)
        demo.send_signal(told)
        assert demo.wait(SETTLES_S) == 0
    assert len(beside) == 2
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in beside), "they have ended")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_a_balie_that_is_stopped_ends_well(tmp_path: Path, told: signal.Signals) -> None:
    """Its threads stop in order: status 0 and no traceback on the console."""
    command = [sys.executable, "-m", "appliance", "run", "--data", str(tmp_path)]
    environment = {
        **os.environ,
        "ADBUTILS_ADB_PATH": "/nonexistent/adb",
        "ANDROID_ADB_SERVER_PORT": str(free_port()),
        "BALIE_PORT": str(free_port()),
    }
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, text=True) as balie:
        url = f"http://127.0.0.1:{environment['BALIE_PORT']}/readyz"
        eventually(lambda: is_answered(url), "it is ready")
        balie.send_signal(told)
        _, said = balie.communicate(timeout=SETTLES_S)
    assert balie.returncode == 0
    assert "Traceback" not in said
