"""Makes the set-up point and takes it away: its files, its unit, its opening in the firewall."""

import logging
import time
from collections.abc import Callable
from pathlib import Path

from appliance.box import openings, set_up_point
from appliance.box.handed_files import read_handed
from appliance.box.programs_run import run
from appliance.box.set_up_point import PointReach, wants_point
from appliance.box.whole_files import put_whole
from appliance.errors import SetupError

log = logging.getLogger(__name__)

CODE = "setup-code"
"""In the data directory, until somebody has an account: what makes the first administrator."""
UNIT = "balie-point.service"
_COUNTRY = "NL"
_CONFIG = Path("/run/balie-box/point.conf")
_NETWORK = Path("/run/systemd/network/10-balie-point.network")


class PointKeeper:
    """Used by one thread. `now_s` never leaps."""

    def __init__(
        self,
        data: Path,
        *,
        devices: Path = set_up_point.NETWORK_DEVICES,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._data = data
        self._devices = devices
        self._now_s = now_s
        self._cable_s = now_s()
        self._set_up_since_s: float | None = None
        self._is_there = openings.POINT.exists()

    def look(self, *, is_set_up: bool | None) -> None:
        """Raises SetupError and OSError."""
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
        if not self._is_there:
            return
        self._is_there = False
        run("systemctl", "stop", UNIT)
        for each in (openings.POINT, _CONFIG, _NETWORK):
            each.unlink(missing_ok=True)
        run("networkctl", "reload")
        openings.refresh()
        log.info("the set-up point is gone")

    def _make(self, wifi: str) -> None:
        code = (read_handed(self._data / CODE) or b"").decode("ascii", "replace").strip()
        if not code:
            raise SetupError("There is no set-up code yet, which the set-up point is locked with.")
        mac = (self._devices / wifi / "address").read_text("ascii").strip()
        name = set_up_point.network_name(mac)
        _NETWORK.parent.mkdir(parents=True, exist_ok=True)
        put_whole(_NETWORK, set_up_point.network_config(wifi).encode(), mode=0o644)
        config = set_up_point.supplicant_config(name, code, country=_COUNTRY)
        put_whole(_CONFIG, f"{config}".encode())
        put_whole(openings.POINT, f"{wifi}\n".encode(), mode=0o644)
        run("networkctl", "reload")
        run("systemctl", "start", UNIT)
        openings.refresh()
        self._is_there = True
        log.info("nobody reaches this box by a cable; its own Wi-Fi network is there")
