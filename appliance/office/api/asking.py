"""Asks replicas: which of them a caller may look into, several at once, and the one that has what
is asked for.
"""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request

from appliance.api.json.callers import Caller
from appliance.api.json.declared import Read
from appliance.desk.access.accesses import Accesses, Reader
from appliance.errors import InvalidInput, NotFound
from appliance.ids import is_id
from appliance.office.api.seen_boxes import SeenBox, boxes_of_branches, opened, seen_boxes
from appliance.office.api.sights import is_hidden_from, sight_at
from appliance.office.head.head import Head
from appliance.office.tables import work_list
from appliance.store import branches, lines

AT_ONCE = 8
"""Replicas that are asked at the same time: each has readers of its own, and the cores are few."""

Found = TypeVar("Found")
Ask = Callable[[SeenBox], Awaitable[Found]]


@dataclass(frozen=True, slots=True)
class FoundAt(Generic[Found]):
    box: SeenBox
    found: Found


async def boxes_in_sight(caller: Caller) -> Sequence[SeenBox]:
    """By id."""
    seen = caller.sight.branches

    def read(conn: sqlite3.Connection) -> Sequence[SeenBox]:
        every = sorted(seen_boxes(conn), key=lambda box: box.id)
        if seen is None:
            return every
        ids = set(boxes_of_branches(conn, seen))
        return [each for each in every if each.id in ids]

    return await caller.services.store.aread(read)


async def sees_whole_box(head: Head, caller: Caller, box: SeenBox) -> bool:
    """Whether each branch of the box is in sight, and each of its groups."""
    sight = caller.sight
    if await is_hidden_from(head, caller, box):
        return False
    if sight.branches is None:
        return True
    hidden = await caller.services.store.aread(
        lambda conn: [each.id for each in branches.branches(conn) if not sight.sees_branch(each.id)]
    )
    others = await caller.services.store.aread(lambda conn: boxes_of_branches(conn, hidden))
    return box.id not in others


async def read_at(
    head: Head, box: SeenBox, caller: Caller, read: Read[Any, Found], asked: Any
) -> Found:
    """What the replica of this box has; the log of reading is told whom it shows."""
    async with opened(head, box.id) as store:
        accesses = Accesses(
            store=store, who=Reader(token_id=caller.token.id), sink=caller.services.accessed
        )
        return await accesses.read(
            lambda conn: read.read(conn, sight_at(conn, caller), asked),
            lambda found: read.whom(found, asked),
        )


async def of_each(boxes: Sequence[SeenBox], ask: Ask[Found]) -> Sequence[FoundAt[Found]]:
    """Of those boxes that can answer. What one of them does not know, another may: only where all
    refuse is that an error, the first one's.
    """
    turns = asyncio.Semaphore(AT_ONCE)

    async def answer(box: SeenBox) -> FoundAt[Found] | NotFound | InvalidInput:
        async with turns:
            try:
                return FoundAt(box, await ask(box))
            except (NotFound, InvalidInput) as exc:
                return exc

    told = await asyncio.gather(*(answer(box) for box in boxes))
    found = [each for each in told if isinstance(each, FoundAt)]
    refused = [each for each in told if isinstance(each, NotFound | InvalidInput)]
    if refused and not found:
        raise next((each for each in refused if isinstance(each, InvalidInput)), refused[0])
    return found


async def of_one(request: Request, caller: Caller, ask: Ask[Found], *, what: str) -> FoundAt[Found]:
    """Of the box that has it: the one that its address names is asked first. Raises NotFound."""
    boxes = await boxes_in_sight(caller)
    named = await _named(request, caller)
    likely = [each for each in boxes if each.id == named]
    if named is not None and not likely:
        raise NotFound(what)
    found = await of_each(likely or boxes, ask)
    if not found:
        raise NotFound(what)
    return found[0]


async def _named(request: Request, caller: Caller) -> str | None:
    """The box of the conversation, line or branch in the address; None: it may be any."""
    given = request.path_params

    def read(conn: sqlite3.Connection) -> str | None:
        if (conversation := given.get("conversation_id")) is not None:
            return work_list.box_of(conn, str(conversation).lower())
        branch = given.get("branch_id")
        if (line := given.get("line_id")) is not None:
            named = str(line).lower() if is_id(str(line)) else str(line)
            branch = lines.line(conn, named).branch_id
        if branch is None:
            return None
        return next(iter(boxes_of_branches(conn, [str(branch).lower()])), None)

    return await caller.services.store.aread(read)
