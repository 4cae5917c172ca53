"""The bell of one phone: a stream of its log, opened again when it ends."""

import logging
import time
from collections.abc import Callable

from appliance.devices.phone.adb.adb_errors import translated
from appliance.devices.phone.adb.calls import DeadlineAdbDevice
from appliance.devices.phone.bell.enqueued import COMMAND, package_in
from appliance.devices.phone.bell.tower import BellRope, BellTower
from appliance.devices.phone.bell.trust import BellTrust
from appliance.errors import DeviceError

log = logging.getLogger(__name__)

NET_S = 15.0
"""A phone with a trusted bell is polled this often. A message for which the bell does not ring
waits no longer than people wait for an answer anyway; the first of them ends the trust."""

# Between two polls, however often it rings: a backup posts its progress many times a second.
_BREATH_S = 0.2
# Until a stream that ended is opened again; doubled while it ends soon.
_AGAIN_S = 5.0
_AGAIN_AT_MOST_S = 600.0
_SOON_S = 60.0


class Bell:
    """Used by the device's thread. `rouse` is called by the tower's thread and ends a rest.

    `concerns` says whether an app's notification may be a message or a call.
    """

    def __init__(
        self,
        device_id: str,
        device: DeadlineAdbDevice,
        tower: BellTower,
        *,
        concerns: Callable[[str], bool],
        rouse: Callable[[], None],
    ) -> None:
        self._device_id = device_id
        self._device = device
        self._tower = tower
        self._concerns = concerns
        self._rouse = rouse
        self._trust = BellTrust(device_id)
        self._rope: BellRope | None = None
        self._hung_s = 0.0
        self._open_at_s = 0.0
        self._again_s = _AGAIN_S
        self._said = False
        self._began_s = 0.0
        self._polled_s: float | None = None
        # Since the last poll, and since it was last asked for.
        self._rings = self._has_rung = False

    def keep_up(self) -> None:
        """Opens the stream where there is none and its pause is over. Raises nothing of ours."""
        if self._rope is not None and not self._rope.ended:
            return
        now_s = time.monotonic()
        if self._rope is not None:
            self._fell(now_s)
        if now_s < self._open_at_s:
            return
        try:
            with translated():
                connection = self._device.open_shell(COMMAND)
        except DeviceError as exc:
            self._later(now_s, exc)
        else:
            self._hung_s = now_s
            self._rope = self._tower.hang(connection, self._hear)
            self._trust.hung()

    def has_rung(self) -> bool:
        """Whether it rang since this was last asked."""
        rang, self._has_rung = self._has_rung, False
        return rang

    def poll_begins(self) -> None:
        self._rings = False
        self._began_s = time.monotonic()
        self._polled_s = None

    def poll_ended(self, *, found: bool) -> None:
        """The poll worked; `found`: there was a message."""
        self._polled_s = self._began_s
        self._trust.polled(began_s=self._began_s, found=found)

    @property
    def rings(self) -> bool:
        """Whether it rang since the last poll."""
        return self._rings

    @property
    def breath_s(self) -> float:
        """How long to wait although it rings."""
        return max(0.0, self._began_s + _BREATH_S - time.monotonic()) if self._rings else 0.0

    @property
    def stands_in(self) -> bool:
        """Whether the next poll may be left out."""
        if self._rings or self._polled_s is None or self._rope is None or self._rope.ended:
            return False
        return self._trust.holds and time.monotonic() - self._polled_s < NET_S

    def take_down(self) -> None:
        """The phone is away; when it comes back the stream is opened at once."""
        if self._rope is not None:
            self._rope.cut()
            self._rope = None
        self._trust.fell()
        self._open_at_s = 0.0
        self._again_s = _AGAIN_S

    def _hear(self, line: str) -> None:
        package = package_in(line)
        if package is None or not self._concerns(package):
            return
        self._trust.rang()
        self._has_rung = True
        if not self._rings:
            self._rings = True
            self._rouse()

    def _fell(self, now_s: float) -> None:
        self._rope = None
        self._trust.fell()
        if now_s - self._hung_s >= _SOON_S:
            self._again_s, self._said = _AGAIN_S, False
        self._later(now_s, "its log ended")

    def _later(self, now_s: float, why: object) -> None:
        if not self._said:
            log.info("%s has no bell and is polled: %s", self._device_id, why)
            self._said = True
        self._open_at_s = now_s + self._again_s
        self._again_s = min(self._again_s * 2, _AGAIN_AT_MOST_S)
