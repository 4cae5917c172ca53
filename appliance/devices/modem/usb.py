"""The USB device behind a serial port, by sysfs, and its reset by usbfs.

Sources: the kernel's Documentation/driver-api/usb/usb.rst and include/uapi/linux/usbdevice_fs.h.
"""

import errno
import fcntl
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import SetupError

_SYS = Path("/sys")
_DEV = Path("/dev")
#: _IO('U', 20)
_USBDEVFS_RESET = ord("U") << 8 | 20
#: tty → USB serial port → interface → device, with one to spare for hubs of the kernel's making.
_STEPS_UP = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbDevice:
    """`path` is its place in sysfs, which depends on the socket and not on the name."""

    path: Path
    bus: int
    number: int
    #: What it says of its maker, model and serial number; empty where it says nothing.
    kind: str = ""

    def may_be(self, other: "UsbDevice") -> bool:
        """Whether it may be the other, restarted: in the same socket it gets a new number."""
        return self == other or bool(
            self.kind and (self.path, self.kind) == (other.path, other.kind)
        )

    @property
    def node(self) -> Path:
        return _DEV / "bus" / "usb" / f"{self.bus:03d}" / f"{self.number:03d}"


def usb_device(port: str, *, sys: Path = _SYS) -> UsbDevice | None:
    """None: the port is not there, or is no USB port."""
    tty = sys / "class" / "tty" / Path(os.path.realpath(port)).name / "device"
    if not tty.exists():
        return None
    folder = tty.resolve()
    for _ in range(_STEPS_UP):
        bus, number = _number(folder / "busnum"), _number(folder / "devnum")
        if bus is not None and number is not None:
            return UsbDevice(path=folder, bus=bus, number=number, kind=_kind(folder))
        folder = folder.parent
    return None


def can_reset(port: str) -> bool:
    device = usb_device(port)
    return device is not None and os.access(device.node, os.W_OK)


def reset(device: UsbDevice) -> None:
    """Acts like unplugging and plugging in. Raises SetupError, which says why it cannot be done."""
    try:
        descriptor = os.open(device.node, os.O_WRONLY | os.O_CLOEXEC)
    except OSError as exc:
        raise SetupError(_why(exc)) from exc
    try:
        fcntl.ioctl(descriptor, _USBDEVFS_RESET, 0)
    except OSError as exc:
        # The device came back under a new number, which is what was wanted.
        if exc.errno != errno.ENODEV:
            raise SetupError(_why(exc)) from exc
    finally:
        os.close(descriptor)


def _why(exc: OSError) -> str:
    if exc.errno in (errno.EACCES, errno.EPERM):
        return "Balie may not reset the modem's USB port; a udev rule must give it to its user."
    return "The modem's USB port cannot be reset."


def _kind(folder: Path) -> str:
    words = []
    for name in ("idVendor", "idProduct", "serial"):
        with suppress(OSError, ValueError):
            words.append((folder / name).read_text(encoding="utf-8").strip())
    return " ".join(words)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
