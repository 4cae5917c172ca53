"""Phones on a cable that adb does not see, because USB debugging is off: from the kernel's list."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from appliance.enrolment import Portrait, ToDo

USB = Path("/sys/bus/usb/devices")

# ADB_CLASS, ADB_SUBCLASS and ADB_PROTOCOL of adb.h.
_ADB = ("ff", "42", "01")
# The class of still images of the USB standard, which MTP and PTP have.
_PICTURES = ("06", "01", "01")
# Android's own names of these interfaces; before 2018 MTP had a class of the maker's.
_NAMES = frozenset({"MTP", "PTP"})
# Makers of phones, as Debian's udev rules for Android name them: a camera is none.
_MAKERS = frozenset({"18d1", "04e8", "2717", "22b8", "0e8d", "12d1", "2a70"})


@dataclass(frozen=True, slots=True, kw_only=True)
class UsbInterface:
    """`codes` are its class, subclass and protocol, as the kernel writes them."""

    codes: tuple[str, str, str]
    name: str


def without_debugging(usb: Path = USB) -> Sequence[Portrait]:
    """What a phone without USB debugging tells: its maker, its name, and often its serial."""
    return [_portrait(folder) for folder in _folders(usb) if _is_shut_phone(folder)]


def _is_shut_phone(folder: Path) -> bool:
    interfaces = list(_interfaces(folder))
    if any(each.codes == _ADB for each in interfaces):
        return False
    pictures = any(each.codes == _PICTURES for each in interfaces)
    named = any(each.name in _NAMES for each in interfaces)
    return named or (pictures and _read(folder, "idVendor") in _MAKERS)


def _portrait(folder: Path) -> Portrait:
    return Portrait(
        address=_read(folder, "serial") or f"USB {folder.name}",
        to_do=ToDo.DEBUGGING,
        maker=_read(folder, "manufacturer"),
        model=_read(folder, "product"),
    )


def _folders(usb: Path) -> Iterator[Path]:
    """Devices are `1-1.2`, their interfaces `1-1.2:1.0`; a machine without USB has no folder."""
    with suppress(OSError):
        yield from sorted(each for each in usb.iterdir() if ":" not in each.name)


def _interfaces(folder: Path) -> Iterator[UsbInterface]:
    for each in sorted(folder.glob(f"{folder.name}:*")):
        codes = tuple(
            _read(each, name)
            for name in ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")
        )
        yield UsbInterface(codes=(codes[0], codes[1], codes[2]), name=_read(each, "interface"))


def _read(folder: Path, name: str) -> str:
    """Empty where the device does not tell it, or has just been pulled out."""
    try:
        return (folder / name).read_text("utf-8", "replace").strip()
    except OSError:
        return ""
