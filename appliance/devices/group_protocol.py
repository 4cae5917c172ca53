"""Changes in a group: what a device is asked to do, and what it saw afterwards.

A device does a change in a turn that it is given. Each step is seen on the screen before the next
one; what was done already, as after a crash, is seen and not done again.
"""

import logging
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from appliance.devices.media_protocol import OutgoingFile
from appliance.devices.protocol import Driver, Errand, Group
from appliance.errors import DeviceError, Permanent, Refused, StoreError, Transient
from appliance.group_changes import GroupChangeKind

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPerson:
    """Somebody in a group, or who is to be: `number` None where the device shows only a name."""

    name: str | None
    number: str | None
    is_admin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """`name` is what it is to be called. `people` are to be added, removed, or in a new group.

    `picture` is what it is to show. `invites`: who lets nobody add them is invited. `was_tapped`:
    an earlier try came to its last tap, so that it may have happened.
    """

    task_id: str
    kind: GroupChangeKind
    group: Group
    name: str | None = None
    people: Sequence[GroupPerson] = ()
    picture: OutgoingFile | None = None
    invites: bool = False
    was_tapped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupSeen:
    """What the group was like afterwards. `people` None: they were not read. `invited`: who was to
    be added got WhatsApp's invitation in place of that.
    """

    name: str
    people: Sequence[GroupPerson] | None = None
    invited: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


class GroupTurn(Errand):
    """One try at one change, held by the device's thread until it says how it ended."""

    def run(self, driver: Driver) -> None:
        try:
            seen = _hands_of(driver).change_group(self)
        except (DeviceError, Refused) as exc:
            log.info("group task %s: %s", self.change.task_id, exc)
            self.failed(exc)
        except StoreError:
            raise
        except Exception as exc:
            log.exception("group task %s failed in Balie itself", self.change.task_id)
            self.failed(Transient("Balie failed in a group.", {"error": type(exc).__name__}))
        else:
            self.done(seen)

    @property
    @abstractmethod
    def change(self) -> GroupChange: ...

    @property
    @abstractmethod
    def evidence_folder(self) -> Path: ...

    @abstractmethod
    def clear_to_change(self) -> AbstractContextManager[None]:
        """Asks again whether it may be done. The tap that changes something, and nothing else,
        happens inside. Raises Refused.
        """

    @abstractmethod
    def done(self, seen: GroupSeen) -> None: ...

    @abstractmethod
    def failed(self, error: DeviceError | Refused) -> None: ...


@runtime_checkable
class ChangesGroups(Protocol):
    """A driver of a channel that has groups."""

    def change_group(self, turn: GroupTurn) -> GroupSeen:
        """Raises DeviceError, and what `clear_to_change` raises."""
        ...


def _hands_of(driver: Driver) -> ChangesGroups:
    """Raises Permanent."""
    if not isinstance(driver, ChangesGroups):
        raise Permanent("This device cannot change groups.")
    return driver
