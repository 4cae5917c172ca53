"""Whether the machine gets enough voltage: a Raspberry Pi's firmware knows."""

import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from appliance.runtime.machine.kernel_files import number_in, text_of

_FIRMWARE = "sys/devices/platform/soc/soc:firmware/get_throttled"
_ALARM = "sys/class/hwmon/hwmon*"
_TOOL = "usr/bin/vcgencmd"
_TOLD = re.compile(r"throttled=(0x[0-9a-fA-F]+)")
_NOW = 1 << 0
_SINCE_BOOT = 1 << 16
_TOOL_TAKES_S = 2.0
_TOOL_EVERY_S = 60.0


class Power:
    """The firmware's file is asked first: no process has to be started for it, and the service may
    not use the device that `vcgencmd` needs. Used by one thread.
    """

    def __init__(self, root: Path, *, now_s: Callable[[], float] = time.monotonic) -> None:
        self._root = root
        self._now_s = now_s
        self._tool_at_s: float | None = None
        self._by_tool: int | None = None
        self._was_low: bool | None = None

    def is_low(self) -> bool | None:
        """True also for a dip since the last call; None where nothing tells it."""
        flags = self._flags()
        if flags is None:
            return self._alarm()
        was_low, self._was_low = self._was_low, bool(flags & _SINCE_BOOT)
        return bool(flags & _NOW) or (was_low is False and self._was_low)

    def _flags(self) -> int | None:
        try:
            return int(text_of(self._root / _FIRMWARE) or "", 16)
        except ValueError:
            return self._ask_tool()

    def _ask_tool(self) -> int | None:
        tool = self._root / _TOOL
        now_s = self._now_s()
        if self._tool_at_s is not None and now_s - self._tool_at_s < _TOOL_EVERY_S:
            return self._by_tool
        self._tool_at_s, self._by_tool = now_s, None
        if tool.exists():
            try:
                done = subprocess.run(
                    [tool, "get_throttled"],
                    timeout=_TOOL_TAKES_S,
                    check=False,
                    capture_output=True,
                    text=True,
                )
            except (OSError, subprocess.SubprocessError):
                return None
            found = _TOLD.search(done.stdout)
            self._by_tool = int(found[1], 16) if found else None
        return self._by_tool

    def _alarm(self) -> bool | None:
        """The alarm of the kernel's own driver, which stands where the firmware's file is gone."""
        for sensor in self._root.glob(_ALARM):
            if text_of(sensor / "name") == "rpi_volt":
                alarm = number_in(sensor / "in0_lcrit_alarm")
                return None if alarm is None else bool(alarm)
        return None
