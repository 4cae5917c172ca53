"""What the boxes' own logs say of an office that went through faults."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.office.head.office_store import OFFICE_DATABASE

if TYPE_CHECKING:
    from tests.office.chaos import Branch, Field

_EVENTS = "SELECT seq, at_ms, kind, message_id, conversation_id, facts FROM event_log ORDER BY seq"
_ASKED = "SELECT id FROM command WHERE kind = 'send' AND outcome IS NOT 'refused' AND why IS NULL"
_MESSAGES = "SELECT id, state, text, conversation_id FROM message ORDER BY id"


@dataclass(slots=True, kw_only=True)
class Found:
    """What the boxes' own logs say. All from `lost` on must be 0."""

    events: int = 0
    commands: int = 0
    cut: int = 0
    killed: int = 0
    boxes_put_back: int = 0
    cards_new: int = 0
    offices_put_back: int = 0
    servers_killed: int = 0
    servers_hung: int = 0
    streams_emptied: int = 0
    lost: int = 0
    double: int = 0
    rows_differ: int = 0
    commands_open: int = 0
    commands_twice: int = 0
    messages_twice: int = 0
    messages_vanished: int = 0
    unsettled: int = 0
    held: int = 0

    @property
    def is_well(self) -> bool:
        wrong = (self.lost, self.double, self.rows_differ, self.unsettled, self.held)
        commands = (self.commands_open, self.commands_twice)
        return not any((*wrong, *commands, self.messages_twice, self.messages_vanished))


def is_unsettled(branch: "Branch") -> bool:
    row = rows_of(branch.data / "balie.db", "SELECT unsettled FROM office_link")[0]
    return bool(row["unsettled"])


def replica_of(given: "Field", branch: "Branch") -> Path:
    return given.folder / "office" / "boxes" / f"{branch.box_id}.db"


def rows_of(path: Path, statement: str, *values: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        return conn.execute(statement, values).fetchall()


def judge(given: "Field") -> Found:
    found = given.found
    office = given.folder / "office" / OFFICE_DATABASE
    asked = {row["id"] for row in rows_of(office, _ASKED)}
    found.commands = len(asked)
    found.held = len(rows_of(office, "SELECT id FROM box WHERE held IS NOT NULL"))
    found.unsettled = sum(1 for each in given.branches if is_unsettled(each))
    done: Counter[str] = Counter()
    for branch in given.branches:
        _judge_box(given, branch, done)
    found.commands_twice = sum(1 for many in done.values() if many > 1)
    found.commands_open = max(found.commands_open, len(asked - set(done)))
    return found


def _judge_box(given: "Field", branch: "Branch", done: Counter[str]) -> None:
    found, path = given.found, branch.data / "balie.db"
    own = {row["seq"]: tuple(row) for row in rows_of(path, _EVENTS)}
    told = {row["seq"]: tuple(row) for row in rows_of(replica_of(given, branch), _EVENTS)}
    found.events += len(own)
    found.lost += len(own.keys() - told.keys())
    found.double += len(told.keys() - own.keys())
    found.rows_differ += sum(1 for seq in own.keys() & told.keys() if own[seq][:3] != told[seq][:3])
    here = {tuple(row) for row in rows_of(path, _MESSAGES)}
    there = {tuple(row) for row in rows_of(replica_of(given, branch), _MESSAGES)}
    found.rows_differ += len(here ^ there)
    done_there = rows_of(
        given.folder / "office" / OFFICE_DATABASE,
        "SELECT message_id FROM command WHERE kind = 'send' AND outcome = 'done' AND why IS NULL"
        " AND box_id = ?",
        branch.box_id,
    )
    found.messages_vanished += len({row["message_id"] for row in done_there} - {r[0] for r in here})
    sent = Counter(row[2] for row in here if str(row[2]).startswith("Nummer "))
    found.messages_twice += sum(1 for many in sent.values() if many > 1)
    for event in own.values():
        if event[2] == "office.command":
            done[json.loads(event[5])["command"]] += 1
