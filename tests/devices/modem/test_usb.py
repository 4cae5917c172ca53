from pathlib import Path

import pytest

from appliance.devices.modem.usb import UsbDevice, can_reset, reset, usb_device
from appliance.errors import SetupError


def plug(sys: Path, tty: str, socket: str, number: int) -> Path:
    """Lays the folders of a stick's port as the kernel does."""
    device = sys / "devices" / "pci0" / "usb1" / socket
    port = device / f"{socket}:1.0" / tty
    port.mkdir(parents=True, exist_ok=True)
    (device / "busnum").write_text("1\n")
    (device / "devnum").write_text(f"{number}\n")
    (sys / "class" / "tty" / tty).mkdir(parents=True)
    (sys / "class" / "tty" / tty / "device").symlink_to(port)
    return device


def seen(sys: Path) -> UsbDevice:
    device = usb_device("/dev/ttyUSB0", sys=sys)
    assert device is not None
    return device


def test_the_ports_of_a_stick_have_one_usb_device(tmp_path: Path) -> None:
    device = plug(tmp_path, "ttyUSB0", "1-1.2", 7)
    plug(tmp_path, "ttyUSB1", "1-1.2", 7)
    plug(tmp_path, "ttyUSB2", "1-1.3", 8)
    found = usb_device("/dev/ttyUSB0", sys=tmp_path)
    assert found == UsbDevice(path=device, bus=1, number=7)
    assert found.node == Path("/dev/bus/usb/001/007")
    assert usb_device("/dev/ttyUSB1", sys=tmp_path) == found
    assert usb_device("/dev/ttyUSB2", sys=tmp_path) != found


def test_a_stick_that_starts_anew_is_known_by_its_socket_and_kind(tmp_path: Path) -> None:
    device = plug(tmp_path, "ttyUSB0", "1-1.2", 7)
    unknown = seen(tmp_path)
    (device / "idVendor").write_text("12d1\n")
    before = seen(tmp_path)
    (device / "devnum").write_text("8\n")
    after = seen(tmp_path)
    (device / "idVendor").write_text("1546\n")
    other = seen(tmp_path)
    assert after.may_be(before)
    assert not other.may_be(before)
    assert not after.may_be(unknown)


def test_what_is_not_usb_has_no_device_and_cannot_be_reset(tmp_path: Path) -> None:
    (tmp_path / "class" / "tty" / "ttyS0").mkdir(parents=True)
    assert usb_device("/dev/ttyS0", sys=tmp_path) is None
    assert not can_reset(str(tmp_path / "ttyUSB0"))


def test_a_reset_that_cannot_be_done_says_so(tmp_path: Path) -> None:
    with pytest.raises(SetupError):
        reset(UsbDevice(path=tmp_path, bus=999, number=999))
