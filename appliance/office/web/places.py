"""Where a visitor of head office looks: the replica of the box that has it, with their rights."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, TypeVar

from fastapi import Depends, Request

from appliance.api.web.visit import Posting, Reading, Visit
from appliance.desk.access import group_limits
from appliance.desk.access.group_limits import NO_LIMITS, GroupLimits
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.inbox import thread
from appliance.desk.inbox.thread import Conversation
from appliance.desk.team.shown_case import BoxShown
from appliance.errors import NotFound
from appliance.office.api.fetched import is_away
from appliance.office.api.seen_boxes import SeenBox, opened, seen_boxes
from appliance.office.head.callers import head_of
from appliance.office.head.head import Head
from appliance.office.link import CommandAsker
from appliance.office.tables import work_list
from appliance.store.store import ReaderPool

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReplicaDesk:
    """The replica of a box, opened for each read."""

    head: Head
    box_id: str

    async def aread(
        self, work: Callable[[sqlite3.Connection], T], pool: ReaderPool = ReaderPool.PAGES
    ) -> T:
        async with opened(self.head, self.box_id) as store:
            return await store.aread(work, pool)


@dataclass(frozen=True, slots=True)
class AtBox:
    """A conversation that the visitor may see, at its box. `visit` looks into the replica; what it
    writes is the office's.
    """

    visit: Visit
    box: SeenBox
    about: Conversation

    @property
    def shown(self) -> BoxShown:
        return box_shown(self.box, self.visit.now_ms)

    @property
    def is_away(self) -> bool:
        return is_away(self.box, self.visit.now_ms)

    @property
    def by(self) -> CommandAsker:
        return asker(self.visit)


def asker(visit: Visit) -> CommandAsker:
    """In whose name a box is asked."""
    return CommandAsker(staff=visit.staff_id, name=visit.session.name)


def box_shown(box: SeenBox, now_ms: int) -> BoxShown:
    seen_ms = box.seen_ms or 0
    return BoxShown(name=box.name, away_ms=seen_ms if is_away(box, now_ms) else None)


async def at_box(visit: Visit, box_id: str) -> Visit:
    """Raises NotFound for a box of which nothing came yet."""
    desk = ReplicaDesk(head_of(visit.request), box_id)
    rights = visit.session.rights
    limits = await desk.aread(
        lambda conn: group_limits.of_staff(
            conn, visit.staff_id, lambda branch: rights.may(Permission.STAFF_MANAGE, branch)
        )
    )
    return looking_into(visit, desk, limits)


def looking_into(visit: Visit, desk: ReplicaDesk, limits: GroupLimits = NO_LIMITS) -> Visit:
    session = replace(visit.session, rights=_without_editing(visit.session.rights, limits))
    accesses = replace(visit.accesses, store=desk)
    return replace(visit, desk=desk, accesses=accesses, session=session)


def _without_editing(rights: Rights, limits: GroupLimits) -> Rights:
    """What is known of people is changed at the box: pages here offer no such field."""
    kept = (each for each in rights.grants if each.permission is not Permission.CONTACT_EDIT)
    return Rights(grants=frozenset(kept), groups=limits)


async def place_of(visit: Visit, conversation_id: str) -> AtBox:
    """Raises NotFound."""

    def read(conn: sqlite3.Connection) -> SeenBox:
        box_id = work_list.box_of(conn, conversation_id)
        box = next((each for each in seen_boxes(conn) if each.id == box_id), None)
        if box is None:
            raise NotFound("conversation")
        return box

    box = await visit.services.store.aread(read)
    there = await at_box(visit, box.id)
    rights = there.session.rights
    about = await there.read(lambda conn: thread.conversation(conn, rights, conversation_id))
    return AtBox(there, box, about)


def _named(request: Request) -> str:
    return str(request.path_params["conversation_id"])


async def _looked(visit: Reading, request: Request) -> AtBox:
    return await place_of(visit, _named(request))


async def _posted(visit: Posting, request: Request) -> AtBox:
    return await place_of(visit, _named(request))


Looking = Annotated[AtBox, Depends(_looked)]
Asking = Annotated[AtBox, Depends(_posted)]
"""What is posted is checked as everywhere; see `Posting`."""
