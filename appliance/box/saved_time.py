"""The time of a machine that has no clock of its own: saved now and then, and taken at the start.

A Pi begins somewhere in the past. From the saved time its certificates are valid and its log makes
sense, but the machine was off for nobody knows how long: so it is *unsure* of the time, and Balie
sends nothing (`appliance/clock.py: MachineClock`), until a time server or a person has told it.
"""

import ctypes
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path

from appliance.box.handed_files import read_handed
from appliance.box.kept_folder import kept_folder
from appliance.box.whole_files import put_whole
from appliance.clock import CLOCK_UNSURE

log = logging.getLogger(__name__)

SAVED = kept_folder() / "time"
RTC = Path("/sys/class/rtc/rtc0/since_epoch")
"""The clock with a battery, where a machine has one."""

SLACK_S = 60.0
"""A clock with a battery may be so much behind the saved time, which a time server had told."""

_UNSYNCHRONISED = 0x40
"""STA_UNSYNC of adjtimex(2)."""
_STATUS_AT = 40
"""Where the status stands in `struct timex` of 64-bit Linux."""
_TIMEX_BYTES = 208


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundTime:
    """What a machine finds when it starts, in seconds since 1970. `made_s` is when this Balie was
    made; `battery_s` what the clock with a battery says.
    """

    now_s: float
    made_s: float
    saved_s: float | None
    battery_s: float | None
    is_synchronised: bool

    @property
    def earliest_s(self) -> float:
        """It is not before this."""
        return max(self.made_s, self.saved_s or 0.0)

    @property
    def takes_s(self) -> float | None:
        """What the clock is set to; None: it stays as it is."""
        return self.earliest_s if self.now_s < self.earliest_s else None

    @property
    def is_known(self) -> bool:
        """Others may have put the clock forward to a time that they had saved: that it is not
        behind proves nothing.
        """
        has_own = self.battery_s is not None and self.battery_s >= self.earliest_s - SLACK_S
        return self.is_synchronised or has_own


def find(saved: Path = SAVED, rtc: Path = RTC) -> FoundTime:
    return FoundTime(
        now_s=time.time(),
        made_s=Path(__file__).stat().st_mtime,
        saved_s=_seconds_in(saved),
        battery_s=_seconds_in(rtc),
        is_synchronised=is_synchronised(),
    )


def take(found: FoundTime, data: Path, unsure: Path = CLOCK_UNSURE) -> None:
    """At the start of the machine, before Balie. Needs CAP_SYS_TIME where the clock is behind.

    Who owns the data directory may say later that the clock is right.
    """
    if not found.is_known:
        unsure.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        unsure.touch()
        if data.exists() and os.geteuid() == 0:
            os.chown(unsure.parent, data.stat().st_uid, data.stat().st_gid)
    if found.takes_s is not None:
        time.clock_settime(time.CLOCK_REALTIME, found.takes_s)
        log.warning("the clock was behind; it goes on from the time that was saved")


def save(saved: Path = SAVED, unsure: Path = CLOCK_UNSURE) -> None:
    """While the machine is unsure, never an earlier time than the saved one. Raises OSError."""
    now_s = time.time()
    if not unsure.exists() or now_s > (_seconds_in(saved) or 0.0):
        put_whole(saved, f"{int(now_s)}\n".encode(), mode=0o644)


def note_if_known(unsure: Path = CLOCK_UNSURE) -> bool:
    """Whether the machine knows the time; from the moment that a time server told it."""
    if unsure.exists() and is_synchronised():
        unsure.unlink(missing_ok=True)
        log.info("a time server told the time")
    return not unsure.exists()


def is_synchronised() -> bool:
    """Whether the kernel holds its clock for right, whichever program told it."""
    timex = ctypes.create_string_buffer(_TIMEX_BYTES)  # modes = 0: it is read, and nothing is set
    if ctypes.CDLL(None).adjtimex(timex) < 0:
        return False
    status = ctypes.c_int.from_buffer(timex, _STATUS_AT).value
    return not status & _UNSYNCHRONISED


def _seconds_in(path: Path) -> float | None:
    """None for a file that is not there, or that says no time."""
    text = (read_handed(path) or b"").decode("ascii", "replace").strip()
    return float(text) if text.isdecimal() and len(text) < len("99999999999") else None
