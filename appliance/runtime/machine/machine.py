"""How the machine is that Balie runs on."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from appliance.box import findings
from appliance.box.keeper.state import Ending
from appliance.desk.lines.incidents.machine_rules import MachineFacts
from appliance.runtime.machine.kernel_files import number_in, text_of
from appliance.runtime.machine.kernel_log import KernelLog
from appliance.runtime.machine.power import Power
from appliance.runtime.machine.usb_ports import UsbPorts
from appliance.store.keeping import is_low

_ZONES = "sys/class/thermal/thermal_zone*"
_PI = "cpu-thermal"
"""Other machines have other zones, and are well at temperatures that a Pi is not."""
_EXT4_ERRORS = "sys/fs/ext4/*/errors_count"
_PER_DEGREE = 1000


def _nothing() -> None:
    return None


class Machine:
    """Used by one thread. `data` is the folder whose disk has to have room, `came_back` tells of a
    version that did and that nobody knows of yet.
    """

    def __init__(
        self,
        data: Path,
        *,
        root: Path = Path("/"),
        came_back: Callable[[], Ending | None] = _nothing,
    ) -> None:
        self._data = data
        self._came_back = came_back
        self._root = root
        self._power = Power(root)
        self._usb = UsbPorts(root)
        self._log = KernelLog(root)

    def facts(self) -> MachineFacts:
        said = self._log.complaints()
        low = self._power.is_low()
        ending = self._came_back()
        return MachineFacts(
            undervoltage=True if "undervoltage" in said else low,
            celsius=self._celsius(),
            disk_low=is_low(self._data),
            disk_errors=self._disk_errors(),
            disk_complains="disk" in said,
            box=self._box(),
            usb=self._ailing_usb(said),
            came_back=ending.version if ending else "",
        )

    def close(self) -> None:
        self._log.close()

    def _celsius(self) -> float | None:
        for zone in self._root.glob(_ZONES):
            if text_of(zone / "type") == _PI and (told := number_in(zone / "temp")) is not None:
                return told / _PER_DEGREE
        return None

    def _box(self) -> Mapping[str, str] | None:
        """The first thing that the start of the box found."""
        found = findings.kept(self._root / findings.PLACE.relative_to("/"))
        return asdict(found[0]) if found else None

    def _disk_errors(self) -> int:
        return sum(number_in(path) or 0 for path in self._root.glob(_EXT4_ERRORS))

    def _ailing_usb(self, said: set[str]) -> tuple[str, ...]:
        """The clearest first."""
        ailing = {each for each in said if each.startswith("usb-")}
        if self._usb.overloaded():
            ailing.add("usb-over-current")
        if self._usb.starves():
            ailing.add("usb-power")
        order = ("usb-over-current", "usb-power", "usb-bandwidth", "usb-broken")
        return tuple(each for each in order if each in ailing)
