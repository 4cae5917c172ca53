"""`/lists`: named sets of people, chosen or found by a rule."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from appliance.api.json import list_examples, writes
from appliance.api.json.callers import WRITES_LISTS, Caller
from appliance.api.json.conversations import branch_of
from appliance.api.json.declared import Many, One, nobody
from appliance.api.json.documented import WRITE_PROBLEMS, answers
from appliance.api.json.list_bodies import SavedListIn, SavedListOut, SavedListPatchIn
from appliance.api.json.mapping import body_of
from appliance.api.json.now import Now
from appliance.api.json.paging import Paged
from appliance.api.json.sending import IDEMPOTENCY_KEY, DirectRoute
from appliance.desk.access.accesses import Shown
from appliance.desk.access.tokens import Scope
from appliance.desk.lists import listing, saved_lists
from appliance.desk.lists.listing import ListAsked, ListEntry, ListsAsked
from appliance.desk.lists.saved_lists import ListChange, SavedList
from appliance.desk.outgoing.sending import Author
from appliance.errors import InvalidInput
from appliance.reasons import Reason
from appliance.store.store import Tx


async def _lists(paged: Paged, now_ms: Now) -> ListsAsked:
    return ListsAsked(page=paged, now_ms=now_ms)


async def _list(list_id: str, now_ms: Now) -> ListAsked:
    return ListAsked(id=list_id, now_ms=now_ms)


class _ManyLists(Many[ListsAsked, ListEntry]):
    def whom(self, found: Sequence[ListEntry], asked: ListsAsked) -> Iterable[Shown]:
        return (each for entry in found[: asked.limit - 1] for each in _members(entry))


class _OneList(One[ListAsked, ListEntry]):
    def whom(self, found: ListEntry, asked: ListAsked) -> Iterable[Shown]:
        del asked
        return _members(found)


def _members(entry: ListEntry) -> Iterable[Shown]:
    """Those whose ids are shown."""
    return (Shown(contact_id=each, listed=True) for each in entry.members or ())


READS = (
    _ManyLists(
        tag="lists",
        path="/lists",
        scope=Scope.LISTS_READ,
        name="listLists",
        summary="The lists of people",
        description="By id.",
        asked=_lists,
        read=listing.entries,
        model=SavedListOut,
        example=list_examples.SAVED_LIST,
        shown=nobody,
    ),
    _OneList(
        tag="lists",
        path="/lists/{list_id}",
        scope=Scope.LISTS_READ,
        name="getList",
        summary="One list",
        description="The list.",
        asked=_list,
        read=listing.entry,
        model=SavedListOut,
        example=list_examples.SAVED_LIST,
        shown=nobody,
        problems=("not-found",),
    ),
)

router = APIRouter(prefix="/api/v1", tags=["lists"], route_class=DirectRoute)

_SCOPE = Scope.LISTS_WRITE
LIST_ID = writes.path_id("list_id", list_examples.SAVED_LIST["id"])


@router.post(
    "/lists",
    dependencies=[WRITES_LISTS],
    operation_id="addList",
    summary="Make a list",
    status_code=201,
    response_model=None,
    openapi_extra=writes.takes(SavedListIn, list_examples.SAVED_LIST_IN, IDEMPOTENCY_KEY),
    responses=answers(
        SavedListOut,
        list_examples.SAVED_LIST,
        *WRITE_PROBLEMS,
        Reason.NAME_TAKEN,
        Reason.IDEMPOTENCY_MISMATCH,
        status=201,
        description="The list.",
    ),
)
async def add_list(request: Request) -> Response:
    """Of people whom one names, or of those whom a rule finds each time that it is asked."""

    def work(tx: Tx, caller: Caller, wanted: SavedListIn) -> dict[str, Any]:
        _check_one_of_two(wanted)
        branch_id = branch_of(tx.conn, caller, wanted.branch)
        if branch_id is None:
            raise InvalidInput("branch", "Say of which branch the list is.")
        list_id = saved_lists.add(
            tx,
            caller.sight,
            _me(caller),
            name=wanted.name,
            branch_id=branch_id,
            members=_named(tx.conn, caller, wanted.members) or (),
            rule=wanted.rule.rule if wanted.rule else None,
        )
        return _shown(tx, caller, list_id)

    return await writes.made(request, _SCOPE, SavedListIn, work)


@router.patch(
    "/lists/{list_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_LISTS],
    operation_id="changeList",
    summary="Change a list",
    response_model=None,
    openapi_extra=writes.takes(SavedListPatchIn, list_examples.SAVED_LIST_PATCH_IN, LIST_ID),
    responses=answers(
        SavedListOut,
        list_examples.SAVED_LIST,
        *WRITE_PROBLEMS,
        Reason.NAME_TAKEN,
        description="As it is now.",
    ),
)
async def change_list(request: Request) -> Response:
    """`members` are all that it has from now on; people whom the token may not see stay."""

    def work(tx: Tx, caller: Caller, wanted: SavedListPatchIn) -> dict[str, Any]:
        _check_one_of_two(wanted)
        change = ListChange(
            name=wanted.name,
            members=_named(tx.conn, caller, wanted.members),
            rule=wanted.rule.rule if wanted.rule else None,
        )
        found = own_list(tx.conn, caller, request)
        saved_lists.change(tx, caller.sight, _me(caller), found, change)
        return _shown(tx, caller, found.id)

    return await writes.changed(request, _SCOPE, SavedListPatchIn, work)


@router.delete(
    "/lists/{list_id}",  # noqa: FAST003 -- a direct route gives the request alone
    dependencies=[WRITES_LISTS],
    operation_id="removeList",
    summary="Remove a list",
    status_code=204,
    response_model=None,
    openapi_extra={"parameters": [LIST_ID]},
    responses=writes.gone(
        *WRITE_PROBLEMS, description="It is gone; its people and what was sent to them stay."
    ),
)
async def remove_list(request: Request) -> Response:
    """What still waits of a send goes on; cancel the send first where it should not."""
    return await writes.removed(
        request,
        _SCOPE,
        lambda tx, caller: saved_lists.remove(tx, _me(caller), own_list(tx.conn, caller, request)),
    )


def own_list(conn: sqlite3.Connection, caller: Caller, request: Request) -> SavedList:
    """The list of the address. Raises NotFound."""
    return saved_lists.one(conn, caller.sight, request.path_params["list_id"])


def _me(caller: Caller) -> Author:
    return Author(token_id=caller.token.id)


def _named(
    conn: sqlite3.Connection, caller: Caller, names: Sequence[str] | None
) -> Sequence[str] | None:
    return None if names is None else saved_lists.members_named(conn, caller.sight, names)


def _check_one_of_two(wanted: SavedListIn | SavedListPatchIn) -> None:
    if wanted.members is not None and wanted.rule is not None:
        raise InvalidInput("rule", "A list has “members” or a “rule”, not both.")


def _shown(tx: Tx, caller: Caller, list_id: str) -> dict[str, Any]:
    asked = ListAsked(id=list_id, now_ms=tx.now_ms)
    return body_of(SavedListOut, listing.entry(tx.conn, caller.sight, asked))
