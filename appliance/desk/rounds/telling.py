"""What a round says to somebody: a message by the one entrance, and no way around its rules."""

import logging

from appliance.desk.access.sight import Sight
from appliance.desk.outgoing.recipients import identity_of_contact
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.desk.outgoing.wording import Wording
from appliance.desk.rounds.judging import Asker, Judged
from appliance.desk.rounds.round_texts import RoundTexts, said_to
from appliance.errors import BalieError, InvalidInput, Refused
from appliance.messages import MessageClass, MessageState
from appliance.reasons import Reason
from appliance.store import branches, contacts, messages, round_messages, rounds
from appliance.store.rounds import PersonState, Round, RoundPerson
from appliance.store.store import Tx

log = logging.getLogger(__name__)

RULE = "round"
"""Who wrote it, as a message of Balie's own is marked; so no colleague is said to have answered."""


def ask(tx: Tx, about: Round, who: RoundPerson, judged: Judged) -> None:
    """Keeps the question and that they are asked, or the reason why they are not."""
    asker = _least_busy(tx, about, judged)
    request = SendRequest(
        line_id=asker.line.id,
        identity=asker.identity,
        text=judged.text,
        author=Author(rule=RULE),
        kind=MessageClass.AUTOMATIC,
        ttl_ms=max(1, about.closes_ms - tx.now_ms),
        contact_id=who.contact_id,
    )
    try:
        with tx.whole():
            question_id = accept(tx, request).id
    except (Refused, InvalidInput) as exc:
        log.warning("round %s cannot ask contact %s: %s", about.id, who.contact_id, exc)
        why = Reason(exc.code) if isinstance(exc, Refused) else Reason.TOO_LONG
        rounds.move_person(tx, about, who, PersonState.REFUSED, why=why)
        return
    rounds.move_person(
        tx,
        about,
        who,
        PersonState.ASKED,
        line_id=asker.line.id,
        question_id=question_id,
        asked_ms=None,
    )


def confirm(tx: Tx, about: Round, who: RoundPerson) -> bool:
    """False when nobody can tell them. It says nothing any more once the work has begun."""
    until_ms = about.starts_ms if tx.now_ms < about.starts_ms else about.ends_ms
    return _say(tx, about, who, _texts(tx, about).confirm, until_ms)


def tell_reserve(tx: Tx, about: Round, who: RoundPerson) -> None:
    _say(tx, about, who, _texts(tx, about).reserve, about.ends_ms)


def tell_filled(tx: Tx, about: Round, who: RoundPerson) -> None:
    """Once: whoever was told something of this round already is told no more."""
    if who.said_id is None:
        _say(tx, about, who, _texts(tx, about).filled, about.ends_ms)


def withdraw(tx: Tx, about: Round, who: RoundPerson, *, reason: Reason) -> bool:
    """Takes back a question that waits; False when it has left, or may have.

    Of one that was tried before, it is proven that it did not leave; a part of it may have.
    """
    if who.question_id is None or not _only_waits(tx, who.question_id):
        return False
    messages.move(
        tx, who.question_id, MessageState.CANCELLED, reason=reason, facts={"round": about.id}
    )
    return True


def take_back(tx: Tx, about: Round, who: RoundPerson, *, reason: Reason) -> None:
    """What was said to them and waits still is true no more. It may be that it has left."""
    said_id = round_messages.said_to(tx.conn, who)
    if said_id is None or not _only_waits(tx, said_id):
        return
    messages.move(tx, said_id, MessageState.CANCELLED, reason=reason, facts={"round": about.id})
    rounds.note(tx, who, said_id=round_messages.said_before(tx.conn, about, who, said_id))


def _only_waits(tx: Tx, message_id: str) -> bool:
    row = tx.conn.execute(
        "SELECT 1 FROM message WHERE id = ? AND state = 'queued' AND bound_to IS NULL",
        (message_id,),
    ).fetchone()
    return row is not None


def _texts(tx: Tx, about: Round) -> RoundTexts:
    settings = branches.branch(tx.conn, about.branch_id).settings
    return RoundTexts.of(about, settings.language)


def _say(tx: Tx, about: Round, who: RoundPerson, wording: Wording, until_ms: int) -> bool:
    """In place of what waits to be said to them. What cannot be said is told in the log: their
    answer counts all the same.
    """
    line_id = who.line_id or about.line_ids[0]
    contact = contacts.find(tx.conn, who.contact_id)
    name = (contact.office_name or contact.chosen_name) if contact else None
    try:
        with tx.whole():
            take_back(tx, about, who, reason=Reason.ANSWERED)
            said = accept(
                tx,
                SendRequest(
                    line_id=line_id,
                    identity=identity_of_contact(
                        tx.conn, Sight(None), who.contact_id, line_id=line_id
                    ),
                    text=said_to(wording, name, who.position),
                    author=Author(rule=RULE),
                    ttl_ms=max(1, until_ms - tx.now_ms),
                    contact_id=who.contact_id,
                ),
            )
    except (BalieError, IndexError) as exc:
        log.warning("round %s could not tell contact %s: %s", about.id, who.contact_id, exc)
        return False
    rounds.note(tx, who, said_id=said.id)
    return True


def _least_busy(tx: Tx, about: Round, judged: Judged) -> Asker:
    """The line on which the fewest questions of this round wait; among those, who heard them
    last.
    """
    waiting = dict(tx.conn.execute(_WAITING, (about.id,)).fetchall())
    return min(
        judged.askers, key=lambda each: (waiting.get(each.line.id, 0), -(each.last_in_ms or 0))
    )


_WAITING = """
SELECT p.line_id, count(*) FROM round_person p INDEXED BY round_person_turn
CROSS JOIN message m ON m.id = p.question_id
WHERE p.round_id = ? AND p.state = 'asked' AND m.state = 'queued' GROUP BY 1
"""
