"""Messages that read like STOP without being it: shown to staff, who decide."""

from enum import Enum

from appliance.errors import NotFound, Refused
from appliance.events import EventKind
from appliance.queue import undecided
from appliance.reasons import Reason
from appliance.store.store import Tx


class NearStopAnswer(Enum):
    """The values are those of the page's buttons and of the table's column."""

    SIGN_OFF = "sign-off"
    LEAVE = "leave"
    #: #: Other words signed them off before anybody decided; the page has no button for it.
    OVERTAKEN = "overtaken"


def mark(tx: Tx, message_id: str) -> None:
    """Asks staff to decide; until they do, what waits for this person goes on waiting."""
    tx.conn.execute(
        "INSERT INTO near_stop (message_id, asked_id) VALUES (?, ?)", (message_id, tx.new_id())
    )
    undecided.put_off(tx, *_whose(tx, message_id))
    _tell(tx, message_id, None, None)


def is_marked(tx: Tx, message_id: str) -> bool:
    row = tx.conn.execute("SELECT 1 FROM near_stop WHERE message_id = ?", (message_id,)).fetchone()
    return row is not None


def settle(tx: Tx, message_id: str, answer: NearStopAnswer, *, staff_id: str) -> None:
    """Records who decided what. Raises NotFound, or Refused when somebody was quicker."""
    row = tx.conn.execute(
        "SELECT decision FROM near_stop WHERE message_id = ?", (message_id,)
    ).fetchone()
    if row is None:
        raise NotFound("message")
    if row["decision"] is not None:
        raise Refused(Reason.NOTHING_TO_DECIDE, "A colleague decided about this message already.")
    tx.conn.execute(
        "UPDATE near_stop SET decision = ?, staff_id = ?, decided_ms = ? WHERE message_id = ?",
        (answer.value, staff_id, tx.now_ms, message_id),
    )
    undecided.let_go(tx, *_whose(tx, message_id))
    _tell(tx, message_id, answer, staff_id)


def overtake(tx: Tx, contact_id: str, line_id: str) -> None:
    """They are signed off on this line: that answers the open questions about them there."""
    rows = tx.conn.execute(
        "SELECT s.message_id FROM near_stop s INDEXED BY near_stop_open"
        " CROSS JOIN message m ON m.id = s.message_id"
        " WHERE s.decision IS NULL AND m.line_id = ? AND m.contact_id = ?",
        (line_id, contact_id),
    ).fetchall()
    for row in rows:
        tx.conn.execute(
            "UPDATE near_stop SET decision = 'overtaken', decided_ms = ? WHERE message_id = ?",
            (tx.now_ms, row["message_id"]),
        )
        _tell(tx, row["message_id"], NearStopAnswer.OVERTAKEN, None)


def _whose(tx: Tx, message_id: str) -> tuple[str, str]:
    """The line and the contact of the message."""
    row = tx.conn.execute(
        "SELECT line_id, contact_id FROM message WHERE id = ?", (message_id,)
    ).fetchone()
    return row["line_id"], row["contact_id"]


def _tell(tx: Tx, message_id: str, answer: NearStopAnswer | None, staff_id: str | None) -> None:
    row = tx.conn.execute(
        "SELECT line_id, conversation_id, contact_id FROM message WHERE id = ?", (message_id,)
    ).fetchone()
    tx.emit(
        EventKind.NEAR_STOP,
        line_id=row["line_id"],
        conversation_id=row["conversation_id"],
        contact_id=row["contact_id"],
        message_id=message_id,
        staff_id=staff_id,
        facts={"decision": answer.value if answer else None},
    )
