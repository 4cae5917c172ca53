"""Ports at which a modem may be: the given one, those with its maker's name, and their neighbours.

A modem is known by its IMEI. The number after ttyUSB follows the order of plugging, and a stick has
several ports of which one or two speak AT; so each port is asked. A port that another program has
open is left alone, and a port that does not answer costs a second.
"""

import logging
import os
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.devices.modem.at.answers import AtError, PortGone, Rebooted
from appliance.devices.modem.at.channel import AtChannel
from appliance.devices.modem.usb import usb_device
from appliance.errors import DeviceError

log = logging.getLogger(__name__)

BY_ID = Path("/dev/serial/by-id")
_NEIGHBOURS = ("ttyUSB*", "ttyACM*")
#: A port that speaks AT answers within milliseconds; others never do.
_PROBE_S = 1.0
_IMEI = re.compile(r"(?<!\d)\d{14,17}(?!\d)")
#: The IMEI itself; AT+CGSN may add the software version after it, or leave the check digit out.
_IMEI_DIGITS = 14
#: `usb-Maker_Product_Serial-if02-port0`: what comes before the interface names the stick.
_INTERFACE = re.compile(r"-if[0-9a-f]{2}(?:-port\d+)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPort:
    """A port that speaks AT; `imei` is as the modem gave it."""

    channel: AtChannel
    port: str
    imei: str


def candidates(first: str, *, by_id: Path = BY_ID) -> Sequence[str]:
    """The given path, then the system's by-id names, then its neighbours; each port once."""
    seen: set[str] = set()
    ports = []
    for port in _all(first, by_id):
        real = os.path.realpath(port)
        if real not in seen:
            seen.add(real)
            ports.append(port)
    return ports


def probe(port: str, *, timeout_s: float = _PROBE_S) -> FoundPort | None:
    """The open channel of a modem that speaks AT here; raises PortGone if the port cannot open."""
    channel = AtChannel.open(port)
    try:
        imei = _imei(channel, time.monotonic() + timeout_s)
    except PortGone:
        channel.close()
        raise
    except (AtError, DeviceError) as exc:
        log.debug("%s: %s", port, exc)
        imei = None
    if imei is None:
        channel.close()
        return None
    return FoundPort(channel=channel, port=port, imei=imei)


def same_imei(one: str, other: str) -> bool:
    return one[:_IMEI_DIGITS] == other[:_IMEI_DIGITS]


def same_stick(first: str, port: str) -> bool:
    """Whether both are ports of one USB device, as far as names, the system or folders can tell."""
    if names_stick(first) or usb_device(first) is not None:
        return is_sibling(first, port)
    # Outside /dev a folder holds the ports of one modem.
    in_one_folder = not first.startswith("/dev/") and Path(port).parent == Path(first).parent
    return in_one_folder or is_sibling(first, port)


def is_sibling(first: str, port: str) -> bool:
    """Whether names or the system say that both are ports of one USB device."""
    if port == first or os.path.realpath(port) == os.path.realpath(first):
        return True
    device = usb_device(first)
    if device is not None:
        return usb_device(port) == device
    return names_stick(first) and _stick(first) == _stick(port)


def names_stick(port: str) -> bool:
    """Whether the name is the stick's own, not one that follows the order of plugging."""
    return _INTERFACE.search(Path(port).name) is not None


def _stick(port: str) -> str:
    return _INTERFACE.sub("", Path(port).name)


def _all(first: str, by_id: Path) -> Iterator[str]:
    yield first
    yield from _listed(by_id, "*")
    for pattern in _NEIGHBOURS:
        yield from _listed(_neighbourhood(first), pattern)


def _neighbourhood(first: str) -> Path:
    """Sticks without a serial number share one by-id name; their ports are all in /dev."""
    parent = Path(first).parent
    return Path("/dev") if parent.is_relative_to("/dev/serial") else parent


def _listed(folder: Path, pattern: str) -> list[str]:
    try:
        return sorted(str(path) for path in folder.glob(pattern))
    except OSError:
        return []


def _imei(channel: AtChannel, deadline: float) -> str | None:
    """Asks again after a start: a modem that was just plugged in first reports its start."""
    while (left_s := deadline - time.monotonic()) > 0:
        try:
            lines = channel.command("AT+CGSN", timeout_s=left_s).lines
        except Rebooted:
            continue
        match = next((m for line in lines if (m := _IMEI.search(line))), None)
        return match[0] if match else None
    return None
