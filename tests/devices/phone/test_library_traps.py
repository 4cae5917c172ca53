"""Behaviour of uiautomator2 and adbutils that Balie works around; a new version may differ."""

import socket
from typing import Any

import adbutils
import pytest
import uiautomator2

from appliance.devices.phone.adb.adb_errors import translated
from appliance.devices.phone.adb.calls import DeadlineAdbDevice, Deadlines
from appliance.devices.phone.single_shot import tap_once
from appliance.errors import DeviceGone, Unconfirmed
from tests.devices.phone.driver_kit import World


class Noting(adbutils.AdbDevice):
    """The library's own device, with a note of the deadline on each stream that it opens."""

    timeouts: list[float | None]

    def create_connection(self, network: Any, address: int | str) -> socket.socket:
        sock: socket.socket = super().create_connection(network, address)
        self.timeouts.append(sock.gettimeout())
        return sock


@pytest.fixture
def connected(world: World) -> Any:
    """An unmodified uiautomator2 at the emulated phone, in the library's own way."""
    device = Noting(adbutils.AdbClient(), serial=world.serial)
    device.timeouts = []
    ui: Any = uiautomator2.connect(device)
    yield ui
    ui.stop_uiautomator(wait=False)


def test_uiautomator2_ignores_its_own_timeout(connected: Any) -> None:
    """With a timeout of half a second, it waits for adbutils' ten minutes."""
    device = connected.adb_device
    device.timeouts.clear()
    connected.jsonrpc_call("deviceInfo", {}, timeout=0.5)
    assert device.timeouts == [600.0]


def test_our_device_gives_each_of_its_calls_a_deadline(world: World) -> None:
    """The timeout comes as a bare TimeoutError, which we translate."""
    device = DeadlineAdbDevice(world.serial, Deadlines(shell_s=2.0, rpc_s=0.3))
    ui: Any = uiautomator2.connect(device)
    world.fault("never-answers", method="deviceInfo")
    with pytest.raises(TimeoutError):
        ui.jsonrpc.deviceInfo()
    world.fault("never-answers", method="deviceInfo")
    with pytest.raises(DeviceGone), translated():
        ui.jsonrpc.deviceInfo()
    ui.stop_uiautomator(wait=False)


def test_uiautomator2_replays_a_tap_after_an_http_error(world: World, connected: Any) -> None:
    """One `click()` makes two taps: an action that must not happen twice cannot use it."""
    world.fault("http-500-after-acting", method="click")
    connected.click(10, 10)
    assert world.traffic.rpc_calls["click"] == 2


def test_our_own_tap_is_never_replayed(world: World, connected: Any) -> None:
    assert connected
    world.fault("http-500-after-acting", method="click")
    with pytest.raises(Unconfirmed):
        tap_once(DeadlineAdbDevice(world.serial), 10, 10)
    assert world.traffic.rpc_calls["click"] == 1


def test_a_tap_that_finds_no_server_proves_that_nothing_was_tapped(world: World) -> None:
    with pytest.raises(DeviceGone):
        tap_once(DeadlineAdbDevice(world.serial), 10, 10)
    assert world.traffic.taps == 0


def test_the_on_device_server_lives_longer_than_any_deadline(world: World) -> None:
    """Its stream is silent for hours; a deadline on it would end the server."""
    device = DeadlineAdbDevice(world.serial, Deadlines(shell_s=0.2, rpc_s=2.0))
    ui: Any = uiautomator2.connect(device)
    assert ui._process._conn.conn.gettimeout() is None
    ui.stop_uiautomator(wait=False)


def test_a_batch_is_cut_apart_by_what_no_text_can_know(world: World) -> None:
    """Outputs that look like our own marks are still outputs."""
    device = DeadlineAdbDevice(world.serial)
    outputs = device.run("echo 'a=0'", "echo ''", "false", "echo -n tail")
    assert [o.text for o in outputs] == ["a=0\n", "\n", "", "tail"]
    assert [o.status for o in outputs] == [0, 0, 1, 0]
