"""The office as its API sees it: its tables, its replicas, and the boxes that it can ask."""

import sqlite3
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from appliance.office.api.head import GivenCommand, SeenBox
from appliance.office.head import privacy_choice
from appliance.office.link import CommandAsker, CommandKind, FetchAnswer
from appliance.office.tables import boxes, commands, work_list
from appliance.office.tables.commands import CommandGiven
from appliance.store.store import Store, Tx


class OpenedBox(Protocol):
    def opened(self, box_id: str) -> AbstractContextManager[Store]: ...


class Asks(Protocol):
    async def ask(
        self, box_id: str, path: str, by: CommandAsker, *, within_s: float
    ) -> FetchAnswer | None: ...


class StandingOffice:
    """A `Head` (`office/api/head.py`)."""

    def __init__(self, replicas: OpenedBox, fetches: Asks) -> None:
        self._replicas = replicas
        self._fetches = fetches

    def boxes(self, conn: sqlite3.Connection) -> Sequence[SeenBox]:
        company = privacy_choice.chosen(conn)
        return [
            SeenBox(
                id=each.id,
                name=each.name,
                address=each.address,
                seen_ms=each.seen_ms,
                behind=each.behind,
                held=each.held is not None,
                privacy=each.privacy.narrower(company),
            )
            for each in boxes.every(conn)
        ]

    def boxes_of_branches(
        self, conn: sqlite3.Connection, branch_ids: Collection[str]
    ) -> Collection[str]:
        found = {boxes.of_branch(conn, each) for each in branch_ids}
        return {each for each in found if each is not None}

    def box_of_conversation(self, conn: sqlite3.Connection, conversation_id: str) -> str | None:
        return work_list.box_of(conn, conversation_id)

    def replica(self, box_id: str) -> AbstractContextManager[Store]:
        return self._replicas.opened(box_id)

    def give(
        self,
        tx: Tx,
        box_id: str,
        kind: CommandKind,
        body: Mapping[str, Any],
        by: CommandAsker,
        *,
        expires_ms: int | None = None,
    ) -> GivenCommand:
        made = commands.give(tx, box_id, kind, body, by, expires_ms=expires_ms)
        return GivenCommand(
            id=made.id,
            box_id=box_id,
            kind=made.kind,
            body=made.body,
            by=by,
            given_ms=tx.now_ms,
            expires_ms=expires_ms,
            outcome=None,
            why=None,
        )

    def send_of(self, conn: sqlite3.Connection, message_id: str) -> GivenCommand | None:
        found = commands.of_message(conn, message_id)
        return None if found is None else _given(found)

    def command(self, conn: sqlite3.Connection, command_id: str) -> GivenCommand | None:
        found = commands.by_id(conn, command_id)
        return None if found is None else _given(found)

    def boxes_asked(self, conn: sqlite3.Connection) -> Sequence[str]:
        return [each.id for each in boxes.every(conn) for _ in commands.open_of(conn, each.id)]

    def open_cases(
        self, conn: sqlite3.Connection, conversation_ids: Collection[str]
    ) -> Sequence[GivenCommand]:
        return [_given(each) for each in commands.open_cases(conn, conversation_ids)]

    async def fetch(
        self, box_id: str, path: str, by: CommandAsker, *, within_s: float
    ) -> FetchAnswer | None:
        return await self._fetches.ask(box_id, path, by, within_s=within_s)


def _given(found: CommandGiven) -> GivenCommand:
    command = found.command
    return GivenCommand(
        id=command.id,
        box_id=found.box_id,
        kind=command.kind,
        body=command.body,
        by=command.by,
        given_ms=found.at_ms,
        expires_ms=command.expires_ms,
        outcome=found.outcome,
        why=found.why,
    )
