"""The adb server itself: whether it runs, which phones it knows, and how to start it."""

import re
import subprocess
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import adbutils

from appliance.devices.phone.adb.adb_errors import state_of, translated
from appliance.devices.phone.adb.calls import DeadlineAdbClient, server_port
from appliance.devices.protocol import DeviceState
from appliance.errors import SetupError

# ADB_SERVER_VERSION of adb.h since platform-tools 29. A client of another version kills the
# server it meets, and with it every phone's session.
SERVER_VERSION = 41

NO_ADB = "There is no adb on this machine."
NO_SERVER = "No adb server is running on port {port}."

_START_S = 20.0
_CONNECT_S = 5.0
_ADDRESS = re.compile(r"[^/\s]+:\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A phone as `adb devices` lists it; `word` is adb's own for its state."""

    serial: str
    state: DeviceState
    word: str


def devices() -> list[Listed]:
    """All phones that the server knows; raises SetupError when there is no server."""
    try:
        found = DeadlineAdbClient().list()
    except (adbutils.AdbError, OSError, EOFError, ValueError) as exc:
        raise SetupError(NO_SERVER.format(port=server_port())) from exc
    return [Listed(serial=d.serial, state=state_of(d.state), word=d.state) for d in found]


def connection_state(serial: str) -> DeviceState:
    """How the server sees this phone; READY only means that adb reaches it.

    Raises SetupError when there is no server.
    """
    return next((d.state for d in devices() if d.serial == serial), DeviceState.ABSENT)


def running_version() -> int | None:
    """The version of the server on our port; None when nothing answers there."""
    try:
        client: Any = DeadlineAdbClient()
        return int(client.server_version())
    except (adbutils.AdbError, OSError, EOFError, ValueError):
        return None


def start() -> None:
    """Starts a server on our port. Call it only where none runs: adb kills one of another version.

    Raises SetupError.
    """
    port = server_port()
    try:
        command = [adbutils.adb_path(), "-P", str(port), "start-server"]
        subprocess.run(command, timeout=_START_S, check=True, capture_output=True)
    except adbutils.AdbError as exc:
        raise SetupError(NO_ADB) from exc
    except (OSError, subprocess.SubprocessError) as exc:
        raise SetupError(NO_SERVER.format(port=port)) from exc


def is_address(serial: str) -> bool:
    """True for a phone that adb reaches over the network."""
    return _ADDRESS.fullmatch(serial) is not None


def connect(address: str) -> str:
    """Asks the server to connect `host:port`; its answer in words. Raises DeviceGone."""
    with translated():
        answer: str = DeadlineAdbClient(deadline_s=_CONNECT_S).connect(address)
    return answer


def reconnect(serial: str) -> None:
    """The server drops the connection to this phone alone and makes another. Raises DeviceGone.

    As `adb -s SERIAL reconnect` asks it (client/commandline.cpp of adb).
    """
    with (
        translated(),
        closing(DeadlineAdbClient(deadline_s=_CONNECT_S).make_connection()) as asking,
    ):
        asking.send_command(f"host-serial:{serial}:reconnect")
        asking.check_okay()


def disconnect(address: str) -> None:
    with translated():
        DeadlineAdbClient(deadline_s=_CONNECT_S).disconnect(address)
