"""What the kernel has said since the last look, where this process may read it.

The hardened service may not: there the files of the kernel tell as much as they can.
"""

import errno
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

_LOG = "dev/kmsg"
_RECORD_BYTES = 8192
_AT_ONCE = 1000
"""Records a look; a kernel that says more has said enough."""

# The kernel's own sentences: drivers/usb/core/hub.c, drivers/usb/host/xhci.c,
# drivers/usb/core/generic.c, drivers/hwmon/raspberrypi-hwmon.c, fs/ext4/super.c, block/blk-core.c.
# They change from one kernel to the next, so the files are read beside them.
_SAID: Mapping[str, re.Pattern[str]] = {
    "undervoltage": re.compile(r"under-?voltage detected", re.IGNORECASE),
    "usb-over-current": re.compile(r"\busb\b.*over-current|over-current (?:condition|change)"),
    "usb-bandwidth": re.compile(r"not enough bandwidth", re.IGNORECASE),
    "usb-power": re.compile(r"insufficient available bus power|not enough power", re.IGNORECASE),
    "usb-broken": re.compile(
        r"\busb\b.*(?:device descriptor read/\w+, error|device not accepting address"
        r"|unable to enumerate USB device)"
    ),
    "disk": re.compile(
        r"EXT4-fs (?:error|\(\w+\): .*remounting filesystem read-only)"
        r"|I/O error,? (?:on )?dev(?:ice)? (?:mmcblk|sd|nvme)"
        r"|\bmmc\d+: (?:.*\berror\b|.*timeout)"
    ),
}


class KernelLog:
    """Used by one thread. What was said before it was made is over."""

    def __init__(self, root: Path) -> None:
        self._handle: int | None = None
        with suppress(OSError):
            self._handle = os.open(root / _LOG, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            os.lseek(self._handle, 0, os.SEEK_END)

    def complaints(self) -> set[str]:
        """Codes of what went wrong since the last call."""
        return {code for text in self._news() for code, said in _SAID.items() if said.search(text)}

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _news(self) -> Iterator[str]:
        for _ in range(_AT_ONCE):
            read = self._read()
            if not read:
                return
            for line in read.decode("utf-8", "replace").splitlines():
                prefix, _, text = line.partition(";")
                if _is_kernels(prefix):
                    yield text

    def _read(self) -> bytes:
        """One record; empty at the end. Records that were overwritten unread are passed over."""
        if self._handle is None:
            return b""
        try:
            return os.read(self._handle, _RECORD_BYTES)
        except OSError as exc:
            return b"?" if exc.errno == errno.EPIPE else b""


def _is_kernels(prefix: str) -> bool:
    """Programs may write there, too, and their records say so: the kernel's facility is 0."""
    level = prefix.partition(",")[0]
    return level.isdecimal() and int(level) < 8  # noqa: PLR2004 -- levels of facility 0
