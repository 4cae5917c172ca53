"""A real adb server for this test run alone, and a bench of emulated phones."""

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import adbutils
import pytest

from tests.emulated.phone_bench import PhoneBench, eventually

_STOP_WITHIN_S = 60


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def adb_server_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of an adb server with its own keys, which does not look for phones by itself."""
    home: Path = tmp_path_factory.mktemp("adb-home")
    port = _free_port()
    environment = {
        **os.environ,
        "HOME": str(home),
        "ANDROID_USER_HOME": str(home / ".android"),
        "ADB_MDNS": "0",
        "ADB_USB": "0",
        "ADB_EMU": "0",
    }
    command = [adbutils.adb_path(), "-L", f"tcp:localhost:{port}", "server", "nodaemon"]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            assert eventually(lambda: _listens(port)), (home / "server.log").read_text()
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("ANDROID_ADB_SERVER_PORT", str(port))
                yield port
        finally:
            server.terminate()
            server.wait(_STOP_WITHIN_S)


@pytest.fixture
def bench() -> Iterator[PhoneBench]:
    """Phones plugged in here are unplugged after the test."""
    phones = PhoneBench()
    yield phones
    phones.close()
