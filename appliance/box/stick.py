"""The stick for copies: known by its label, and found where somebody has mounted it.

Balie itself may mount nothing. A rule of udev does that (`systemd/balie-stick.rules`), or any other
program; the kernel's list of mounts says where.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from appliance.box.copy_codes import CopyWhy
from appliance.errors import CopyFailed

LABEL = "BALIE-BACKUP"
SHORT_LABEL = "BALIE-BACKU"
"""FAT and exFAT keep eleven letters."""
_OCTAL = re.compile(r"\\([0-7]{3})")
_DEVICE, _ROOT, _PLACE = 2, 3, 4
"""Fields of a line of mountinfo (proc_pid_mountinfo(5))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stick:
    by_label: Path = Path("/dev/disk/by-label")
    mounts: Path = Path("/proc/self/mountinfo")

    def is_plugged(self) -> bool:
        return self._device() is not None

    def folder(self) -> Path:
        """Where it is mounted. Raises CopyFailed."""
        device = self._device()
        if device is None:
            raise CopyFailed(CopyWhy.ABSENT, f"No stick with the label {LABEL} is plugged in.")
        for line in self.mounts.read_text("utf-8", "replace").splitlines():
            fields = line.split(" ")
            if fields[_DEVICE] == device and fields[_ROOT] == "/":
                return Path(_OCTAL.sub(lambda found: chr(int(found[1], 8)), fields[_PLACE]))
        raise CopyFailed(CopyWhy.NOT_MOUNTED, f"The stick {LABEL} is not mounted.")

    def _device(self) -> str | None:
        """Its numbers, as the kernel writes them."""
        for label in (LABEL, SHORT_LABEL):
            try:
                found = (self.by_label / label).stat().st_rdev
            except OSError:
                continue
            return f"{os.major(found)}:{os.minor(found)}"
        return None
