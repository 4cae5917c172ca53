"""USB ports that gave too much current, and devices that got too little to begin."""

from pathlib import Path

from appliance.runtime.machine.kernel_files import number_in, text_of

_COUNTERS = "sys/bus/usb/devices/*:1.0/*-port*/over_current_count"
_CHOSEN = "sys/bus/usb/devices/*/bConfigurationValue"


class UsbPorts:
    """Used by one thread."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._counts: dict[Path, int] | None = None
        self._idle: set[Path] = set()

    def overloaded(self) -> bool:
        """Whether the kernel switched a port off since the last call, because too much current
        went through it.
        """
        before = self._counts
        self._counts = {
            path: count
            for path in self._root.glob(_COUNTERS)
            if (count := number_in(path)) is not None
        }
        if before is None:
            return False
        return any(count > before.get(path, 0) for path, count in self._counts.items())

    def starves(self) -> bool:
        """Whether the kernel left a device without a configuration at this call and the last one:
        it does so where power or bandwidth is short. A device that was just plugged in has none
        for a moment.
        """
        before = self._idle
        self._idle = {
            path.parent
            for path in self._root.glob(_CHOSEN)
            if text_of(path) == "" and (number_in(path.parent / "bNumConfigurations") or 0) > 0
        }
        return bool(before & self._idle)
