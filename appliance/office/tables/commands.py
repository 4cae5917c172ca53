"""What is asked of boxes, numbered per box and kept until the box says that it is over."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.office.link import (
    MAX_COMMANDS,
    CommandAsker,
    CommandKind,
    CommandOutcome,
    OfficeCommand,
)
from appliance.office.reading import Fields
from appliance.office.tables import office_drafts, work_list
from appliance.reasons import Reason
from appliance.store.store import Tx

WORDS_KEPT_MS = 24 * 3_600_000
"""What a refused command said is shown for so long; that of one that was done goes at once."""
KEPT_MS = 90 * 24 * 3_600_000
_IDS = ("message", "conversation", "line", "note", "assignee", "state")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandGiven:
    """A command and what became of it. `outcome` None: the box has not said anything yet."""

    box_id: str
    command: OfficeCommand
    at_ms: int
    outcome: CommandOutcome | None
    why: str | None


def give(
    tx: Tx,
    box_id: str,
    kind: CommandKind,
    body: Mapping[str, Any],
    by: CommandAsker,
    *,
    expires_ms: int | None = None,
    command_id: str | None = None,
) -> OfficeCommand:
    """Once committed, the box gets it as soon as it asks. With a `command_id` that is known already
    nothing is done. Raises NotFound for a box that is none, or none any more.
    """
    if command_id is not None and (known := by_id(tx.conn, command_id)) is not None:
        return known.command
    row = tx.conn.execute(
        "UPDATE box SET next_n = next_n + 1 WHERE id = ? AND struck_off_ms IS NULL"
        " RETURNING next_n - 1 AS n",
        (box_id,),
    ).fetchone()
    if row is None:
        raise NotFound("box")
    made = OfficeCommand(
        n=row["n"],
        id=command_id or tx.new_id(),
        kind=kind.value,
        expires_ms=expires_ms,
        by=by,
        body=body,
    )
    _insert(tx, box_id, made)
    _tell(tx, box_id, made, None)
    return made


def _insert(tx: Tx, box_id: str, made: OfficeCommand) -> None:
    tx.conn.execute(
        "INSERT INTO command (box_id, n, id, kind, body, asked_by, message_id, conversation_id,"
        " made_ms, expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            box_id,
            made.n,
            made.id,
            made.kind,
            json.dumps(made.body, ensure_ascii=False),
            json.dumps(made.by.as_json(), ensure_ascii=False),
            made.body.get("message"),
            made.body.get("conversation"),
            tx.now_ms,
            made.expires_ms,
        ),
    )


def waiting(conn: sqlite3.Connection, box_id: str, after: int) -> Sequence[OfficeCommand]:
    """Open ones with a higher number, in its order."""
    rows = conn.execute(
        f"{_COMMAND} WHERE box_id = ? AND n > ? AND outcome IS NULL ORDER BY n LIMIT ?",
        (box_id, after, MAX_COMMANDS),
    )
    return [_given(row).command for row in rows]


def gave_fewer(conn: sqlite3.Connection, box_id: str, than: int) -> bool:
    """Whether this office never gave the box so many commands."""
    row = conn.execute("SELECT 1 FROM box WHERE id = ? AND next_n <= ?", (box_id, than)).fetchone()
    return row is not None


def next_of(conn: sqlite3.Connection, box_id: str) -> int:
    """The number of its next command. Raises NotFound."""
    row = conn.execute("SELECT next_n FROM box WHERE id = ?", (box_id,)).fetchone()
    if row is None:
        raise NotFound("box")
    return int(row["next_n"])


def go_on_after(tx: Tx, box_id: str, after: int) -> bool:
    """The box has commands up to `after`. Where this office never gave so many, it was put back to
    an earlier day: its numbers go on after those, also of what it gave since. Whether that was so.
    """
    if not gave_fewer(tx.conn, box_id, after):
        return False
    open_ones = tx.conn.execute(
        "SELECT seq FROM command WHERE box_id = ? AND outcome IS NULL ORDER BY n", (box_id,)
    ).fetchall()
    tx.conn.executemany(
        "UPDATE command SET n = ? WHERE seq = ?",
        [(after + place, each["seq"]) for place, each in enumerate(open_ones, start=1)],
    )
    tx.conn.execute("UPDATE box SET next_n = ? WHERE id = ?", (after + len(open_ones) + 1, box_id))
    return True


def over(
    tx: Tx, box_id: str, command_id: str, outcome: CommandOutcome, why: str | None
) -> CommandGiven | None:
    """The box said so. None where no such command of it is open."""
    row = tx.conn.execute(
        f"{_COMMAND} WHERE id = ? AND box_id = ? AND outcome IS NULL", (command_id, box_id)
    ).fetchone()
    if row is None:
        return None
    found = _given(row)
    body = (
        found.command.body
        if outcome is CommandOutcome.REFUSED
        else _without_words(found.command.body)
    )
    tx.conn.execute(
        "UPDATE command SET outcome = ?, why = ?, over_ms = ?, body = ? WHERE id = ?",
        (outcome, why, tx.now_ms, json.dumps(body, ensure_ascii=False), command_id),
    )
    _tell(tx, box_id, found.command, outcome)
    return found


def _tell(tx: Tx, box_id: str, made: OfficeCommand, outcome: CommandOutcome | None) -> None:
    """Whoever looks at the conversation sees what is asked of its box, and what became of it."""
    about = made.body.get("conversation")
    if about is None or made.kind == CommandKind.READ:
        return
    facts = {"box": box_id, "command": made.id, "kind": made.kind}
    tx.emit(
        EventKind.OFFICE_ASKED,
        branch_id=work_list.branch_of(tx.conn, about),
        conversation_id=about,
        facts=facts if outcome is None else {**facts, "outcome": outcome},
    )


def forget_person(
    tx: Tx, box_id: str, conversation_ids: Collection[str], said: Collection[str]
) -> None:
    """Somebody was erased at this box. What is yet to be done about them is not asked for any more,
    and words of what is over go at once, because they may be about them.
    """
    about = {
        "box": box_id,
        "talks": json.dumps(list(conversation_ids)),
        "said": json.dumps(list(said)),
        "now": tx.now_ms,
        "why": Reason.ERASED.value,
    }
    tx.conn.execute(_NOT_ANY_MORE, about)
    office_drafts.forget_person(tx, box_id, conversation_ids, said)
    rows = tx.conn.execute(_OVER, about).fetchall()
    tx.conn.executemany(
        "UPDATE command SET body = ? WHERE seq = ?",
        [(json.dumps(_without_words(json.loads(row["body"]))), row["seq"]) for row in rows],
    )


_NOT_ANY_MORE = """
UPDATE command SET outcome = 'refused', why = :why, over_ms = :now
WHERE box_id = :box AND outcome IS NULL AND kind IN ('send', 'note', 'case', 'fetch')
AND (conversation_id IN (SELECT value FROM json_each(:talks))
  OR EXISTS (SELECT 1 FROM json_each(:said) s WHERE instr(body, s.value)))
"""
_OVER = "SELECT seq, body FROM command WHERE box_id = :box AND outcome IS NOT NULL"


def tidy(tx: Tx) -> None:
    """Words of what was refused long ago, then the commands themselves."""
    rows = tx.conn.execute(
        "SELECT seq, body FROM command WHERE outcome = 'refused' AND over_ms BETWEEN ? AND ?",
        (tx.now_ms - 2 * WORDS_KEPT_MS, tx.now_ms - WORDS_KEPT_MS),
    ).fetchall()
    for row in rows:
        body = json.dumps(_without_words(json.loads(row["body"])))
        tx.conn.execute("UPDATE command SET body = ? WHERE seq = ?", (body, row["seq"]))
    tx.conn.execute(
        "DELETE FROM command WHERE outcome IS NOT NULL AND over_ms < ?", (tx.now_ms - KEPT_MS,)
    )


def of_message(conn: sqlite3.Connection, message_id: str) -> CommandGiven | None:
    """The wish to send this message."""
    row = conn.execute(
        f"{_COMMAND} WHERE message_id = ? AND kind = 'send'", (message_id,)
    ).fetchone()
    return None if row is None else _given(row)


def open_cases(
    conn: sqlite3.Connection, conversation_ids: Collection[str]
) -> Sequence[CommandGiven]:
    """Every change of these conversations that its box has not decided yet, oldest first."""
    rows = conn.execute(
        f"{_COMMAND} WHERE conversation_id IN (SELECT value FROM json_each(?))"  # noqa: S608 -- our own words
        " AND outcome IS NULL AND kind = 'case' ORDER BY seq",
        (json.dumps(list(conversation_ids)),),
    )
    return [_given(row) for row in rows]


def shown_in(
    conn: sqlite3.Connection, conversation_id: str, *, since_ms: int
) -> Sequence[CommandGiven]:
    """What its box has not decided, and what it refused since then; oldest first."""
    rows = conn.execute(
        f"{_COMMAND} WHERE conversation_id = ? AND kind <> 'read'"
        " AND (outcome IS NULL OR outcome = 'refused' AND over_ms >= ?) ORDER BY seq",
        (conversation_id, since_ms),
    )
    return [_given(row) for row in rows]


def boxes_asked(conn: sqlite3.Connection) -> Sequence[str]:
    """The box of each command that none has decided, without those that are struck off."""
    rows = conn.execute(
        "SELECT c.box_id FROM command c JOIN box ON box.id = c.box_id"
        " WHERE c.outcome IS NULL AND box.struck_off_ms IS NULL"
    )
    return [row["box_id"] for row in rows]


def newest(conn: sqlite3.Connection) -> int:
    """Grows with each command that is given."""
    return int(conn.execute("SELECT coalesce(max(seq), 0) FROM command").fetchone()[0])


def boxes_since(conn: sqlite3.Connection, seq: int) -> Collection[str]:
    """Who was given a command after that."""
    rows = conn.execute("SELECT DISTINCT box_id FROM command WHERE seq > ?", (seq,))
    return {row["box_id"] for row in rows}


def by_id(conn: sqlite3.Connection, command_id: str) -> CommandGiven | None:
    row = conn.execute(f"{_COMMAND} WHERE id = ?", (command_id,)).fetchone()
    return None if row is None else _given(row)


_COMMAND = (
    "SELECT box_id, n, id, kind, body, asked_by, conversation_id, made_ms, expires_ms, outcome, why"
    " FROM command"
)


def _given(row: sqlite3.Row) -> CommandGiven:
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
    )


def _without_words(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in _IDS if name in body}
