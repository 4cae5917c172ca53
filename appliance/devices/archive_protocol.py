"""Chats that a messenger keeps apart in silence: how a device is asked to listen to them."""

import logging
from abc import abstractmethod
from typing import Protocol, runtime_checkable

from appliance.devices.protocol import Driver, Errand
from appliance.errors import DeviceError, StoreError

log = logging.getLogger(__name__)


@runtime_checkable
class HearsArchived(Protocol):
    """A driver whose messenger has such chats."""

    def hear_archived(self) -> bool:
        """Sees which of them have news, and tells that when it receives next.

        False where there are none. Raises DeviceError.
        """
        ...


class ArchiveLook(Errand):
    """One look; it opens no chat."""

    def run(self, driver: Driver) -> None:
        there = False
        try:
            there = isinstance(driver, HearsArchived) and driver.hear_archived()
        except DeviceError as exc:
            log.info("the archived chats on %s were not seen: %s", driver.device_id, exc)
        except StoreError:
            raise
        except Exception:
            log.exception("a look at the archived chats on %s failed in Balie", driver.device_id)
        self.done(there=there)

    @abstractmethod
    def done(self, *, there: bool) -> None:
        """`there`: it has archived chats."""
