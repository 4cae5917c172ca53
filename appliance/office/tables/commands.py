"""What is asked of boxes, numbered per box and kept until the box says that it is over."""

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from appliance.errors import NotFound
from appliance.events import EventKind
from appliance.messages import MessageState
from appliance.office.link import (
    MAX_COMMANDS,
    CommandAsker,
    CommandKind,
    CommandOutcome,
    OfficeCommand,
)
from appliance.office.tables import office_drafts, work_list
from appliance.office.tables.command_rows import COMMAND, CommandGiven, forget_words, given_in
from appliance.reasons import Reason
from appliance.store.store import Tx

WORDS_KEPT_MS = 24 * 3_600_000
"""What a refused command said is shown for so long. That of one that was done is kept for as long,
because a box that is put back to an earlier day is asked again; that of a message no longer than
it waits there.
"""
KEPT_MS = 90 * 24 * 3_600_000
MAX_ANSWER_BYTES = 1024 * 1024
"""Of the bodies of commands that a box gets at once; the first of them goes in any case."""
DONE_AGAIN = frozenset({CommandKind.SEND, CommandKind.CANCEL, CommandKind.CASE, CommandKind.NOTE})
"""What a box does again when it was put back to a day before it did it."""


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
    """Open ones with a higher number, in its order: as many as go into one answer."""
    rows = conn.execute(
        f"{COMMAND} WHERE box_id = ? AND n > ? AND outcome IS NULL ORDER BY n LIMIT ?",
        (box_id, after, MAX_COMMANDS),
    )
    found, size = list[OfficeCommand](), 0
    for row in rows:
        size += len(row["body"])
        if found and size > MAX_ANSWER_BYTES:
            break
        found.append(given_in(row).command)
    return found


def told(conn: sqlite3.Connection, box_id: str) -> int:
    """The highest number that the box was sent, or named itself. Raises NotFound."""
    row = conn.execute("SELECT told_n FROM box WHERE id = ?", (box_id,)).fetchone()
    if row is None:
        raise NotFound("box")
    return int(row["told_n"])


def note_told(tx: Tx, box_id: str, n: int) -> None:
    """Before it is sent. Where a crash forgets it, what was sent gets another number, and the box
    knows it by its id.
    """
    tx.conn.execute("UPDATE box SET told_n = max(told_n, ?) WHERE id = ?", (n, box_id))


def next_of(conn: sqlite3.Connection, box_id: str) -> int:
    """The number of its next command. Raises NotFound."""
    row = conn.execute("SELECT next_n FROM box WHERE id = ?", (box_id,)).fetchone()
    if row is None:
        raise NotFound("box")
    return int(row["next_n"])


def go_on_after(tx: Tx, box_id: str, after: int) -> bool:
    """The box has commands up to `after`. Where this office never sent it so many, an office of
    later days did, and this one was put back: what it gave since has numbers that the box takes for
    old, so its numbers go on above all that either side knows. Whether that was so.
    """
    told_n = told(tx.conn, box_id)
    if after <= told_n:
        return False
    open_ones = tx.conn.execute(
        "SELECT seq FROM command WHERE box_id = ? AND outcome IS NULL AND n > ? ORDER BY n",
        (box_id, told_n),
    ).fetchall()
    _number_anew(tx, box_id, [each["seq"] for each in open_ones], after=after)
    note_told(tx, box_id, after)
    return True


def _number_anew(tx: Tx, box_id: str, seqs: Sequence[int], *, after: int = 0) -> None:
    """Above all numbers that there are, and above `after`."""
    begin = max(next_of(tx.conn, box_id), after + 1)
    tx.conn.executemany(
        "UPDATE command SET n = ? WHERE seq = ?",
        [(begin + place, seq) for place, seq in enumerate(seqs)],
    )
    tx.conn.execute("UPDATE box SET next_n = ? WHERE id = ?", (begin + len(seqs), box_id))


def ask_again(tx: Tx, given: CommandGiven, *, may_have_left: bool = False) -> None:
    """By the same id, with a new number: it is open again. `may_have_left`: the box looks whether
    its message has, before it sends that.
    """
    body = dict(given.command.body)
    if may_have_left:
        body["left_since_ms"] = given.at_ms
    row = tx.conn.execute(
        "UPDATE command SET outcome = NULL, why = NULL, over_ms = NULL, body = ? WHERE id = ?"
        " RETURNING seq",
        (json.dumps(body, ensure_ascii=False), given.command.id),
    ).fetchone()
    _number_anew(tx, given.box_id, [row["seq"]])


def lost(tx: Tx, given: CommandGiven, state: MessageState) -> None:
    """Its message came to this, and the box does not know it any more: it is not sent again."""
    tx.conn.execute(
        "UPDATE command SET outcome = 'done', why = ?, over_ms = ? WHERE id = ?",
        (state.value, tx.now_ms, given.command.id),
    )
    forget_words(tx, [given])


def forget_over(tx: Tx, box_id: str, kind: CommandKind) -> None:
    """As if those of this kind that are over had never been given."""
    tx.conn.execute(
        "DELETE FROM command WHERE box_id = ? AND kind = ? AND outcome IS NOT NULL",
        (box_id, kind.value),
    )


def refused(conn: sqlite3.Connection, box_id: str, kind: CommandKind) -> Sequence[CommandGiven]:
    """In its order, as far as what they say is still known."""
    rows = conn.execute(
        f"{COMMAND} WHERE box_id = ? AND kind = ? AND outcome = 'refused' AND has_words = 1"
        " ORDER BY n",
        (box_id, kind.value),
    )
    return [given_in(row) for row in rows]


def give_again(tx: Tx, box_id: str, found: Sequence[CommandGiven]) -> None:
    """Under new ids, in place of those: the box is to do what it could not."""
    for each in found:
        by, expires_ms = each.command.by, each.command.expires_ms
        kind = CommandKind(each.command.kind)
        tx.conn.execute("DELETE FROM command WHERE id = ?", (each.command.id,))
        give(tx, box_id, kind, each.command.body, by, expires_ms=expires_ms)


def end(tx: Tx, box_id: str, *, why: Reason) -> None:
    """Nothing that is open is asked of the box any more, and nothing of what was said is kept."""
    tx.conn.execute(
        "UPDATE command SET outcome = 'refused', why = ?, over_ms = ?"
        " WHERE box_id = ? AND outcome IS NULL",
        (why.value, tx.now_ms, box_id),
    )
    rows = tx.conn.execute(f"{COMMAND} WHERE box_id = ? AND has_words = 1", (box_id,))
    forget_words(tx, [given_in(row) for row in rows.fetchall()])


def over(
    tx: Tx, box_id: str, command_id: str, outcome: CommandOutcome, why: str | None
) -> CommandGiven | None:
    """The box said so. None where no such command of it is open."""
    row = tx.conn.execute(
        f"{COMMAND} WHERE id = ? AND box_id = ? AND outcome IS NULL", (command_id, box_id)
    ).fetchone()
    if row is None:
        return None
    found = given_in(row)
    tx.conn.execute(
        "UPDATE command SET outcome = ?, why = ?, over_ms = ? WHERE id = ?",
        (outcome, why if outcome is CommandOutcome.REFUSED else None, tx.now_ms, command_id),
    )
    if outcome is CommandOutcome.DONE and found.command.kind not in DONE_AGAIN:
        forget_words(tx, [found])
    _tell(tx, box_id, found.command, outcome)
    return found


def _tell(tx: Tx, box_id: str, made: OfficeCommand, outcome: CommandOutcome | None) -> None:
    """Whoever looks at the conversation sees what is asked of its box, and what became of it."""
    about = made.body.get("conversation")
    is_first = about is None and made.kind == CommandKind.SEND and made.by.staff is not None
    if (about is None and not is_first) or made.kind == CommandKind.READ:
        return
    facts = {"box": box_id, "command": made.id, "kind": made.kind}
    facts |= {} if outcome is None else {"outcome": outcome}
    tx.emit(
        EventKind.OFFICE_ASKED,
        branch_id=None if about is None else work_list.branch_of(tx.conn, about),
        conversation_id=about,
        facts={**facts, "by": made.by.staff} if is_first else facts,
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
    over = f"{COMMAND} WHERE box_id = ? AND outcome IS NOT NULL AND has_words = 1"
    forget_words(tx, [given_in(row) for row in tx.conn.execute(over, (box_id,)).fetchall()])


_NOT_ANY_MORE = """
UPDATE command SET outcome = 'refused', why = :why, over_ms = :now
WHERE box_id = :box AND outcome IS NULL AND kind IN ('send', 'note', 'case', 'fetch')
AND (conversation_id IN (SELECT value FROM json_each(:talks))
  OR EXISTS (SELECT 1 FROM json_each(:said) s WHERE instr(body, s.value)))
"""


def left(tx: Tx, box_id: str, message_ids: Collection[str]) -> None:
    """These messages wait no more, so what they say need never be asked for again."""
    rows = tx.conn.execute(
        f"{COMMAND} WHERE message_id IN (SELECT value FROM json_each(?)) AND box_id = ?"  # noqa: S608 -- our own words
        " AND kind = 'send' AND outcome = 'done' AND has_words = 1",
        (json.dumps(list(message_ids)), box_id),
    )
    forget_words(tx, [given_in(row) for row in rows.fetchall()])


def tidy(tx: Tx) -> None:
    """Words of what was over long ago, then the commands themselves. What a box could not take in
    of what happened it is told again some day.
    """
    rows = tx.conn.execute(
        f"{COMMAND} WHERE outcome IS NOT NULL AND has_words = 1 AND over_ms < ?"
        " AND kind <> 'happened' ORDER BY over_ms LIMIT 5000",
        (tx.now_ms - WORDS_KEPT_MS,),
    ).fetchall()
    forget_words(tx, [given_in(row) for row in rows])
    tx.conn.execute(
        "DELETE FROM command WHERE outcome IS NOT NULL AND over_ms < ?", (tx.now_ms - KEPT_MS,)
    )


def of_message(conn: sqlite3.Connection, message_id: str) -> CommandGiven | None:
    """The wish to send this message."""
    row = conn.execute(
        f"{COMMAND} WHERE message_id = ? AND kind = 'send'", (message_id,)
    ).fetchone()
    return None if row is None else given_in(row)


def open_cases(
    conn: sqlite3.Connection, conversation_ids: Collection[str]
) -> Sequence[CommandGiven]:
    """Every change of these conversations that its box has not decided yet, oldest first."""
    rows = conn.execute(
        f"{COMMAND} WHERE conversation_id IN (SELECT value FROM json_each(?))"  # noqa: S608 -- our own words
        " AND outcome IS NULL AND kind = 'case' ORDER BY seq",
        (json.dumps(list(conversation_ids)),),
    )
    return [given_in(row) for row in rows]


def shown_in(
    conn: sqlite3.Connection, conversation_id: str, *, since_ms: int
) -> Sequence[CommandGiven]:
    """What its box has not decided, and what it refused since then; oldest first."""
    rows = conn.execute(
        f"{COMMAND} WHERE conversation_id = ? AND kind <> 'read'"
        " AND (outcome IS NULL OR outcome = 'refused' AND over_ms >= ?) ORDER BY seq",
        (conversation_id, since_ms),
    )
    return [given_in(row) for row in rows]


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
    row = conn.execute(f"{COMMAND} WHERE id = ?", (command_id,)).fetchone()
    return None if row is None else given_in(row)
