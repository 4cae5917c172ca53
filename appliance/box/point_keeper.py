"""Makes the set-up point and takes it away: its files, its unit, its opening in the firewall."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from appliance.box import openings, set_up_point
from appliance.box.handed_files import read_handed
from appliance.box.running import run
from appliance.box.set_up_point import PointReach, wants_point
from appliance.box.whole_files import put_whole
from appliance.errors import SetupError

log = logging.getLogger(__name__)

CODE = "setup-code"
"""In the data directory, until somebody has an account: what makes the first administrator."""
UNIT = "balie-point.service"
_COUNTRY = "NL"


@dataclass(frozen=True, slots=True, kw_only=True)
class PointPlaces:
    """Files of the machine; others in tests only. `joining` is where a card has the networks that
    the box is to join.
    """

    opening: Path = openings.POINT
    config: Path = Path("/run/balie-box/point.conf")
    network: Path = Path("/run/systemd/network/10-balie-point.network")
    joining: Path = Path("/data/wifi")


def code_in(data: Path) -> str:
    """What it says, empty where there is none. A terminal would obey some signs, and whoever owns
    the folder may have written them.
    """
    said = (read_handed(data / CODE) or b"").decode("ascii", "replace").strip()
    return said if said.isprintable() else ""


class PointKeeper:
    """Used by one thread. `now_s` never leaps."""

    def __init__(
        self,
        data: Path,
        *,
        devices: Path = set_up_point.NETWORK_DEVICES,
        places: PointPlaces | None = None,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._data = data
        self._devices = devices
        self._places = places or PointPlaces()
        self._now_s = now_s
        self._cable_s = now_s()
        self._set_up_since_s: float | None = None
        self._is_there = self._places.opening.exists()
        self._is_torn = False  # a step of making it or of taking it away has failed

    def look(self, *, is_set_up: bool | None) -> None:
        """What failed is taken away at the next call. Raises SetupError and OSError."""
        if self._is_torn:
            self.take_away()
        wanted = wants_point(self.reach(is_set_up=is_set_up), is_there=self._is_there)
        if wanted is self._is_there or is_set_up is None:
            return
        if wanted:
            self._make(set_up_point.wifi_of(self._devices) or "")
        else:
            self.take_away()

    def reach(self, *, is_set_up: bool | None) -> PointReach:
        now_s = self._now_s()
        if set_up_point.has_cable(self._devices):
            self._cable_s = now_s
        if is_set_up is False:
            self._set_up_since_s = None
        elif is_set_up and self._set_up_since_s is None:
            self._set_up_since_s = now_s
        wifi = set_up_point.wifi_of(self._devices)
        since_s = self._set_up_since_s
        return PointReach(
            without_cable_s=now_s - self._cable_s,
            set_up_s=None if since_s is None else now_s - since_s,
            wifi=wifi,
            is_joined=set_up_point.is_joined(wifi, self._devices),
        )

    def take_away(self) -> None:
        """Raises SetupError and OSError."""
        if not (self._is_there or self._is_torn):
            return
        self._is_torn = True
        wifi = set_up_point.wifi_of(self._devices)
        run("systemctl", "stop", UNIT)
        for each in (self._places.config, self._places.network):
            each.unlink(missing_ok=True)
        run("networkctl", "reload")
        self._join_again(wifi or "")
        self._places.opening.unlink(missing_ok=True)
        openings.refresh()
        self._is_there = self._is_torn = False
        log.info("the set-up point is gone")

    def _make(self, wifi: str) -> None:
        code = code_in(self._data)
        if not code:
            raise SetupError("There is no set-up code yet, which the set-up point is locked with.")
        mac = (self._devices / wifi / "address").read_text("ascii").strip()
        name = set_up_point.network_name(mac)
        self._is_torn = True
        self._put(wifi, set_up_point.supplicant_config(name, code, country=_COUNTRY))
        self._is_there, self._is_torn = True, False
        log.info("nobody reaches this box by a cable; its own Wi-Fi network is there")

    def _put(self, wifi: str, config: str) -> None:
        places = self._places
        put_whole(places.opening, f"{wifi}\n".encode(), mode=0o644)
        put_whole(places.config, config.encode())
        places.network.parent.mkdir(parents=True, exist_ok=True)
        put_whole(places.network, set_up_point.network_config(wifi).encode(), mode=0o644)
        run("networkctl", "reload")
        run("systemctl", "start", UNIT)
        openings.refresh()

    def _join_again(self, wifi: str) -> None:
        """The network that the box was to join gave way to the set-up point (`Conflicts=`)."""
        if (self._places.joining / f"wpa_supplicant-{wifi}.conf").exists():
            run("systemctl", "start", "--no-block", f"wpa_supplicant@{wifi}.service")
