"""Adoption of a phone's chats as people begin it, hold it up and look at it."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appliance.adoption import FOR_A_PERSON, OPEN, AdoptionState, ChatFate
from appliance.desk.access.rights import Permission, Rights
from appliance.devices.kind import Kind
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.reasons import Reason
from appliance.store import adoptions, devices, lines, routes
from appliance.store.adoptions import Adoption, AdoptionChat
from appliance.store.lines import Line
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptionView:
    """How far the walk of a line has come. `walk` None: none was begun yet. Not `here`: it was
    along the chats of the phone before this one, so it goes on no more.

    `closed` are the chats of people who never wrote, `unclear` those that a person has to look at,
    and `stopped` those of people who want no messages.
    """

    line_id: str
    walk: Adoption | None
    counts: Mapping[ChatFate, int]
    here: bool = False
    closed: Sequence[AdoptionChat] = ()
    unclear: Sequence[AdoptionChat] = ()
    stopped: Sequence[AdoptionChat] = ()
    came: int = 0
    went: int = 0

    @property
    def is_open(self) -> bool:
        return self.here and self.walk is not None and self.walk.state in OPEN

    @property
    def state(self) -> AdoptionState | None:
        if self.walk is None:
            return None
        is_cut_off = self.walk.state in OPEN and not self.here
        return AdoptionState.STOPPED if is_cut_off else self.walk.state

    @property
    def chats(self) -> int:
        return sum(self.counts.values())

    @property
    def read(self) -> int:
        return self.chats - self.counts.get(ChatFate.WAITING, 0)

    @property
    def adopted(self) -> int:
        return self.counts.get(ChatFate.ADOPTED, 0)

    @property
    def groups(self) -> int:
        return self.counts.get(ChatFate.GROUP, 0)


def progress_of(conn: sqlite3.Connection, line_id: str, device_id: str) -> AdoptionView:
    """Without the chats themselves."""
    walk = adoptions.newest(conn, line_id)
    if walk is None:
        return AdoptionView(line_id=line_id, walk=None, counts={})
    counts, here = adoptions.counts_of(conn, walk.id), walk.device_id == device_id
    return AdoptionView(line_id=line_id, walk=walk, counts=counts, here=here)


def view_of(conn: sqlite3.Connection, line_id: str, device_id: str) -> AdoptionView:
    view = progress_of(conn, line_id, device_id)
    chats = adoptions.chats_of(conn, view.walk.id) if view.walk else ()
    return replace(
        view,
        closed=[each for each in chats if each.fate is ChatFate.CLOSED],
        unclear=[each for each in chats if each.fate in FOR_A_PERSON],
        stopped=[each for each in chats if each.fate is ChatFate.STOPPED],
        came=sum(each.came for each in chats if each.fate is not ChatFate.UNKNOWN),
        went=sum(each.went for each in chats),
    )


def looked_at(conn: sqlite3.Connection, rights: Rights, device_id: str) -> Line:
    """The line, for who manages its phone. Raises NotFound."""
    device = devices.device(conn, device_id)
    if Kind.named(device.kind).is_shared:
        raise NotFound("device")
    try:
        line = line_of(conn, device_id)
    except InvalidInput as exc:
        raise NotFound("device") from exc
    rights.require(Permission.DEVICE_MANAGE, line.branch_id, "device")
    return line


def line_of(conn: sqlite3.Connection, device_id: str) -> Line:
    """The line whose people have chats on this device. Raises InvalidInput."""
    for route in routes.routes_of_device(conn, device_id):
        if route.channel.needs_account:
            return lines.line(conn, route.line_id)
    raise InvalidInput("device", "This device carries no number with WhatsApp.")


def begin(tx: Tx, device_id: str, *, staff_id: str | None) -> str:
    """The id of the walk; one that is paused goes on, and one that is under way does so."""
    line = line_of(tx.conn, device_id)
    walk = adoptions.newest(tx.conn, line.id)
    if walk is None or walk.device_id != device_id or walk.state not in OPEN:
        return adoptions.begin(tx, line_id=line.id, device_id=device_id, staff_id=staff_id)
    if walk.state is AdoptionState.PAUSED:
        adoptions.move(tx, walk, AdoptionState.WALKING, staff_id=staff_id)
    return walk.id


def pause(tx: Tx, device_id: str, *, staff_id: str | None) -> None:
    """It goes on from there when somebody says so. Raises Refused."""
    adoptions.move(tx, _open(tx, device_id), AdoptionState.PAUSED, staff_id=staff_id)


def stop(tx: Tx, device_id: str, *, staff_id: str | None) -> None:
    """What was taken over stays. Raises Refused."""
    adoptions.move(tx, _open(tx, device_id), AdoptionState.STOPPED, staff_id=staff_id)


def _open(tx: Tx, device_id: str) -> Adoption:
    walk = adoptions.newest(tx.conn, line_of(tx.conn, device_id).id)
    if walk is None or walk.state not in OPEN:
        raise Refused(
            Reason.NOTHING_TO_DECIDE,
            "No chats are being taken over from this phone.",
            remedy="Begin it first.",
        )
    return walk
