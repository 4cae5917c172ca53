"""A row of what is asked of a box, and how it loses its words."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.office.link import CommandAsker, CommandOutcome, OfficeCommand
from appliance.office.reading import Fields
from appliance.store.store import Tx

COMMAND = (
    "SELECT box_id, n, id, kind, body, asked_by, conversation_id, made_ms, expires_ms, outcome,"
    " why, has_words FROM command"
)
_IDS = ("message", "conversation", "line", "note", "assignee", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandGiven:
    """A command and what became of it. `outcome` None: the box has not said anything yet. `why` of
    a `send` that was done is the state of its message, where the box does not know that any more.
    """

    box_id: str
    command: OfficeCommand
    at_ms: int
    outcome: CommandOutcome | None
    why: str | None
    has_words: bool


def given_in(row: sqlite3.Row) -> CommandGiven:
    command = OfficeCommand(
        n=row["n"],
        id=row["id"],
        kind=row["kind"],
        expires_ms=row["expires_ms"],
        by=CommandAsker.from_json(Fields(json.loads(row["asked_by"]), "who asks")),
        body=json.loads(row["body"]),
    )
    outcome = None if row["outcome"] is None else CommandOutcome(row["outcome"])
    return CommandGiven(
        box_id=row["box_id"],
        command=command,
        at_ms=row["made_ms"],
        outcome=outcome,
        why=row["why"],
        has_words=bool(row["has_words"]),
    )


def forget_words(tx: Tx, found: Sequence[CommandGiven]) -> None:
    """Which message and which conversation it was about stays."""
    tx.conn.executemany(
        "UPDATE command SET has_words = 0, body = ? WHERE id = ?",
        [(json.dumps(_without_words(each.command.body)), each.command.id) for each in found],
    )


def _without_words(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in _IDS if name in body}
