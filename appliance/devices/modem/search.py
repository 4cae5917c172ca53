"""Searches for one modem, and leaves other equipment alone.

Each question sends AT commands and an escape, which other equipment hears, too. So the wait before
a silent port is asked again doubles each time, and a port with another modem is asked again after
minutes. A port that is plugged in counts as new, even if its name was used before.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from appliance.devices.modem.at.answers import PortBusy, PortForbidden, PortGone
from appliance.devices.modem.at.channel import AtChannel
from appliance.devices.modem.ports import (
    BY_ID,
    FoundPort,
    candidates,
    is_sibling,
    probe,
    same_imei,
    same_stick,
)
from appliance.devices.modem.usb import UsbDevice, usb_device
from appliance.errors import DeviceGone

#: Seconds until a port is asked again: a silent one, which may be starting, and one with another
#: modem. The wait doubles each time, up to the last value.
_SILENT_S, _OTHER_S = 2.0, 300.0
_AT_MOST_S = 3600.0


@dataclass(frozen=True, slots=True)
class _Plugged:
    """One port from plugging in to pulling out; its name and number are used again later."""

    number: int
    inode: int
    made_ns: int
    usb: UsbDevice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    at_s: float
    wait_s: float
    silent: bool


class PortSearch:
    """Used by one thread. `now_s` is `time.monotonic`, or a test's own."""

    def __init__(self, *, by_id: Path = BY_ID, now_s: Callable[[], float] = time.monotonic) -> None:
        self._by_id = by_id
        self._now_s = now_s
        self._asked: dict[_Plugged, _Asked] = {}
        #: Ports of the modem's own that could be opened at the last search and did not answer.
        self.mute: Sequence[str] = ()

    def find(
        self, first: str, imei: str | None, *, own_every_s: float | None = None
    ) -> tuple[AtChannel, str]:
        """The modem's channel and port. Raises DeviceGone when it is at none of them: PortBusy or
        PortForbidden where a port of its own cannot be asked.

        Without an IMEI it searches only the given path and other ports of the same stick, because a
        person must have pointed at the modem that is bound for good. With `own_every_s` these ports
        are known to be its own, and are asked again after that many seconds at most.
        """
        places = self._places(first, imei)
        own = [p for p in places if own_every_s is not None and is_sibling(first, p)]
        due = self._due(places, dict.fromkeys(own, own_every_s or 0.0))
        shut: dict[str, PortGone] = {}
        found = self._first_of(due, places, imei, shut)
        # Another modem's search may just have asked at that port.
        found = found or self._first_of(list(shut), places, imei, shut)
        self.mute = () if found else [port for port in own if self._is_mute(port, places, shut)]
        if found is not None:
            return found.channel, found.port
        for port, error in shut.items():
            if is_sibling(first, port):
                raise error
        raise DeviceGone("The modem is at none of the ports.")

    def pass_over(self, port: str) -> None:
        """The port has another modem with the same IMEI: other ports are asked first."""
        plugged = _plugged(port)
        if plugged is not None:
            self._note(plugged, silent=False)

    def _places(self, first: str, imei: str | None) -> Mapping[str, _Plugged]:
        """All ports that may be asked; ports that were pulled out are forgotten."""
        ports = [p for p in candidates(first, by_id=self._by_id) if imei or same_stick(first, p)]
        places = {port: plugged for port in ports if (plugged := _plugged(port)) is not None}
        there = frozenset(places.values())
        self._asked = {key: asked for key, asked in self._asked.items() if key in there}
        return places

    def _due(self, places: Mapping[str, _Plugged], own_s: Mapping[str, float]) -> list[str]:
        """The ports to ask now; new ones come before those that were asked already."""
        due = [port for port, key in places.items() if self._is_due(key, own_s.get(port))]
        return sorted(due, key=lambda port: places[port] in self._asked)

    def _is_due(self, plugged: _Plugged, own_s: float | None) -> bool:
        asked = self._asked.get(plugged)
        if asked is None:
            return True
        wait_s = asked.wait_s
        if own_s is not None and asked.silent:
            wait_s = min(wait_s, own_s)
        return self._now_s() >= asked.at_s + wait_s

    def _is_mute(
        self, port: str, places: Mapping[str, _Plugged], shut: Mapping[str, PortGone]
    ) -> bool:
        asked = self._asked.get(places[port])
        return asked is not None and asked.silent and port not in shut

    def _first_of(
        self,
        ports: Sequence[str],
        places: Mapping[str, _Plugged],
        imei: str | None,
        shut: dict[str, PortGone],
    ) -> FoundPort | None:
        """Adds to `shut` the ports that cannot be asked, and why."""
        for port in ports:
            shut.pop(port, None)
            try:
                found = probe(port)
            except (PortBusy, PortForbidden) as exc:
                shut[port] = exc
                continue
            except PortGone:
                continue
            if found is not None and (imei is None or same_imei(found.imei, imei)):
                self._asked.pop(places[port], None)
                return found
            if found is not None:
                found.channel.close()
            self._note(places[port], silent=found is None)
        return None

    def _note(self, plugged: _Plugged, *, silent: bool) -> None:
        before = self._asked.get(plugged)
        wait_s = _SILENT_S if silent else _OTHER_S
        if before is not None and before.silent is silent:
            wait_s = min(2 * before.wait_s, _AT_MOST_S)
        self._asked[plugged] = _Asked(at_s=self._now_s(), wait_s=wait_s, silent=silent)


def _plugged(port: str) -> _Plugged | None:
    try:
        node = Path(port).stat()
    except OSError:
        return None
    return _Plugged(
        number=node.st_rdev, inode=node.st_ino, made_ns=node.st_ctime_ns, usb=usb_device(port)
    )
