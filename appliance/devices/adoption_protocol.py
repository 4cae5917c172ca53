"""The chats that a device had before Balie came: which there are, and what stands in one.

A device reads them in turns that it is given, a list or one chat at a time. It writes nothing to
anybody. A turn gives way as soon as a message is due.
"""

import logging
from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol, runtime_checkable

from appliance.channels import Channel
from appliance.devices.media_protocol import IncomingMedia
from appliance.devices.protocol import Driver, Errand
from appliance.errors import DeviceError, StoreError, Transient

log = logging.getLogger(__name__)

GoesOn = Callable[[], bool]
"""Whether the walk may go on: False as soon as a message is due."""


class GaveWay(Transient):
    """A message is due: what was begun is read anew, later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedChat:
    """A chat as the list shows it. `alike`: several have this name. `day`: of its last message."""

    name: str
    group: bool
    alike: bool
    day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMessage:
    """A message that Balie has of this chat, at the time of day of its branch."""

    own: bool
    text: str
    day: date
    minute: int
    has_file: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """A message as the chat shows it. `day` None: no day shows above it; `minute` is of the day.

    `key` is the device's own identity for it, the same at each reading.
    """

    key: str
    own: bool
    text: str
    day: date | None
    minute: int | None
    media: IncomingMedia | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatToRead:
    """`known` gives what Balie has of the chat with who is shown so."""

    name: str
    day: date | None
    known: Callable[[str], Sequence[KnownMessage]]
    goes_on: GoesOn


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChat:
    """`rows` are those that Balie does not have, oldest first; `seen` counts all.

    `who` is E.164 or what stands for it, None where the device cannot tell; `whole`: the beginning
    of the chat was seen. `came`: so many messages came meanwhile in a chat of nobody knows whom.
    """

    channel: Channel
    who: str | None
    rows: Sequence[HistoryRow] = ()
    seen: int = 0
    whole: bool = False
    came: int = 0


@runtime_checkable
class ReadsChats(Protocol):
    """A driver whose device may have had chats before."""

    def list_chats(self, goes_on: GoesOn, *, most: int) -> Sequence[ListedChat]:
        """The newest first. Raises DeviceError, and GaveWay."""
        ...

    def read_chat(self, wanted: ChatToRead) -> ReadChat:
        """Raises DeviceError, and GaveWay."""
        ...


class AdoptionTurn(Errand):
    """One step of the walk; a step that ended without its outcome kept is taken again."""

    def run(self, driver: Driver) -> None:
        try:
            self.take(_reader_of(driver))
        except GaveWay:
            self.put_off()
        except DeviceError as exc:
            log.info("adoption on %s: %s", driver.device_id, exc)
            self.failed(exc)
        except StoreError:
            raise
        except Exception as exc:
            log.exception("adoption on %s failed in Balie itself", driver.device_id)
            self.failed(Transient("Balie failed at a chat.", {"error": type(exc).__name__}))

    @abstractmethod
    def take(self, reader: ReadsChats) -> None:
        """Reads, and keeps what was read in one transaction."""

    @abstractmethod
    def put_off(self) -> None: ...

    @abstractmethod
    def failed(self, error: DeviceError) -> None: ...


def _reader_of(driver: Driver) -> ReadsChats:
    if not isinstance(driver, ReadsChats):
        raise Transient("This kind of device has no chats.")
    return driver
