"""An adb server of one test's own, which may die."""

import os
import subprocess
from pathlib import Path

import adbutils

from appliance.devices.phone.adb import adb_server
from tests.emulated.phone_bench import eventually

_ENDS_WITHIN_S = 10


class OwnServer:
    """On the port that the environment names, with its own keys; looks for no phones by itself."""

    def __init__(self, home: Path, port: int) -> None:
        self._home = home
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        environment = {
            **os.environ,
            "HOME": str(self._home),
            "ANDROID_USER_HOME": str(self._home / ".android"),
            "ADB_MDNS": "0",
            "ADB_USB": "0",
            "ADB_EMU": "0",
        }
        command = [adbutils.adb_path(), "-L", f"tcp:localhost:{self.port}", "server", "nodaemon"]
        with (self._home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        assert eventually(lambda: adb_server.running_version() is not None)

    def end(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(_ENDS_WITHIN_S)
            self._process = None

    def dies(self) -> None:
        """As when another program's adb kills it: no connection is closed in order."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_ENDS_WITHIN_S)
            self._process = None

    def is_replaced(self) -> None:
        self.dies()
        self.start()
