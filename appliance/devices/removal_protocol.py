"""Taking a whole chat off a device: one try, and what a driver needs for it."""

import logging
from abc import abstractmethod
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, runtime_checkable

from appliance.devices.protocol import Driver, Errand
from appliance.errors import DeviceError, Permanent, Refused, StoreError, Transient

log = logging.getLogger(__name__)


class RemovalTurn(Errand):
    """One try at one chat, held by the device's thread until it says how it ended."""

    def run(self, driver: Driver) -> None:
        try:
            _hands_of(driver).clear_chat(self)
        except (DeviceError, Refused) as exc:
            log.info("phone removal %s: %s", self.removal_id, exc)
            self.failed(exc)
        except StoreError:
            raise
        except Exception as exc:
            log.exception("phone removal %s failed in Balie itself", self.removal_id)
            self.failed(Transient("Balie failed in a chat.", {"error": type(exc).__name__}))
        else:
            self.done()

    @property
    @abstractmethod
    def removal_id(self) -> str: ...

    @property
    @abstractmethod
    def number(self) -> str:
        """Whose chat, as the channel names them."""

    @property
    @abstractmethod
    def was_tapped(self) -> bool:
        """An earlier try came to the tap that removes."""

    @property
    @abstractmethod
    def evidence_folder(self) -> Path: ...

    @abstractmethod
    def clear_to_remove(self) -> AbstractContextManager[None]:
        """Asks again whether it may be done. The tap that removes, and nothing else, happens
        inside. Raises Refused, or Transient where something is in doubt in that chat.
        """

    @abstractmethod
    def done(self) -> None:
        """The chat was seen empty."""

    @abstractmethod
    def failed(self, error: DeviceError | Refused) -> None: ...


@runtime_checkable
class ClearsChats(Protocol):
    """A driver of a channel with `clears_chats`."""

    def clear_chat(self, turn: RemovalTurn) -> None:
        """Returns when the chat was seen empty. Raises DeviceError, and what `clear_to_remove`
        raises.
        """
        ...


def _hands_of(driver: Driver) -> ClearsChats:
    """Raises Permanent."""
    if not isinstance(driver, ClearsChats):
        raise Permanent("This device cannot take chats away.")
    return driver
