"""What the office's API stands on: the boxes, their replicas, and the commands that go down."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from fastapi import Request

from appliance.api.json.callers import Caller
from appliance.office.link import CommandAsker, CommandKind, FetchAnswer
from appliance.slices import Privacy
from appliance.store.store import Store, Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenBox:
    """`address` is what browsers open there, where the box has told it. `seen_ms`: when it last
    said anything; `behind`: how many of its events are not here. `privacy` is the narrower of its
    own choice and the company's.
    """

    id: str
    name: str
    address: str | None
    seen_ms: int | None
    behind: int
    held: bool
    privacy: Privacy

    @property
    def spoken(self) -> str:
        return f"“{self.name}” ({self.address})" if self.address else f"“{self.name}”"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCommand:
    """A command that went into the table. `outcome` None: the box has not said what became of it;
    `why` is its reason, as a code, when it refused.
    """

    id: str
    box_id: str
    kind: str
    body: Mapping[str, Any]
    by: CommandAsker
    given_ms: int
    expires_ms: int | None
    outcome: str | None
    why: str | None


class HeadOfApi(Protocol):
    """The reads are of office.db. `replica` blocks while it opens a database."""

    def boxes(self, conn: sqlite3.Connection) -> Sequence[SeenBox]: ...

    def boxes_of_branches(
        self, conn: sqlite3.Connection, branch_ids: Collection[str]
    ) -> Collection[str]: ...

    def box_of_conversation(self, conn: sqlite3.Connection, conversation_id: str) -> str | None: ...

    def replica(self, box_id: str) -> AbstractContextManager[Store]: ...

    def give(
        self,
        tx: Tx,
        box_id: str,
        kind: CommandKind,
        body: Mapping[str, Any],
        by: CommandAsker,
        *,
        expires_ms: int | None = None,
    ) -> GivenCommand: ...

    def send_of(self, conn: sqlite3.Connection, message_id: str) -> GivenCommand | None:
        """The command that sends this message."""
        ...

    def command(self, conn: sqlite3.Connection, command_id: str) -> GivenCommand | None: ...

    def boxes_asked(self, conn: sqlite3.Connection) -> Sequence[str]:
        """The box of each command that no box has decided."""
        ...

    def open_cases(
        self, conn: sqlite3.Connection, conversation_ids: Collection[str]
    ) -> Sequence[GivenCommand]:
        """The `case` commands about these conversations that no box has decided, oldest first."""
        ...

    async def fetch(
        self, box_id: str, path: str, by: CommandAsker, *, within_s: float
    ) -> FetchAnswer | None:
        """What the box's own API says at `path`. None: it said nothing in time."""
        ...


def head_of(request: Request) -> HeadOfApi:
    found: HeadOfApi = request.app.state.office
    return found


def asker_of(caller: Caller) -> CommandAsker:
    return CommandAsker(token=caller.token.id, name=caller.token.name)


@asynccontextmanager
async def opened(head: HeadOfApi, box_id: str) -> AsyncIterator[Store]:
    """The replica of a box, for the event loop."""
    door = head.replica(box_id)
    store = await asyncio.to_thread(door.__enter__)
    try:
        yield store
    finally:
        door.__exit__(None, None, None)
