"""`/groups`: who is in them, what they are called, and what is to be changed there.

What is asked for is kept at once; the line's phone does it afterwards, at a person's pace.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from appliance.api.json import examples, writes
from appliance.api.json.callers import WRITES_GROUPS, Caller
from appliance.api.json.declared import Many, One, Read, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.group_bodies import (
    GroupIn,
    GroupOut,
    GroupPatchIn,
    GuardIn,
    GuardOut,
    JournalOut,
    MembersIn,
    NewMembersIn,
)
from appliance.api.json.mapping import body_of
from appliance.api.json.paging import Paged, page_of
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.desk.access.accesses import Shown
from appliance.desk.access.sight import Sight
from appliance.desk.access.tokens import Scope
from appliance.desk.groups import changing, directory, pictures
from appliance.desk.groups.changing import GroupAuthor
from appliance.desk.groups.directory import JournalEntry, SeenGroup
from appliance.desk.inbox.attachments import seen_by_token
from appliance.desk.inbox.directory import Page
from appliance.desk.outgoing.attaching import NO_SUCH_FILE
from appliance.desk.outgoing.recipients import identity_of_contact
from appliance.errors import InvalidInput, NotFound
from appliance.identities import Identity, tel
from appliance.ids import is_id
from appliance.phone_numbers import number_or_text, parse_number
from appliance.reasons import Reason
from appliance.store.groups import ChatGroup, GroupMember
from appliance.store.note_media import is_of_note
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfGroup:
    """A page of what belongs to one group."""

    group_id: str
    page: Page

    @property
    def limit(self) -> int:
        return self.page.limit


async def _group_id(group_id: str) -> str:
    return group_id


async def _of_group(group_id: str, paged: Paged) -> _OfGroup:
    return _OfGroup(group_id=group_id, page=paged)


def _journal(conn: sqlite3.Connection, sight: Sight, wanted: _OfGroup) -> Sequence[JournalEntry]:
    return directory.journal(conn, sight, wanted.group_id, wanted.page)


def _in_it(group: SeenGroup) -> Iterable[Shown]:
    return (
        Shown(contact_id=each.contact_id, listed=True) for each in group.members if each.contact_id
    )


class _Groups(Many[Page, SeenGroup]):
    def whom(self, found: Sequence[SeenGroup], asked: Page) -> Iterable[Shown]:
        return (shown for group in found[: asked.limit - 1] for shown in _in_it(group))


class _Group(One[str, SeenGroup]):
    def whom(self, found: SeenGroup, asked: str) -> Iterable[Shown]:
        del asked
        return _in_it(found)


READS: Sequence[Read[Any, Any]] = (
    _Groups(
        tag="groups",
        path="/groups",
        scope=Scope.GROUPS_READ,
        name="listGroups",
        summary="The WhatsApp groups that the lines are in",
        description="By id.",
        asked=page_of,
        read=directory.listed,
        model=GroupOut,
        example=examples.GROUP,
        shown=nobody,
    ),
    _Group(
        tag="groups",
        path="/groups/{group_id}",
        scope=Scope.GROUPS_READ,
        name="getGroup",
        summary="One group",
        description="The group.",
        asked=_group_id,
        read=directory.one,
        model=GroupOut,
        example=examples.GROUP,
        shown=nobody,
        problems=("not-found",),
    ),
    Many(
        tag="groups",
        path="/groups/{group_id}/journal",
        scope=Scope.GROUPS_READ,
        name="getGroupJournal",
        summary="What was changed in a group, by whom, and what was put back",
        description="Oldest first.",
        asked=_of_group,
        read=_journal,
        model=JournalOut,
        example=examples.JOURNAL,
        shown=nobody,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["groups"], route_class=DirectRoute)

_SCOPE = Scope.GROUPS_WRITE
_CONSENT = (Reason.CONSENT_REQUIRED, Reason.OPTED_OUT, Reason.IDEMPOTENCY_MISMATCH)
_GROUP_ID = writes.path_id("group_id", examples.GROUP["id"])


@router.post(
    "/groups",
    dependencies=[WRITES_GROUPS],
    operation_id="makeGroup",
    summary="Make a group",
    status_code=202,
    response_model=None,
    openapi_extra=writes.takes(GroupIn, examples.GROUP_IN, IDEMPOTENCY_KEY),
    responses=answers(
        GroupOut,
        examples.GROUP,
        *WRITE_PROBLEMS,
        *_CONSENT,
        status=202,
        description="Kept: it is made.",
    ),
)
async def make_group(request: Request) -> Response:
    """Everybody in it must have written to this line; one who did not refuses the whole group."""

    def work(tx: Tx, caller: Caller, wanted: GroupIn) -> dict[str, Any]:
        line = caller.sight.line(tx.conn, wanted.line)
        people = _people(tx.conn, caller, wanted.members, line.id)
        picture = _picture(tx.conn, caller, wanted.picture)
        author = _author(caller)
        made = changing.create(tx, line.id, wanted.name, people, author, picture=picture)
        return _shown(tx.conn, caller, made.id)

    return await writes.made(request, _SCOPE, GroupIn, work, status=202)


@router.patch(
    "/groups/{group_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_GROUPS],
    operation_id="changeGroup",
    summary="Give a group another name or picture",
    response_model=None,
    openapi_extra=writes.takes(GroupPatchIn, examples.GROUP_PATCH_IN, _GROUP_ID),
    responses=answers(
        GroupOut,
        examples.GROUP,
        *WRITE_PROBLEMS,
        description="The guard has it; the phone follows.",
    ),
)
async def change_group(request: Request) -> Response:
    """The guard moves first, so that it never undoes it."""

    def work(tx: Tx, caller: Caller, wanted: GroupPatchIn) -> dict[str, Any]:
        group = _group(tx.conn, caller, request)
        picture = _picture(tx.conn, caller, wanted.picture)
        if wanted.name is not None:
            changing.rename(tx, group, wanted.name, _author(caller))
        if picture is not None:
            now = directory.found(tx.conn, caller.sight, group.id)
            changing.repicture(tx, now, picture, _author(caller))
        return _shown(tx.conn, caller, group.id)

    return await writes.changed(request, _SCOPE, GroupPatchIn, work)


@router.put(
    "/groups/{group_id}/guard",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_GROUPS],
    operation_id="guardGroup",
    summary="Guard name and picture of a group",
    response_model=None,
    openapi_extra=writes.takes(GuardIn, examples.GUARD_IN, _GROUP_ID),
    responses=answers(
        GuardOut, examples.GUARD, *WRITE_PROBLEMS, description="The guard as it is now."
    ),
)
async def guard_group(request: Request) -> Response:
    """While it is on, a name or picture that somebody else gives the group is put back."""

    def work(tx: Tx, caller: Caller, wanted: GuardIn) -> dict[str, Any]:
        group = _group(tx.conn, caller, request)
        picture = _picture(tx.conn, caller, wanted.picture)
        changing.guard(tx, group, on=wanted.on, name=wanted.name, picture=picture)
        return body_of(GuardOut, directory.one(tx.conn, caller.sight, group.id).guard)

    return await writes.changed(request, _SCOPE, GuardIn, work)


@router.post(
    "/groups/{group_id}/members",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_GROUPS],
    operation_id="addMembers",
    summary="Add people to a group",
    status_code=202,
    response_model=None,
    openapi_extra=writes.takes(NewMembersIn, examples.MEMBERS_IN, _GROUP_ID, IDEMPOTENCY_KEY),
    responses=answers(
        GroupOut, examples.GROUP, *WRITE_PROBLEMS, *_CONSENT, status=202, description="Kept."
    ),
)
async def add_members(request: Request) -> Response:
    """Who never wrote to this line is not added, and then nobody is."""

    def work(tx: Tx, caller: Caller, wanted: NewMembersIn) -> dict[str, Any]:
        group = _group(tx.conn, caller, request)
        people = _people(tx.conn, caller, wanted.members, group.line_id)
        changing.add(tx, group, people, _author(caller))
        return _shown(tx.conn, caller, group.id)

    return await writes.made(request, _SCOPE, NewMembersIn, work, status=202)


@router.delete(
    "/groups/{group_id}/members",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_GROUPS],
    operation_id="removeMembers",
    summary="Take people out of a group",
    status_code=204,
    response_model=None,
    openapi_extra=writes.takes(MembersIn, examples.MEMBERS_IN, _GROUP_ID),
    responses=writes.gone(*WRITE_PROBLEMS, description="Kept: the phone takes them out."),
)
async def remove_members(request: Request) -> Response:
    """They stay among the members until the phone shows that they are out."""

    def work(tx: Tx, caller: Caller, wanted: MembersIn) -> dict[str, Any]:
        group = _group(tx.conn, caller, request)
        people = [_member(tx.conn, group, each) for each in wanted.members]
        changing.remove(tx, group, people, _author(caller))
        return {}

    await writes.changed(request, _SCOPE, MembersIn, work)
    return Response(status_code=204)


def _author(caller: Caller) -> GroupAuthor:
    return GroupAuthor(token_id=caller.token.id)


def _group(conn: sqlite3.Connection, caller: Caller, request: Request) -> ChatGroup:
    group_id = request.path_params["group_id"]
    return directory.answerable(conn, caller.sight, caller.token.id, group_id)


def _shown(conn: sqlite3.Connection, caller: Caller, group_id: str) -> dict[str, Any]:
    return body_of(GroupOut, directory.one(conn, caller.sight, group_id))


def _picture(conn: sqlite3.Connection, caller: Caller, named: str | None) -> str | None:
    """The medium, which the caller may use. Raises InvalidInput."""
    if named is None:
        return None
    try:
        found = seen_by_token(conn, caller.sight, caller.token.id, named).media
    except NotFound as exc:
        raise InvalidInput(pictures.FIELD, NO_SUCH_FILE) from exc
    if is_of_note(conn, found.id):
        raise InvalidInput(pictures.FIELD, NO_SUCH_FILE)
    pictures.check_picture(found)
    return found.id


def _people(
    conn: sqlite3.Connection, caller: Caller, named: Sequence[str], line_id: str
) -> Sequence[Identity]:
    """Each once, in their order. Raises NotFound and InvalidInput."""
    found = [
        identity_of_contact(conn, caller.sight, each, line_id=line_id)
        if is_id(each)
        else tel(parse_number(each, field="members"))
        for each in named
    ]
    return list(dict.fromkeys(found))


def _member(conn: sqlite3.Connection, group: ChatGroup, named: str) -> GroupMember:
    return changing.member_named(conn, group, number_or_text(named))
