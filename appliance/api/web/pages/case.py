"""What one does with an open conversation: claim it, hand it over, put it away, close it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from fastapi.responses import Response

from appliance.api.web.page_route import PageRoute
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Rights
from appliance.desk.inbox import thread
from appliance.desk.inbox.thread import Conversation
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, labels, later
from appliance.desk.team.history import HistoryEntry, history
from appliance.desk.team.later import Until
from appliance.desk.team.shown_case import ShownCase, shown_case
from appliance.errors import NotFound
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)


class Do(Enum):
    """The values are those of the buttons."""

    CLAIM = "claim"
    RELEASE = "release"
    HAND_OVER = "hand-over"
    DONE = "done"
    REOPEN = "reopen"
    LATER = "later"
    BACK = "back"
    LABELS = "labels"


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a button or a form says beside its `do`. `seen` is the newest message that was shown."""

    do: Do
    to: str
    until: Until
    at: str
    seen: str
    note: str
    label: Sequence[str]
    new_label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    about: Conversation
    entries: Sequence[HistoryEntry]

    @property
    def shown(self) -> Sequence[Shown]:
        return [Shown(contact_id=self.about.contact_id, conversation_id=self.about.id)]


def _done(
    do: Annotated[Do, Form()],
    to: Annotated[str, Form(max_length=40)] = "",
    until: Annotated[Until, Form()] = Until.REPLY,
    at: Annotated[str, Form(max_length=40)] = "",
    seen: Annotated[str, Form(max_length=40)] = "",
    note: Annotated[str, Form(max_length=4000)] = "",
    label: Annotated[list[str] | None, Form()] = None,
    new_label: Annotated[str, Form(max_length=200)] = "",
) -> Done:
    return Done(
        do=do,
        to=to,
        until=until,
        at=at,
        seen=seen,
        note=note,
        label=label or [],
        new_label=new_label,
    )


Wished = Annotated[Done, Depends(_done)]
"""What a form of the head of a conversation says."""


@routes.get("/c/{conversation_id}/case")
async def case_part(visit: Reading, conversation_id: str) -> Response:
    return await _shown(visit, conversation_id)


@routes.post("/c/{conversation_id}/case")
async def change_case(visit: Posting, conversation_id: str, done: Wished) -> Response:
    def work(tx: Tx, rights: Rights) -> None:
        about = thread.conversation(tx.conn, rights, conversation_id)
        if not about.may_write:
            raise NotFound("conversation")
        _change(tx, visit, about, done)

    await visit.write(work)
    if visit.partial:
        return await _shown(visit, conversation_id)
    return go(visit, f"/c/{conversation_id}")


@routes.get("/c/{conversation_id}/history")
async def history_page(visit: Reading, conversation_id: str) -> Response:
    return visit.page("history.html", page=await found_history(visit, conversation_id))


async def found_history(visit: Visit, conversation_id: str) -> HistoryPage:
    """Raises NotFound."""

    def read(conn: sqlite3.Connection) -> HistoryPage:
        about = thread.conversation(conn, visit.session.rights, conversation_id)
        return HistoryPage(about=about, entries=history(conn, about.id))

    return await visit.show(read, lambda found: found.shown)


async def _shown(visit: Visit, conversation_id: str) -> Response:
    about, case = await found_case(visit, conversation_id)
    return visit.page("_case.html", about=about, case=case)


async def found_case(visit: Visit, conversation_id: str) -> tuple[Conversation, ShownCase]:
    """Raises NotFound."""

    def read(conn: sqlite3.Connection) -> tuple[Conversation, ShownCase]:
        about = thread.conversation(conn, visit.session.rights, conversation_id)
        return about, shown_case(conn, about.id)

    return await visit.show(
        read,
        lambda found: [Shown(contact_id=found[0].contact_id, conversation_id=found[0].id)],
    )


def _change(tx: Tx, visit: Visit, about: Conversation, done: Done) -> None:
    me = Author(staff_id=visit.staff_id)
    match done.do:
        case Do.CLAIM:
            cases.claim(tx, about.id, visit.staff_id)
        case Do.RELEASE:
            cases.assign(tx, about.id, None, me)
        case Do.HAND_OVER:
            cases.assign(tx, about.id, done.to or None, me)
        case Do.DONE:
            cases.close(tx, about.id, me, note=done.note, seen=done.seen or None)
        case Do.REOPEN:
            cases.reopen(tx, about.id, me)
        case Do.LATER:
            until_ms = later.time_of(done.until, now_ms=tx.now_ms, zone=about.zone, at=done.at)
            cases.put_away(tx, about.id, until_ms, me)
        case Do.BACK:
            cases.bring_back(tx, about.id, me)
        case Do.LABELS:
            _label(tx, about, done, me)


def _label(tx: Tx, about: Conversation, done: Done, me: Author) -> None:
    """A new label is made for the branch, and stands on this conversation at once."""
    names = [*done.label]
    if done.new_label.strip():
        names.append(labels.named_or_added(tx, done.new_label, about.branch_id, by=me))
    cases.put_labels(tx, about.id, names, me)
