"""What a planner decides in a round: what an answer means, that it closes, that it is off."""

from appliance.desk.access.sight import Sight
from appliance.desk.rounds import seats
from appliance.desk.rounds.answer_words import AnswerReading
from appliance.errors import NotFound, Refused
from appliance.reasons import Reason
from appliance.store import rounds
from appliance.store.rounds import PersonState, Round, RoundAuthor, RoundState
from appliance.store.store import Tx


def seen(tx: Tx, sight: Sight, round_id: str) -> Round:
    """Raises NotFound for a round of a branch that they do not see."""
    found = rounds.one(tx.conn, round_id)
    if not sight.sees_branch(found.branch_id):
        raise NotFound("round")
    return found


def decide(
    tx: Tx, about: Round, contact_id: str, reading: AnswerReading, *, by: RoundAuthor
) -> None:
    """A person says what somebody's answer is, or takes a seat back.

    A yes beyond the seats goes to the reserve list, as a worker's does. Raises NotFound for
    somebody who is not in the round, Refused where there is nothing to decide.
    """
    who = rounds.person(tx.conn, about.id, contact_id)
    if who.state is PersonState.REFUSED:
        raise Refused(
            Reason.NOTHING_TO_DECIDE, "This person may not be asked, so there is no answer."
        )
    if about.state is RoundState.CANCELLED or tx.now_ms >= about.ends_ms:
        raise Refused(Reason.NOTHING_TO_DECIDE, "This round is over.")
    seats.settle(tx, about, who, reading, by=by)
    if who.answer_id is not None and who.state is PersonState.UNCLEAR:
        rounds.note_answer(tx, who.answer_id, about.id, reading.value)
    seats.advance(tx, about.id)


def close(tx: Tx, about: Round, *, by: RoundAuthor) -> None:
    """Nobody is asked any more; a second time changes nothing."""
    seats.end(tx, about, RoundState.CLOSED, by=by)


def cancel(tx: Tx, about: Round, *, by: RoundAuthor) -> None:
    """The work is off. Nobody is told by it: the planner knows what to say to whom."""
    seats.end(tx, about, RoundState.CANCELLED, by=by)
