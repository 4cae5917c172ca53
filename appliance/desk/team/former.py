"""How a conversation was before something was done with it, and how it becomes so again."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.outgoing.sending import Author
from appliance.desk.team import cases, labels
from appliance.errors import InvalidInput
from appliance.events import EventKind
from appliance.store import casework, listed
from appliance.store.casework import Casework
from appliance.store.store import Tx


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerState:
    """`done_id` and `undone_id` say up to which message nobody waits."""

    conversation_id: str
    case: Casework
    done_id: str
    undone_id: str
    label_ids: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerCase:
    """`seq` is the event by which it became another."""

    before: FormerState
    seq: int


def former(conn: sqlite3.Connection, conversation_id: str) -> FormerState:
    """Raises NotFound."""
    marks = conn.execute(
        "SELECT done_id, undone_id FROM casework WHERE conversation_id = ?", (conversation_id,)
    ).fetchone()
    return FormerState(
        conversation_id=conversation_id,
        case=casework.of(conn, conversation_id),
        done_id=marks["done_id"] if marks else "",
        undone_id=marks["undone_id"] if marks else "",
        label_ids=[each.id for each in labels.on(conn, conversation_id)],
    )


def give_back(tx: Tx, before: FormerState, by: Author) -> bool:
    """To whoever had it. False where they may not answer there now."""
    try:
        cases.assign(tx, before.conversation_id, before.case.assignee_id, by)
    except InvalidInput:
        return False
    return True


def label_as_before(tx: Tx, before: FormerState, by: Author) -> bool:
    """With those of its labels that there still are."""
    known = {each.id for each in labels.of_branch(tx.conn, before.case.branch_id)}
    wanted = [each for each in before.label_ids if each in known]
    cases.put_labels(tx, before.conversation_id, wanted, by)
    return True


def put_course_back(tx: Tx, before: FormerState, by: Author) -> bool:
    """Whether it is done or put away, and since which message somebody waits."""
    case, now = before.case, casework.of(tx.conn, before.conversation_id)
    returns = case.returns.value if case.returns else None
    casework.change(
        tx,
        now,
        _kind(case, now),
        facts={"returns": returns, "until_ms": case.returns_ms},
        staff_id=by.staff_id,
        done_ms=case.done_ms,
        closing_note=case.closing_note,
        returns=returns,
        returns_ms=case.returns_ms,
        done_id=before.done_id,
        undone_id=before.undone_id,
    )
    listed.settle_wait(tx.conn, before.conversation_id)
    return True


def _kind(case: Casework, now: Casework) -> EventKind:
    if case.is_done:
        return EventKind.CONVERSATION_DONE
    if case.returns is not None:
        return EventKind.CONVERSATION_SNOOZED
    return EventKind.CONVERSATION_REOPENED if now.is_done else EventKind.CONVERSATION_RETURNED
