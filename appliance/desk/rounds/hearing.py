"""What comes to a round from outside: an answer of somebody, or the fate of a question."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.desk.consent import rule_words
from appliance.desk.rounds import seats, telling
from appliance.desk.rounds.answer_words import AnswerReading, language_of, read_answer
from appliance.events import Event, EventKind
from appliance.messages import MessageState
from appliance.reasons import Reason
from appliance.store import round_messages, rounds
from appliance.store.rounds import PersonState, Round, RoundPerson, RoundState
from appliance.store.store import Tx

_P, _S = PersonState, MessageState

OPEN = (_P.ASKED, _P.SILENT, _P.UNCLEAR)
"""They were asked, and have not said plainly whether they can."""
_LEFT = frozenset({_S.SENT, _S.DELIVERED, _S.READ})
_ENDED = frozenset({_S.FAILED, _S.REFUSED, _S.CANCELLED, _S.EXPIRED})


@dataclass(frozen=True, slots=True, kw_only=True)
class _AskedBefore:
    """A question that left before they wrote; `meanwhile`: somebody else wrote to them since."""

    about: Round
    who: RoundPerson
    meanwhile: bool
    quoted: bool


def concerns(conn: sqlite3.Connection, event: Event, now_ms: int) -> bool:
    """Whether a round has anything to do with it; read before anybody waits for a write."""
    if event.kind is EventKind.ROUND_STARTED:
        return True  # its first questions are kept with it, the others by the next step
    if event.message_id is None:
        return False
    if event.kind is EventKind.MESSAGE_STATE or _is_reaction(event):
        return _asked_by(conn, event.message_id) is not None or _told(conn, event) is not None
    if _is_answer(event):
        values = (event.contact_id, now_ms)
        return conn.execute(_IN_A_ROUND, values).fetchone() is not None
    return False


def hear(tx: Tx, event: Event) -> None:
    """Takes what an event tells of a message into its round."""
    if event.message_id is None:
        return
    if event.kind is EventKind.MESSAGE_STATE:
        _question_moved(tx, event.message_id)
    elif _is_reaction(event):
        _reacted(tx, event.message_id)
    elif _is_answer(event):
        _answered(tx, event.message_id)


def is_plain_answer(
    conn: sqlite3.Connection, *, contact_id: str, line_id: str, text: str, now_ms: int
) -> bool:
    """Whether what somebody just wrote will be a plain answer to a question of a round: then no
    rule has to say that the office is closed.
    """
    row = conn.execute(_OPEN_QUESTION, (contact_id, line_id, now_ms)).fetchone()
    if row is None:
        return False
    return read_answer(text, language_of(json.loads(row["fields"]))) is not AnswerReading.UNCLEAR


def _is_answer(event: Event) -> bool:
    if event.kind is EventKind.MESSAGE_RECEIVED:
        return True
    changed = event.kind is EventKind.MESSAGE_CHANGED
    return changed and event.facts.get("change") in ("words", "edited")


def _is_reaction(event: Event) -> bool:
    """An emoji on a message of ours."""
    return event.kind is EventKind.MESSAGE_CHANGED and event.facts.get("change") == "reaction"


def _reacted(tx: Tx, question_id: str) -> None:
    """A thumb on the question itself answers it, and no other; any other emoji is for a person."""
    who = _asked_by(tx.conn, question_id)
    row = tx.conn.execute(_REACTION, (question_id,)).fetchone()
    if who is None or row is None:
        return
    reading = read_answer(row["emoji"])
    if reading is not AnswerReading.UNCLEAR or who.state in (_P.ASKED, _P.SILENT):
        about = rounds.one(tx.conn, who.round_id)
        if tx.now_ms < about.ends_ms:
            seats.settle(tx, about, who, reading)


def _told(conn: sqlite3.Connection, event: Event) -> RoundPerson | None:
    """Whom a message that waits again told something of a round."""
    waits = event.kind is EventKind.MESSAGE_STATE and event.facts.get("to") == _S.QUEUED.value
    return round_messages.told_by(conn, event.message_id) if waits and event.message_id else None


def _question_moved(tx: Tx, message_id: str) -> None:
    """By what the message is now: a later event may have overtaken this one."""
    who = _asked_by(tx.conn, message_id)
    if who is None:
        if told := round_messages.told_by(tx.conn, message_id):
            seats.take_back_stray(tx, rounds.one(tx.conn, told.round_id), told)
        return
    about = rounds.one(tx.conn, who.round_id)
    row = tx.conn.execute(
        "SELECT state, reason, sent_ms FROM message WHERE id = ?", (message_id,)
    ).fetchone()
    state = MessageState(row["state"])
    if state in _LEFT:
        if who.asked_ms is None:
            rounds.note(tx, who, asked_ms=row["sent_ms"] or tx.now_ms)
    elif state in _ENDED and who.state in (_P.ASKED, _P.SILENT):
        _question_ended(tx, about, who, state, Reason.of(row["reason"]))
    elif state is _S.QUEUED and who.state is _P.ASKED and about.state is not RoundState.RUNNING:
        seats.withdraw_stray(tx, about, who)


def _question_ended(
    tx: Tx, about: Round, who: RoundPerson, state: MessageState, reason: Reason | None
) -> None:
    if state is _S.EXPIRED and who.state is _P.ASKED:
        rounds.move_person(tx, about, who, _P.NOT_ASKED, question_id=None, line_id=None)
    else:
        rounds.move_person(tx, about, who, _P.REFUSED, why=reason or Reason.NOT_DELIVERED)


def _answered(tx: Tx, message_id: str) -> None:
    said = tx.conn.execute(_SAID, (message_id,)).fetchone()
    if said is None:
        return
    asked = _questions(tx, said)
    waiting = [each for each in asked if each.who.state in OPEN]
    if rule_words.is_stop(said["text"]):
        for each in asked:
            _stopped(tx, each)
        return
    reading = read_answer(said["text"], language_of(json.loads(said["fields"])))
    if said["has_files"] or said["near_stop"]:
        reading = AnswerReading.UNCLEAR
    if said["read_as"] == reading.value:
        return
    if waiting:
        _first_answer(tx, said, waiting, reading)
    elif asked:
        _other_mind(tx, said, asked[0], reading)


def _first_answer(
    tx: Tx, said: sqlite3.Row, waiting: Sequence[_AskedBefore], reading: AnswerReading
) -> None:
    """To the question that they quote, else to the only one: of several nobody knows which."""
    quoted = [each for each in waiting if each.quoted]
    meant = (quoted or waiting)[0]
    if not quoted and (len(waiting) > 1 or meant.meanwhile):
        reading = AnswerReading.UNCLEAR
    _keep(tx, said, meant, reading)


def _other_mind(tx: Tx, said: sqlite3.Row, last: _AskedBefore, reading: AnswerReading) -> None:
    """A plain word after their answer changes it; anything else is ordinary talk, and so is a word
    to a colleague who wrote since.
    """
    if reading is not AnswerReading.UNCLEAR and (last.quoted or not last.meanwhile):
        _keep(tx, said, last, reading)


def _keep(tx: Tx, said: sqlite3.Row, to: _AskedBefore, reading: AnswerReading) -> None:
    rounds.note(tx, to.who, answer_id=said["id"])
    rounds.note_answer(tx, said["id"], to.about.id, reading.value)
    seats.settle(tx, to.about, to.who, reading)


def _stopped(tx: Tx, to: _AskedBefore) -> None:
    """They want no messages, so they hear of no seat. Who has a seat keeps it, for a colleague."""
    telling.take_back(tx, to.about, to.who, reason=Reason.OPTED_OUT)
    if to.who.state is not _P.NO:
        rounds.move_person(tx, to.about, to.who, _P.REFUSED, why=Reason.OPTED_OUT)


def _asked_by(conn: sqlite3.Connection, question_id: str) -> RoundPerson | None:
    row = conn.execute(
        "SELECT * FROM round_person WHERE question_id = ?", (question_id,)
    ).fetchone()
    return row and rounds.person_from(row)


def _questions(tx: Tx, said: sqlite3.Row) -> Sequence[_AskedBefore]:
    """The newest first."""
    values = {
        "contact": said["contact_id"],
        "thread": said["conversation_id"],
        "answer": said["id"],
        "at": said["created_ms"],
        "now": tx.now_ms,
        "telling": _TELLING,
    }
    return [
        _AskedBefore(
            about=rounds.one(tx.conn, row["round_id"]),
            who=rounds.person_from(row),
            meanwhile=bool(row["meanwhile"]),
            quoted=bool(row["quoted"]),
        )
        for row in tx.conn.execute(_QUESTIONS, values).fetchall()
    ]


_TELLING = json.dumps(
    [
        *(telling.RULE, "stop", "start", "welcome", "outside-hours", "absence"),
        *("nobody-logged-in", "all-busy"),
    ]
)
"""Rules that ask nothing, so no answer is one to them. Any other may: how it went, for one."""

_OPEN_QUESTION = """
SELECT c.fields FROM round_person p INDEXED BY round_person_contact
JOIN contact c ON c.id = p.contact_id JOIN message q ON q.id = p.question_id
WHERE p.contact_id = ? AND p.line_id = ? AND p.state IN ('asked', 'silent', 'unclear')
AND q.sent_ms IS NOT NULL
AND (SELECT ends_ms FROM round WHERE id = p.round_id) > ? LIMIT 1
"""
_REACTION = "SELECT emoji FROM reaction WHERE message_id = ? AND emoji <> '' ORDER BY at_ms DESC"
_IN_A_ROUND = """
SELECT 1 FROM round_person p INDEXED BY round_person_contact CROSS JOIN round r ON r.id = p.round_id
WHERE p.contact_id = ? AND p.question_id IS NOT NULL AND r.ends_ms > ? LIMIT 1
"""

_SAID = """
SELECT m.id, m.contact_id, m.conversation_id, m.text, m.created_ms, c.fields,
  EXISTS (SELECT 1 FROM message_media f WHERE f.message_id = m.id) AS has_files,
  EXISTS (SELECT 1 FROM near_stop s WHERE s.message_id = m.id) AS near_stop,
  (SELECT reading FROM round_answer r WHERE r.message_id = m.id) AS read_as
FROM message m JOIN contact c ON c.id = m.contact_id
WHERE m.id = ? AND m.direction = 'in' AND m.origin = 'person' AND m.awaited = 0
AND m.deleted_ms IS NULL AND m.imported IS NULL
"""

# What a colleague, other software or a rule that asks wrote since the round last spoke may be what
# they answer.
_QUESTIONS = """
SELECT p.*,
  EXISTS (SELECT 1 FROM message_quote t WHERE t.message_id = :answer
    AND t.quoted_id IN (p.question_id, p.said_id)) AS quoted,
  EXISTS (SELECT 1 FROM message o INDEXED BY message_thread WHERE o.conversation_id = :thread
    AND o.direction = 'out' AND o.id < :answer
    AND (o.rule IS NULL OR o.rule NOT IN (SELECT value FROM json_each(:telling)))
    AND (o.id > coalesce(p.said_id, p.question_id) OR p.said_id IS NULL AND o.sent_ms > q.sent_ms)
    AND o.state IN ('sent', 'delivered', 'read', 'sending', 'unconfirmed')) AS meanwhile
FROM round_person p INDEXED BY round_person_contact CROSS JOIN round r ON r.id = p.round_id
CROSS JOIN message q ON q.id = p.question_id
WHERE p.contact_id = :contact AND q.conversation_id = :thread AND r.ends_ms > :now
AND p.state IN ('asked', 'silent', 'unclear', 'yes', 'reserve', 'no')
AND EXISTS (SELECT 1 FROM attempt a WHERE a.message_id = q.id AND a.tapped_ms <= :at)
ORDER BY p.question_id DESC
"""
