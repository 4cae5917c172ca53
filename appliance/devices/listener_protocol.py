"""A driver's way up for news: how the device is, what came to it, and what changed there."""

from collections.abc import Sequence
from typing import Protocol

from appliance.devices.news_protocol import (
    Leaving,
    MissedCall,
    NotArrived,
    PictureChange,
    PlaceName,
    Quoting,
    Reaction,
    TypedByHand,
    Written,
)
from appliance.devices.protocol import Group, Incoming, Sim, Status
from appliance.screen_rules import ScreenRule, UnknownScreen


class Listener(Protocol):
    """Where a device's own news goes; called in the device's thread."""

    def status(self, device_id: str, status: Status) -> None: ...

    def received(self, device_id: str, messages: Sequence[Incoming]) -> None:
        """Durable on return, where a line has the device. A message whose key is known is dropped,
        or changed where it is another one now. Without a line nothing is kept: raises Transient for
        a device that tells it once (`Kind.tells_once`); a phone keeps its own messages, so nothing
        is raised.
        """
        ...

    def withdrew(self, device_id: str, leaving: Leaving) -> None:
        """Durable on return; the same one may be told again. Never while the device holds the lock
        of a tap (`Attempt.clear_to_send`).
        """
        ...

    def not_arrived(self, device_id: str, told: NotArrived) -> None:
        """Durable on return; the same one may be told again, and one of no attempt of the device is
        dropped.
        """
        ...

    def missed_calls(self, device_id: str, calls: Sequence[MissedCall]) -> None: ...

    def reacted(self, device_id: str, reactions: Sequence[Reaction]) -> None:
        """Durable on return; the same one may be told again."""
        ...

    def quoted(self, device_id: str, quotings: Sequence[Quoting]) -> None:
        """Durable on return; the same one may be told again."""
        ...

    def places_named(self, device_id: str, places: Sequence[PlaceName]) -> None:
        """Durable on return; the same one may be told again."""
        ...

    def sim_seen(self, device_id: str, sim: Sim) -> bool:
        """Whether this is the SIM that the device is bound to; the first one seen binds it."""
        ...

    def recent(self, device_id: str, sender: str, *, since_ms: int) -> Sequence[Incoming]:
        """What was already received from this sender, or in this group by its address, oldest
        first, for telling a repetition from news; from a person also under the other schemes by
        which a service shows them.
        """
        ...

    def strangers_seen(self, device_id: str, group: Group) -> None:
        """Others are in the group than its `people`: who is in it has to be read again."""
        ...

    def group_seen(self, device_id: str, group: Group) -> None:
        """The name under which a notification shows the group."""
        ...

    def picture_changed(self, device_id: str, change: PictureChange) -> None:
        """Durable on return; the same one may be told again."""
        ...

    def archive_heard(self, device_id: str, *, unplaced: int) -> None:
        """A look at the chats that are kept in silence found news in so many of them of which
        nobody knows whose they are.
        """
        ...

    def written(self, device_id: str, to: str, *, since_ms: int) -> Sequence[Written]:
        """What the line wrote to them over any device, oldest first, for telling it from what
        somebody wrote by hand. Nobody else sends over this device meanwhile.
        """
        ...

    def typed(self, device_id: str, messages: Sequence[TypedByHand]) -> None:
        """Durable on return. A message whose key is known is dropped."""
        ...

    def people_named(self, device_id: str, beginning: str) -> Sequence[tuple[str, str]]:
        """Who wrote to the device's lines and has a name that begins so: what the device shows of
        them, and the name.
        """
        ...

    def cursor(self, device_id: str, name: str) -> int | None:
        """A place in one of the device's own numberings, such as `sms`; None when never set."""
        ...

    def move_cursor(self, device_id: str, name: str, value: int) -> None: ...

    def screen_rules(self, device_id: str) -> Sequence[ScreenRule]:
        """What people said to do about dialogs, the newest first."""
        ...

    def rule_used(self, device_id: str, rule_id: str, *, most_an_hour: int) -> bool:
        """Notes that a rule is about to be obeyed; False, and nothing noted, where it was obeyed so
        often in the past hour already.
        """
        ...

    def screen_unknown(self, device_id: str, screen: UnknownScreen) -> None:
        """A screen that stopped an attempt and that no rule is for."""
        ...
