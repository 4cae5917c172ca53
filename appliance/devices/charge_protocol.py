"""A device is not charged for some minutes: how its driver is asked to see to that."""

import logging
from abc import abstractmethod
from typing import Protocol, runtime_checkable

from appliance.devices.protocol import Driver, Errand
from appliance.errors import DeviceError, SetupError

log = logging.getLogger(__name__)


class ChargePause(Errand):
    """One pause. Meanwhile the device can neither be read nor written to."""

    def run(self, driver: Driver) -> None:
        try:
            done = isinstance(driver, PausesCharging) and driver.pause_charging(self)
        except (DeviceError, SetupError) as exc:
            log.warning("%s could not be spared from charging: %s", driver.device_id, exc)
            done = False
        self.over(done=done)

    @property
    @abstractmethod
    def most_s(self) -> float:
        """Seconds of the real clock that it may last."""

    @abstractmethod
    def goes_on(self) -> bool:
        """Asked once the device is away: whether nobody has come to need it meanwhile."""

    @abstractmethod
    def over(self, *, done: bool) -> None:
        """`done` False: this device cannot be spared, or is spared by its own limit."""


@runtime_checkable
class PausesCharging(Protocol):
    """A driver that may be able to do that."""

    def pause_charging(self, pause: ChargePause) -> bool:
        """False where it cannot; it is charged again when this returns.

        Raises DeviceError and SetupError.
        """
        ...
