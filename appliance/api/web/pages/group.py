"""The page of a group: its members, its name and guard, its journal, and what is to be done."""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from appliance.api.form_files import kept_files
from appliance.api.web.page_route import PageRoute
from appliance.api.web.pages.group_new import identities_of, of_refusal, shown_of, writing
from appliance.api.web.refusal import Note, note_of
from appliance.api.web.visit import Posting, Reading, Visit, go
from appliance.desk.access.accesses import Shown
from appliance.desk.access.rights import Permission, Rights
from appliance.desk.access.sight import sight_in
from appliance.desk.groups import changing, directory, holding, newcomers, pictures
from appliance.desk.groups.changing import GroupAuthor
from appliance.desk.groups.directory import JournalEntry, SeenGroup
from appliance.desk.groups.holding import GroupRight, HeldFor
from appliance.desk.groups.newcomers import Joiner
from appliance.desk.inbox.thread import Conversation, conversation
from appliance.errors import InvalidInput, NotFound, Refused
from appliance.store import group_tasks, groups
from appliance.store.group_tasks import GroupTask
from appliance.store.groups import ChatGroup
from appliance.store.media import NewUpload, add_upload
from appliance.store.store import Tx

routes = APIRouter(route_class=PageRoute)

_RIGHTS = frozenset(GroupRight)

JOURNAL = 50
"""So many of the latest changes are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPage:
    """`held_for` is empty for who may not say to whom the group is held. `people` were to be added
    and are not.
    """

    about: Conversation
    group: SeenGroup
    read_ms: int | None
    left: bool
    journal: Sequence[JournalEntry]
    tasks: Sequence[GroupTask]
    is_held: bool
    held_for: Sequence[HeldFor]
    people: Sequence[Joiner]

    @property
    def shown(self) -> Sequence[Shown]:
        of_members = (Shown(contact_id=each.contact_id, listed=True) for each in self.group.members)
        about = Shown(contact_id=None, conversation_id=self.about.id)
        return [about, *of_members, *shown_of(self.people)]

    def called(self, member_id: str | None) -> str:
        found = (each for each in self.group.members if each.id == member_id)
        member = next(found, None)
        return (member.name or member.number or "?") if member else ""


@dataclass(frozen=True, slots=True)
class NotAdded:
    """Why these people, by their ids, were not added."""

    why: Refused
    chosen: Sequence[str]


@routes.get("/c/{conversation_id}/group")
async def group_page(visit: Reading, conversation_id: str) -> Response:
    return await _show(visit, conversation_id)


@routes.post("/c/{conversation_id}/group/name")
async def rename(
    visit: Posting, conversation_id: str, name: Annotated[str, Form(max_length=400)] = ""
) -> Response:
    return await _change(
        visit,
        conversation_id,
        lambda tx, group: changing.rename(tx, group, name, _author(visit)),
    )


@routes.post("/c/{conversation_id}/group/picture")
async def repicture(visit: Posting, request: Request, conversation_id: str) -> Response:
    """Nothing of the form is read before it is known who sends it."""
    mine = visit.session.rights
    about = await visit.read(lambda conn: _changeable(conn, mine, conversation_id))
    async with request.form() as form:
        try:
            received, *_ = await asyncio.to_thread(kept_files, form, visit.services.media_files)
        except InvalidInput as exc:
            return await _show(visit, conversation_id, 422, note=note_of(visit.words, exc))
    upload = NewUpload(
        told=received.told,
        name=received.name,
        kept=received.kept,
        measured=received.measured,
        staff_id=visit.staff_id,
        branch_id=about.branch_id,
    )

    def work(tx: Tx, group: ChatGroup) -> None:
        picture = add_upload(tx, upload)
        pictures.check_picture(picture)
        changing.repicture(tx, group, picture.id, _author(visit))

    return await _change(visit, conversation_id, work)


@routes.post("/c/{conversation_id}/group/guard")
async def guard(
    visit: Posting, conversation_id: str, on: Annotated[str, Form(max_length=5)] = ""
) -> Response:
    def work(tx: Tx, group: ChatGroup) -> None:
        changing.guard(tx, group, on=on == "on")

    return await _change(visit, conversation_id, work)


@routes.post("/c/{conversation_id}/group/members")
async def add_members(
    visit: Posting,
    conversation_id: str,
    number: Annotated[str, Form(max_length=200)] = "",
    q: Annotated[str, Form(max_length=400)] = "",
    person: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """`person` are ids of contacts; a `number`, or one in the search, may stand in their place."""
    chosen = person or ()

    def work(tx: Tx, group: ChatGroup) -> None:
        sight = writing(visit.rights_in(tx))
        people = identities_of(tx.conn, sight, group.line_id, chosen, or_number=number or q)
        changing.add(tx, group, people, _author(visit))

    return await _change(visit, conversation_id, work, chosen=chosen)


@routes.post("/c/{conversation_id}/group/members/remove")
async def remove_member(
    visit: Posting, conversation_id: str, member: Annotated[str, Form(max_length=40)] = ""
) -> Response:
    def work(tx: Tx, group: ChatGroup) -> None:
        found = [each for each in groups.members(tx.conn, group.id) if each.id == member]
        if not found:
            raise NotFound("member")
        changing.remove(tx, group, found, _author(visit))

    return await _change(visit, conversation_id, work)


@routes.post("/c/{conversation_id}/group/read")
async def read_members(visit: Posting, conversation_id: str) -> Response:
    return await _change(visit, conversation_id, group_tasks.read_soon)


@routes.post("/c/{conversation_id}/group/leave")
async def leave(visit: Posting, conversation_id: str) -> Response:
    return await _change(
        visit, conversation_id, lambda tx, group: changing.leave(tx, group, _author(visit))
    )


@routes.post("/c/{conversation_id}/group/rights")
async def hold(visit: Posting, request: Request, conversation_id: str) -> Response:
    """The form has a field for each person and program, by their ids."""
    async with request.form() as form:
        on = form.get("held") == "on"
        given = {name: GroupRight(value) for name, value in form.items() if value in _RIGHTS}

    def change(tx: Tx, rights: Rights) -> None:
        about = conversation(tx.conn, rights, conversation_id)
        if about.group_id is None or not holding.may_hold(rights, about.branch_id):
            raise NotFound("group")
        holding.hold(tx, groups.find(tx.conn, about.group_id), on=on, given=given)

    await visit.write(change)
    return go(visit, f"/c/{conversation_id}/group")


@routes.post("/c/{conversation_id}/group/tasks/{task_id}")
async def press(visit: Posting, conversation_id: str, task_id: str) -> Response:
    return await _change(
        visit, conversation_id, lambda tx, group: changing.press(tx, group, task_id, _author(visit))
    )


def _changeable(conn: sqlite3.Connection, rights: Rights, conversation_id: str) -> Conversation:
    """Raises NotFound."""
    about = conversation(conn, rights, conversation_id)
    if not about.may_write:
        raise NotFound("group")
    return about


async def _change(
    visit: Visit,
    conversation_id: str,
    work: Callable[[Tx, ChatGroup], None],
    *,
    chosen: Sequence[str] = (),
) -> Response:
    """`chosen`: the people about whom it is, who stay chosen where they are refused."""

    def change(tx: Tx, rights: Rights) -> None:
        about = _changeable(tx.conn, rights, conversation_id)
        work(tx, groups.find(tx.conn, about.group_id or ""))

    try:
        await visit.write(change)
    except (InvalidInput, Refused) as exc:
        return await _show(
            visit,
            conversation_id,
            409 if isinstance(exc, Refused) else 422,
            note=note_of(visit.words, exc),
            refused=NotAdded(exc, chosen) if isinstance(exc, Refused) else None,
        )
    return go(visit, f"/c/{conversation_id}/group")


async def _show(
    visit: Visit,
    conversation_id: str,
    status: int = 200,
    *,
    note: Note | None = None,
    refused: NotAdded | None = None,
) -> Response:
    cursor = visit.cursor
    rights = visit.session.rights
    chosen = refused.chosen if refused else ()
    page = await visit.show(
        lambda conn: _read(conn, rights, conversation_id, chosen), lambda page: page.shown
    )
    if visit.partial and note is None:
        return visit.page("_group.html", page=page)
    if refused is not None:
        note = of_refusal(visit, refused.why, page.people)
    return visit.page("group.html", status, page=page, people=page.people, note=note, cursor=cursor)


def _read(
    conn: sqlite3.Connection, rights: Rights, conversation_id: str, chosen: Sequence[str]
) -> GroupPage:
    """Raises NotFound, also for a conversation with a person."""
    about = conversation(conn, rights, conversation_id)
    if about.group_id is None:
        raise NotFound("group")
    sight = sight_in(rights, Permission.INBOX_READ)
    kept = groups.find(conn, about.group_id)
    people = (
        newcomers.people_for(conn, writing(rights), about.line_id, q="", chosen=chosen)
        if chosen
        else ()
    )
    return GroupPage(
        about=about,
        people=people,
        group=directory.one(conn, sight, about.group_id),
        read_ms=kept.read_ms,
        left=kept.left_ms is not None,
        journal=directory.latest(conn, about.group_id, limit=JOURNAL),
        tasks=group_tasks.open_of(conn, about.group_id),
        is_held=holding.is_held(conn, about.group_id),
        held_for=holding.candidates(conn, kept)
        if holding.may_hold(rights, about.branch_id)
        else (),
    )


def _author(visit: Visit) -> GroupAuthor:
    return GroupAuthor(staff_id=visit.staff_id)
