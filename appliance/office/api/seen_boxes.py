"""What the office's API asks of the office: which boxes there are, and their replicas."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from appliance.api.json.callers import Caller
from appliance.office.head import privacy_choice
from appliance.office.head.head import Head
from appliance.office.link import CommandAsker
from appliance.office.tables import boxes
from appliance.slices import Privacy
from appliance.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBox:
    """`address` is what browsers open there, where the box has told it. `seen_ms`: when it last
    said anything; `behind`: how many of its events are not here. `privacy` is the narrower of its
    own choice and the company's. `unreadable`: nothing of its replica can be shown.
    """

    id: str
    name: str
    address: str | None
    seen_ms: int | None
    behind: int
    held: bool
    unreadable: bool
    privacy: Privacy

    @property
    def spoken(self) -> str:
        return f"“{self.name}” ({self.address})" if self.address else f"“{self.name}”"


def seen_boxes(conn: sqlite3.Connection) -> Sequence[SeenBox]:
    company = privacy_choice.chosen(conn)
    return [
        SeenBox(
            id=each.id,
            name=each.name,
            address=each.address,
            seen_ms=each.seen_ms,
            behind=each.behind,
            held=each.held is not None,
            unreadable=each.unreadable,
            privacy=each.privacy.narrower(company),
        )
        for each in boxes.every(conn)
    ]


def boxes_of_branches(conn: sqlite3.Connection, branch_ids: Collection[str]) -> Collection[str]:
    found = {boxes.of_branch(conn, each) for each in branch_ids}
    return {each for each in found if each is not None}


def asker_of(caller: Caller) -> CommandAsker:
    return CommandAsker(token=caller.token.id, name=caller.token.name)


@asynccontextmanager
async def opened(head: Head, box_id: str) -> AsyncIterator[Store]:
    """The replica of a box, for the event loop. Most are open: then it costs no thread."""
    door, at_hand = head.replicas.opened(box_id), head.replicas.at_hand(box_id)
    if at_hand is not None:
        with at_hand as store:
            yield store
        return
    store = await asyncio.to_thread(door.__enter__)
    try:
        yield store
    finally:
        door.__exit__(None, None, None)
