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
from appliance.office.api.missing import MissingBoxes, is_of_reading
from appliance.office.api.seen_boxes import SeenBox, boxes_of_branches, opened, seen_boxes
from appliance.office.api.sights import is_hidden_from, sight_at
from appliance.office.head.callers import head_of
from appliance.office.head.head import Head
from appliance.office.tables import work_list
from appliance.store import branches, lines

AT_ONCE = 8
"""Replicas that are asked at the same time: each has readers of its own, and the cores are few."""

Found = TypeVar("Found")
Made = TypeVar("Made")
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


async def of_each(
    boxes: Sequence[SeenBox], ask: Ask[Found], missing: MissingBoxes
) -> Sequence[FoundAt[Found]]:
    """Of those boxes that can answer. What one of them does not know, another may: only where all
    refuse is that an error, the first one's. Raises StoreError where a box is missing and nobody
    else has an answer.
    """
    found, refused = await of_those_that_can(boxes, ask, missing)
    if not found and missing.first is not None:
        raise missing.first
    if refused and not found:
        raise next((each for each in refused if isinstance(each, InvalidInput)), refused[0])
    return found


async def of_those_that_can(
    boxes: Sequence[SeenBox], ask: Ask[Found], missing: MissingBoxes
) -> tuple[Sequence[FoundAt[Found]], Sequence[NotFound | InvalidInput]]:
    """What was found, and how others refused; a box whose replica cannot be read is missing."""
    turns = asyncio.Semaphore(AT_ONCE)
    failed: dict[str, Exception] = {}

    async def answer(box: SeenBox) -> FoundAt[Found] | NotFound | InvalidInput | None:
        if box.unreadable:
            missing.add_known(box.id)
            return None
        async with turns:
            try:
                return FoundAt(box, await ask(box))
            except (NotFound, InvalidInput) as exc:
                return exc
            except Exception as exc:
                if not is_of_reading(exc):
                    raise
                failed[box.id] = exc
                return None

    told = await asyncio.gather(*(answer(box) for box in boxes))
    found = [each for each in told if isinstance(each, FoundAt)]
    await missing.add(failed, well=len(found))
    return found, [each for each in told if isinstance(each, NotFound | InvalidInput)]


async def told_of(
    found: Sequence[FoundAt[Found]],
    make: Callable[[Sequence[FoundAt[Found]]], Made],
    missing: MissingBoxes,
) -> Made:
    """What is made of all that was found; a box with whose rows it cannot be made is missing."""
    try:
        return make(found)
    except Exception as exc:
        if not is_of_reading(exc):
            raise
        failed = {each.box.id: own for each in found if (own := _failure(make, each)) is not None}
        if len(failed) in (0, len(found)):
            raise
    await missing.add(failed, well=len(found) - len(failed))
    return make([each for each in found if each.box.id not in failed])


def _failure(
    make: Callable[[Sequence[FoundAt[Found]]], Made], one: FoundAt[Found]
) -> Exception | None:
    try:
        make([one])
    except Exception as exc:
        return exc
    return None


async def of_one(request: Request, caller: Caller, ask: Ask[Found], *, what: str) -> FoundAt[Found]:
    """Of the box that has it: the one that its address names is asked first. Raises NotFound."""
    boxes = await boxes_in_sight(caller)
    named = await _named(request, caller)
    likely = [each for each in boxes if each.id == named]
    if named is not None and not likely:
        raise NotFound(what)
    found = await of_each(likely or boxes, ask, MissingBoxes(head_of(request)))
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
