"""What a driver has: adbutils, uiautomator2 and the adb command line, with an emulated phone."""

import json
import subprocess
from collections.abc import Iterator
from functools import partial
from typing import Any

import adbutils
import pytest
import uiautomator2

from appliance.emulated.phone.faults import Fault, FaultKind
from appliance.emulated.phone.wire.adbd import Adbd
from tests.emulated.phone_bench import PhoneBench, eventually
from tests.emulated.plain_handset import PACKAGE, PlainHandset

#: adbutils leaves the socket of a request that the server refuses to the garbage collector.
LEAVES_SOCKETS = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

ENTRY = f"{PACKAGE}:id/entry"

#: uiautomator2 has types for some of its methods only.
U2Device = Any


class Computer:
    """What a driver has: adbutils, and the adb command line, on the server of this run."""

    def __init__(self, server_port: int) -> None:
        self.client = adbutils.AdbClient(port=server_port)
        self._server_port = server_port
        self._connected: list[str] = []

    def adb(self, phone: Adbd, *arguments: str, check: bool = True) -> tuple[int, bytes]:
        """Exit status and output; other failures of adb come as CalledProcessError."""
        command = [adbutils.adb_path(), "-P", str(self._server_port), "-s", phone.address]
        done = subprocess.run(
            [*command, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=check,
            timeout=60,
        )
        return done.returncode, done.stdout

    def state(self, phone: Adbd) -> str:
        states = {info.serial: info.state for info in self.client.list()}
        return states.get(phone.address, "absent")

    def is_there(self, phone: Adbd) -> bool:
        return self.state(phone) == "device"

    def ask_in(self, phone: Adbd) -> str:
        """What `adb connect` says."""
        self._connected.append(phone.address)
        return self.client.connect(phone.address, timeout=60)

    def connect(self, phone: Adbd) -> adbutils.AdbDevice:
        assert eventually(partial(self._gets_in, phone))
        return self.client.device(phone.address)

    def _gets_in(self, phone: Adbd) -> bool:
        if not self.is_there(phone):
            self.ask_in(phone)
        return self.is_there(phone)

    def disconnect_all(self) -> None:
        for serial in self._connected:
            self.client.disconnect(serial)


@pytest.fixture
def computer(adb_server_port: int) -> Iterator[Computer]:
    computer = Computer(adb_server_port)
    yield computer
    computer.disconnect_all()


@pytest.fixture
def handset() -> PlainHandset:
    return PlainHandset()


@pytest.fixture
def phone(bench: PhoneBench, handset: PlainHandset) -> Adbd:
    return bench.plug_in(handset)


@pytest.fixture
def device(computer: Computer, phone: Adbd) -> adbutils.AdbDevice:
    return computer.connect(phone)


@pytest.fixture
def u2(device: adbutils.AdbDevice) -> Iterator[U2Device]:
    """Its server is stopped as a driver stops it: by closing the stream of its shell."""
    connected: U2Device = uiautomator2.connect(device)
    yield connected
    connected.stop_uiautomator(wait=False)


@pytest.fixture(scope="module")
def shared(adb_server_port: int) -> Iterator[tuple[adbutils.AdbDevice, U2Device]]:
    """A phone for tests that leave nothing behind, with u2.jar running."""
    bench, computer = PhoneBench(), Computer(adb_server_port)
    device = computer.connect(bench.plug_in(PlainHandset()))
    connected: U2Device = uiautomator2.connect(device)
    yield device, connected
    connected.stop_uiautomator(wait=False)
    computer.disconnect_all()
    bench.close()


def fault(bench: PhoneBench, handset: PlainHandset, kind: FaultKind, method: str) -> None:
    bench.on_loop(lambda: handset.faults.arm(Fault(kind=kind, method=method, seconds=0.1)))


def rpc(device: adbutils.AdbDevice, method: str, params: list[object]) -> bytes:
    """One call without uiautomator2, on a stream that falls silent after 0.2 seconds."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()
    head = f"POST /jsonrpc/0 HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with device.create_connection(adbutils.Network.TCP, 9008) as connection:
        connection.settimeout(0.2)
        connection.sendall(head + body)
        return connection.recv(65536)
