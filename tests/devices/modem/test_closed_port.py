"""A modem's port that exists but that the system does not let Balie open."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.devices.protocol import DeviceState
from appliance.reasons import Reason
from tests.devices.modem.conftest import MakeDesk
from tests.devices.modem.modem_kit import ModemWorld

_NOBODY = 65534


@contextmanager
def closed_to_us(port: str) -> Iterator[None]:
    """Root may open everything, so the file system sees this thread as nobody meanwhile."""
    mode = Path(port).stat().st_mode
    Path(port).chmod(0)
    libc, us = ctypes.CDLL(None), os.geteuid()
    libc.setfsuid(_NOBODY if us == 0 else us)
    try:
        yield
    finally:
        libc.setfsuid(us)
        Path(port).chmod(mode)


def test_a_port_that_may_not_be_opened_is_said(world: ModemWorld, make_desk: MakeDesk) -> None:
    """It does not count as unplugged, and the modem works as soon as the port may be opened."""
    port = os.path.realpath(world.modem.port.path)
    desk = make_desk(world, port=port)
    with closed_to_us(port):
        status = desk.driver.probe()
    assert (status.state, status.reason) == (DeviceState.UNAUTHORIZED, Reason.NOT_ALLOWED)
    assert desk.driver.probe().state is DeviceState.READY


def test_a_modem_that_is_shut_off_later_is_not_called_mute(
    world: ModemWorld, make_desk: MakeDesk
) -> None:
    """A healthy modem gets no rescue steps."""
    port = os.path.realpath(world.modem.port.path)
    desk = make_desk(world, port=port)
    desk.driver.probe()
    desk.driver.close()
    with closed_to_us(port):
        assert desk.driver.probe().reason is Reason.NOT_ALLOWED
    assert desk.driver.probe().state is DeviceState.READY
