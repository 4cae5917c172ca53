"""Where phones are plugged in, by what the kernel tells of USB.

Only what speaks adb counts: no disk, no network, no keyboard. The name of a place is the kernel's:
`1-1.4.2` is port 2 of the hub `1-1.4`.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from appliance.box.hub_ports import HubPort

DEVICES = Path("/sys/bus/usb/devices")

_PLACE = re.compile(r"\d+-\d+(\.\d+)*")
_ADB = ("ff", "42", "01")
"""Class, subclass and protocol of adb's interface; a phone that adb may not use yet has it, too."""
_INTERFACE = ("bInterfaceClass", "bInterfaceSubClass", "bInterfaceProtocol")


def plugged_in(devices: Path = DEVICES) -> Mapping[str, str]:
    """The place of each phone, by its serial; one that two phones tell is nobody's."""
    found: dict[str, list[str]] = {}
    for folder in sorted(devices.glob("*-*")):
        serial = word_of(folder / "serial")
        if _PLACE.fullmatch(folder.name) and serial and _speaks_adb(folder):
            found.setdefault(serial, []).append(folder.name)
    return {serial: places[0] for serial, places in found.items() if len(places) == 1}


def is_empty(place: str, devices: Path = DEVICES) -> bool:
    """A socket for USB 3 is a port of two hubs, and one of them has what is in it."""
    port = port_at(place)
    socket = devices / f"{port.hub}:1.0" / f"{port.hub}-port{port.port}"
    return not (devices / place).exists() and not (socket / "peer" / "device").exists()


def port_at(place: str) -> HubPort:
    before, _, number = place.rpartition("." if "." in place else "-")
    return HubPort(hub=before, port=int(number))


def _speaks_adb(folder: Path) -> bool:
    told = (tuple(word_of(each / name) for name in _INTERFACE) for each in folder.glob("*-*:*"))
    return any(each == _ADB for each in told)


def word_of(path: Path) -> str:
    """What a small file of the kernel's says; empty where it is not there."""
    try:
        return path.read_text("utf-8", "replace").strip()
    except OSError:
        return ""
