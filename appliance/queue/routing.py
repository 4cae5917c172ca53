"""Which route a message takes: the best route of its line that can carry it, or a later one.

An answer begins with the routes over the channel on which the person last wrote. A message takes a
later route when the routes before it have been closed for longer than the line
waits, and only if its class may. A stopped line uses no other route: to go on from another number
after a warning would be a disguise.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from appliance.channels import Channel
from appliance.devices import device_facts
from appliance.devices.kind import Kind
from appliance.devices.protocol import DeviceState
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.phone_numbers import is_landline
from appliance.queue.profile import MINUTE_MS
from appliance.reasons import Reason
from appliance.store import branches, devices, routes
from appliance.store.devices import Device
from appliance.store.lines import Line
from appliance.store.routes import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What of a message decides its way. `bound_to`: the device over which a part of it left.

    `wanted` is the only channel that it may take; ways over the one that it `prefers` come first.
    `has_files`: a channel that carries none takes it only as the line was told.
    `identity` None: whom it is for is not known yet.
    """

    identity: Identity | None
    text: str
    kind: MessageClass
    wanted: Channel | None
    on_whatsapp: bool | None
    bound_to: str | None = None
    prefers: Channel | None = None
    has_files: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """`route` None: nobody can know when. A later route is not taken before `from_ms`.

    `obstacle` is the reason why the best route cannot carry it, None when the best one can.
    """

    route: Route | None
    obstacle: Reason | None = None
    from_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """The routes and devices of a line, read once. `routes` are all of them, best first."""

    line: Line
    branch: str
    routes: Sequence[Route]
    devices: Mapping[str, Device]

    @classmethod
    def of(cls, conn: sqlite3.Connection, line: Line) -> "Ways":
        known = routes.routes_of_line(conn, line.id)
        ids = {route.device_id for route in known}
        return cls(
            line=line,
            branch=branches.branch(conn, line.branch_id).name,
            routes=known,
            devices={each: devices.device(conn, each) for each in ids},
        )

    def can_carry(self, parcel: Parcel) -> bool:
        """True when some route could carry it if everything worked."""
        return next(self._carrying(parcel), None) is not None

    def carrying(self, parcel: Parcel) -> Sequence[Route]:
        """All routes that could carry it, in the order in which they would be taken."""
        return list(self._carrying(parcel))

    def choose(self, parcel: Parcel) -> Way:
        obstacle: Reason | None = None
        from_ms = 0
        for route in self._carrying(parcel):
            if self.line.stops(route.device_id) or (obstacle and not self._may_fall(parcel, route)):
                continue
            closed = device_obstacle(self.devices[route.device_id], route.channel)
            if closed is None:
                return Way(route=route, obstacle=obstacle, from_ms=from_ms)
            obstacle = obstacle or closed
            from_ms = max(from_ms, self._given_up_ms(route))
        none = Reason.LINE_STOPPED if self.line.stopped else Reason.NO_ROUTE
        return Way(route=None, obstacle=obstacle or none)

    def added(self, route: Route, *, has_files: bool = False) -> str | None:
        """The words that a text gets on this route: in place of its files, and who writes."""
        without = self.line.settings.without_files if has_files else None
        words = "" if route.channel.carries_media or not without else f"\n{without}"
        return f"{words}{self._signature(route)}" or None

    def _signature(self, route: Route) -> str:
        """For an SMS that leaves from another number."""
        if not route.channel.uses_sim or route.device_id == self._own:
            return ""
        if self.devices[route.device_id].sim_number == self.line.number:
            return ""
        return f"\n- {self.branch}"

    def is_abroad(self, route: Route) -> bool:
        """Whether what leaves over it costs more than at home."""
        return device_facts.read(self.devices[route.device_id].facts).is_roaming

    def text_on(self, route: Route, text: str, *, has_files: bool = False) -> str:
        return text + (self.added(route, has_files=has_files) or "")

    def is_fallback(self, route: Route) -> bool:
        """Whether it is another SIM than the line's own."""
        return self._has_sim(route) and route.device_id != self._own

    @property
    def _own(self) -> str | None:
        """The device whose SIM has the line's number."""
        return next((each.device_id for each in self.routes if self._has_sim(each)), None)

    def _has_sim(self, route: Route) -> bool:
        return Kind.named(self.devices[route.device_id].kind).has_sim

    def _carrying(self, parcel: Parcel) -> Iterator[Route]:
        in_turn = sorted(self.routes, key=lambda route: route.channel != parcel.prefers)
        return (route for route in in_turn if self._carries(route, parcel))

    def _carries(self, route: Route, parcel: Parcel) -> bool:
        if parcel.bound_to not in (None, route.device_id):
            return False
        if parcel.wanted not in (None, route.channel):
            return False
        if self.is_fallback(route) and not self._has_class(parcel):
            return False
        channel = route.channel
        if not _reaches(channel, parcel):
            return False
        if parcel.bound_to is not None and not channel.counts_parts:
            return False
        return self._takes_files(channel, parcel) and channel.fits(
            self.text_on(route, parcel.text, has_files=parcel.has_files)
        )

    def _takes_files(self, channel: Channel, parcel: Parcel) -> bool:
        """A text may go without its files; without a text there is nothing to send."""
        may_leave_them = bool(parcel.text) and self.line.settings.without_files is not None
        return not parcel.has_files or channel.carries_media or may_leave_them

    def _has_class(self, parcel: Parcel) -> bool:
        return parcel.bound_to is not None or parcel.kind in self.line.settings.fallback_classes

    def _may_fall(self, parcel: Parcel, route: Route) -> bool:
        """A landline that is on WhatsApp takes no SMS for certain."""
        to = parcel.identity
        to_landline = route.channel.uses_sim and to is not None and is_landline(to.value)
        return self._has_class(parcel) and not to_landline

    def _given_up_ms(self, route: Route) -> int:
        """The time at which this closed route has been closed for long enough."""
        device = self.devices[route.device_id]
        closed_ms = device.lost.get(route.channel, device.created_ms)
        return closed_ms + self.line.settings.fallback_after_min * MINUTE_MS


def _reaches(channel: Channel, parcel: Parcel) -> bool:
    """Whether it goes to whom the message is for, as far as that is known."""
    if parcel.identity is not None and not channel.writes_to(parcel.identity):
        return False
    return not (channel.needs_account and parcel.on_whatsapp is False)


_BY_STATE = {
    DeviceState.ABSENT: Reason.DEVICE_ABSENT,
    DeviceState.UNAUTHORIZED: Reason.DEVICE_UNAUTHORIZED,
    DeviceState.OFFLINE: Reason.DEVICE_OFFLINE,
}
_BY_REASON = {
    Reason.LOCKED: Reason.DEVICE_LOCKED,
    Reason.OTHER_SIM: Reason.OTHER_SIM,
    Reason.TOO_HOT: Reason.TOO_HOT,
}
OF_A_SERVICE = frozenset(
    {
        Reason.SERVICE_AWAY,
        Reason.SERVICE_UNTRUSTED,
        Reason.ACCOUNT_SHUT,
        Reason.READ_ELSEWHERE,
        Reason.HAS_WEBHOOK,
        Reason.TOO_FAST,
    }
)
"""What is said of a bot or a mailbox, which nobody plugs in."""


def device_obstacle(device: Device, channel: Channel) -> Reason | None:
    """Why this device cannot send over this channel now; None when it can."""
    if not Kind.named(device.kind).has_sim:
        told = Reason(device.reason)
        at_service = told if told in OF_A_SERVICE else Reason.SERVICE_AWAY
        return None if _is_open(device, channel) else at_service
    if away := _BY_STATE.get(DeviceState(device.state)):
        return away
    if channel in device.channels:
        return None
    return _BY_REASON.get(Reason(device.reason), Reason.DEVICE_DEGRADED)


def _is_open(device: Device, channel: Channel) -> bool:
    return DeviceState(device.state) not in _BY_STATE and channel in device.channels
