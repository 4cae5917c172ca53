"""What colleagues do with a conversation: claim it, hand it over, put it away, close it.

Each is one event with who did it, and saying what is so already changes nothing. The caller looks
whether the person may write there.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from appliance.desk.access.rights import Permission, rights_of
from appliance.desk.outgoing import after_done
from appliance.desk.outgoing.sending import Author
from appliance.desk.team import labels
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.queue import overtaken
from appliance.reasons import Reason
from appliance.store import casework
from appliance.store.casework import Casework, Returns
from appliance.store.store import Tx

NOBODY = Author()
MAX_NOTE = 1000
MAX_AWAY_MS = 366 * 24 * 3_600_000
"""A date a year from now is a slip of the pen."""


def claim(tx: Tx, conversation_id: str, staff_id: str) -> None:
    """For oneself. Raises Refused when a colleague has it: two would answer."""
    has_it = casework.of(tx.conn, conversation_id).assignee_id
    if has_it not in (None, staff_id):
        raise Refused(
            Reason.CLAIMED,
            "A colleague has this conversation.",
            remedy="Hand it over instead, if they agree.",
        )
    assign(tx, conversation_id, staff_id, Author(staff_id=staff_id))


def assign(tx: Tx, conversation_id: str, staff_id: str | None, by: Author) -> None:
    """None: nobody has it any more. Raises InvalidInput for who may not answer there."""
    case = casework.of(tx.conn, conversation_id)
    if staff_id == case.assignee_id:
        return
    if staff_id and not may_have(tx.conn, case, staff_id):
        sentence = "This colleague may not write there. Choose somebody who may."
        raise InvalidInput("assignee", sentence)
    casework.change(
        tx,
        case,
        EventKind.CONVERSATION_ASSIGNED,
        facts={"from": case.assignee_id, "to": staff_id, **_told(by)},
        staff_id=by.staff_id,
        assignee_id=staff_id,
    )


def may_have(conn: sqlite3.Connection, case: Casework, staff_id: str) -> bool:
    """Whether they may answer there: a group may be held to others."""
    rights = rights_of(conn, staff_id)
    writes = rights.may(Permission.INBOX_WRITE, case.branch_id)
    return writes and rights.groups.may_answer(case.conversation_id)


def release_out_of_reach(tx: Tx, staff_id: str) -> None:
    """What they may not answer any more is nobody's."""
    for conversation_id in casework.claims_of(tx.conn, staff_id):
        if not may_have(tx.conn, casework.of(tx.conn, conversation_id), staff_id):
            casework.release(tx, conversation_id, why="rights")


def close(
    tx: Tx, conversation_id: str, by: Author, *, note: str | None = None, seen: str | None = None
) -> None:
    """Done, until they write again. `seen` is the newest message that its reader was shown.

    Raises Refused when a newer one came, InvalidInput for the note.
    """
    case = casework.of(tx.conn, conversation_id)
    if seen is not None and (case.news_id or "") > seen:
        raise Refused(
            Reason.THEY_WROTE,
            "They wrote just now, so it is not done.",
            remedy="Read what came, then mark it as done.",
        )
    said = _clean(note)
    if case.is_done:
        if said and said != case.closing_note:
            kind, facts = EventKind.CONVERSATION_DONE, _told(by)
            casework.change(tx, case, kind, facts=facts, staff_id=by.staff_id, closing_note=said)
        return
    casework.close(tx, case, note=said, facts=_told(by), staff_id=by.staff_id)
    after_done.ask(tx, case, by)


def is_done(conn: sqlite3.Connection, conversation_id: str) -> bool:
    return casework.of(conn, conversation_id).is_done


def reopen(tx: Tx, conversation_id: str, by: Author) -> None:
    case = casework.of(tx.conn, conversation_id)
    if case.is_done:
        casework.take_back(tx, case, facts=_told(by), staff_id=by.staff_id)
        overtaken.take_back(tx, conversation_id)


def check_until(until_ms: int, now_ms: int) -> None:
    """Raises InvalidInput for a time until which nothing can be put away."""
    if not now_ms < until_ms <= now_ms + MAX_AWAY_MS:
        sentence = "Choose a time from now on, at most a year away."
        raise InvalidInput("snoozed_until", sentence)


def put_away(tx: Tx, conversation_id: str, until_ms: int | None, by: Author) -> None:
    """None: until they answer. It is done no more then. Raises InvalidInput for the time."""
    if until_ms is not None:
        check_until(until_ms, tx.now_ms)
    reopen(tx, conversation_id, by)
    case = casework.of(tx.conn, conversation_id)
    returns = Returns.REPLY if until_ms is None else Returns.TIME
    if (returns, until_ms) == (case.returns, case.returns_ms):
        return
    casework.change(
        tx,
        case,
        EventKind.CONVERSATION_SNOOZED,
        facts={"returns": returns.value, "until_ms": until_ms, **_told(by)},
        staff_id=by.staff_id,
        returns=returns.value,
        returns_ms=until_ms,
    )


def bring_back(tx: Tx, conversation_id: str, by: Author = NOBODY, *, why: str = "person") -> None:
    case = casework.of(tx.conn, conversation_id)
    if case.returns is not None:
        casework.change(
            tx,
            case,
            EventKind.CONVERSATION_RETURNED,
            facts={"why": why, **_told(by)},
            staff_id=by.staff_id,
            returns=None,
            returns_ms=None,
        )


def bring_back_due(tx: Tx) -> None:
    """Whatever was put away until now stands among the others again."""
    for conversation_id in casework.returning(tx.conn, tx.now_ms):
        bring_back(tx, conversation_id, why="time")


def put_labels(tx: Tx, conversation_id: str, names: Sequence[str], by: Author) -> None:
    """These and no others. Raises InvalidInput for a name that is no label of the branch."""
    case = casework.of(tx.conn, conversation_id)
    wanted = labels.named(tx.conn, case.branch_id, names)
    if labels.put(tx, conversation_id, wanted):
        casework.change(
            tx,
            case,
            EventKind.CONVERSATION_LABELLED,
            facts={"labels": sorted(wanted), **_told(by)},
            staff_id=by.staff_id,
        )


def _told(by: Author) -> Mapping[str, Any]:
    return {"token": by.token_id} if by.token_id else {}


def _clean(note: str | None) -> str | None:
    said = (note or "").strip()
    if len(said) > MAX_NOTE:
        raise InvalidInput("closing_note", f"A closing note has at most {MAX_NOTE} characters.")
    return said or None
