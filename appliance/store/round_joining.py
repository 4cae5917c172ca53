"""The places of two contacts in a round, as they become one person or are two again."""

import json
from collections.abc import Collection
from typing import Any

from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store import messages, rounds
from appliance.store.rounds import PersonState, RoundPerson
from appliance.store.store import Tx

_P = PersonState


def join(tx: Tx, keep_id: str, other_id: str) -> None:
    """Two contacts became one: of two places in a round the one that got further stays.

    What waits in the name of the other place is withdrawn. A seat that comes free by it is given
    away by the next step of its round.
    """
    both = {"keep": keep_id, "other": other_id}
    for row in tx.conn.execute(_BOTH_IN, both).fetchall():
        places = [rounds.person(tx.conn, row["round_id"], each) for each in (other_id, keep_id)]
        _leave(tx, min(places, key=_standing))
    tx.conn.execute("UPDATE round_person SET contact_id = :keep WHERE contact_id = :other", both)


def after_split(tx: Tx, contact_ids: Collection[str]) -> None:
    """Two contacts are two again: a place whose question was withdrawn meanwhile is asked anew, and
    nobody keeps a seat that somebody else has by now.
    """
    named = (json.dumps(list(contact_ids)),)
    for row in tx.conn.execute(_WITHDRAWN, named).fetchall():
        _move(tx, row["round_id"], row["contact_id"], _P.NOT_ASKED)
    for row in tx.conn.execute(_NO_SEAT_LEFT, named).fetchall():
        about = rounds.one(tx.conn, row["round_id"])
        if rounds.count(tx.conn, about.id, _P.YES) > about.seats:
            _move(tx, about.id, row["contact_id"], _P.RESERVE)


def _move(tx: Tx, round_id: str, contact_id: str, to: PersonState) -> None:
    about, who = rounds.one(tx.conn, round_id), rounds.person(tx.conn, round_id, contact_id)
    columns: dict[str, Any] = {}
    if to is _P.NOT_ASKED:
        columns = {"question_id": None, "line_id": None}
    rounds.move_person(tx, about, who, to, **columns)


def _standing(who: RoundPerson) -> tuple[int, bool]:
    return _FURTHER.index(who.state), who.question_id is not None


def _leave(tx: Tx, who: RoundPerson) -> None:
    values = (who.round_id, who.contact_id)
    tx.conn.execute("DELETE FROM round_person WHERE round_id = ? AND contact_id = ?", values)
    for row in tx.conn.execute(_WAITING, (who.question_id, who.said_id)).fetchall():
        messages.move(
            tx,
            row["id"],
            MessageState.CANCELLED,
            reason=Reason.ANSWERED,
            facts={"round": who.round_id},
        )


_FURTHER = (
    *(_P.REFUSED, _P.NOT_ASKED, _P.ASKED, _P.SILENT),
    *(_P.UNCLEAR, _P.NO, _P.RESERVE, _P.YES),
)
_BOTH_IN = """
SELECT k.round_id FROM round_person k INDEXED BY round_person_contact
JOIN round_person o ON o.round_id = k.round_id AND o.contact_id = :other WHERE k.contact_id = :keep
"""
_WAITING = "SELECT id FROM message WHERE id IN (?, ?) AND state = 'queued' AND bound_to IS NULL"
_WITHDRAWN = """
SELECT p.round_id, p.contact_id FROM round_person p INDEXED BY round_person_contact
JOIN message q ON q.id = p.question_id AND q.state = 'cancelled'
WHERE p.contact_id IN (SELECT value FROM json_each(?)) AND p.state = 'asked'
"""
_NO_SEAT_LEFT = """
SELECT p.round_id, p.contact_id FROM round_person p INDEXED BY round_person_contact
WHERE p.contact_id IN (SELECT value FROM json_each(?)) AND p.state = 'yes'
ORDER BY p.changed_ms DESC
"""
