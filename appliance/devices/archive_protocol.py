"""Chats that a messenger keeps apart in silence: how a device is asked to listen to them."""

import logging
from abc import abstractmethod
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from appliance.devices.protocol import Driver, Errand, Group
from appliance.errors import DeviceError, StoreError

log = logging.getLogger(__name__)


@runtime_checkable
class HearsArchived(Protocol):
    """A driver whose messenger has such chats."""

    def hear_archived(self, groups: Sequence[Group]) -> bool:
        """Sees which of them have news, and tells it: of these groups at once, of people when it
        receives next. False where there are none. Raises DeviceError.
        """
        ...


class ArchiveLook(Errand):
    """One look; people's chats are opened after it."""

    def run(self, driver: Driver) -> None:
        there = False
        try:
            there = isinstance(driver, HearsArchived) and driver.hear_archived(self.groups())
        except DeviceError as exc:
            log.info("the archived chats on %s were not seen: %s", driver.device_id, exc)
        except StoreError:
            raise
        except Exception:
            log.exception("a look at the archived chats on %s failed in Balie", driver.device_id)
        self.done(there=there)

    @abstractmethod
    def groups(self) -> Sequence[Group]:
        """Those that may be among them."""

    @abstractmethod
    def done(self, *, there: bool) -> None:
        """`there`: it has archived chats."""
