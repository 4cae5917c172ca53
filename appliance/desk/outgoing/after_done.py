"""One question how it went, after somebody at the counter has marked a conversation as done.

It is an automatic message and goes the way of all of them: through consent, pace and the wait for a
decision about words that may mean STOP.
"""

import logging
from dataclasses import dataclass

from appliance.desk.outgoing.after_answers import mark_of
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.errors import InvalidInput, Refused
from appliance.events import EventKind
from appliance.identities import Identity
from appliance.messages import MessageClass
from appliance.phone_numbers import is_landline, is_service
from appliance.queue import overtaken, undecided
from appliance.queue.overtaken import AFTER_DONE
from appliance.queue.pacing import DAY_MS, HOUR_MS, QUIET_MS
from appliance.store import branches, casework, conversations, lines
from appliance.store.casework import Casework
from appliance.store.contacts import identity_of
from appliance.store.store import Tx

log = logging.getLogger(__name__)

MONTH_MS = 31 * DAY_MS
"""A person is asked once in this time, by whichever line."""
TTL_MS = 4 * HOUR_MS
"""A question that could not leave by then is not worth sending."""
ANSWER_MS = 7 * DAY_MS
"""What they say later is said of something else."""

_OPENED_BY_THEM = (EventKind.CONVERSATION_REOPENED.value, "message")
_DONE_BY_IT = (EventKind.CONVERSATION_DONE.value, AFTER_DONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A conversation that was just marked as done.

    `by_person`: somebody at the counter did it. `writable`: they can be answered where they wrote.
    `undecided`: their words may mean STOP. `answered_ms` is the newest answer of a colleague or
    program in the last day: after that a question would be out of the blue. `asked_ms` is the
    newest such question to this person.
    """

    question: str | None
    by_person: bool
    in_group: bool
    writable: bool
    undecided: bool
    answered_ms: int | None
    asked_ms: int | None
    now_ms: int


def time_to_ask(closed: Closed) -> int | None:
    """From when on the question may be asked in open hours; None: it is not asked."""
    if not closed.question or not closed.by_person:
        return None
    if closed.in_group or not closed.writable or closed.undecided:
        return None
    if closed.answered_ms is None:
        return None
    if closed.asked_ms is not None and closed.now_ms - closed.asked_ms < MONTH_MS:
        return None
    return max(closed.now_ms, closed.answered_ms + QUIET_MS)


def ask(tx: Tx, case: Casework, by: Author) -> None:
    """Queues the line's question where the rules allow it; nothing holds up the close."""
    line = lines.line(tx.conn, case.line_id)
    if case.contact_id is None or not line.settings.after_done:
        return
    last = tx.conn.execute(_LAST_HEARD, (case.conversation_id,)).fetchone()
    if last is None:
        return
    who = identity_of(last)
    quiet_ms = time_to_ask(
        Closed(
            question=line.settings.after_done,
            by_person=by.staff_id is not None,
            in_group=who.is_group,
            writable=_is_writable(who),
            undecided=case.contact_id in undecided.asked(tx.conn, line.id),
            answered_ms=overtaken.answered_ms(tx.conn, case.conversation_id, tx.now_ms),
            asked_ms=_asked_ms(tx, case.contact_id),
            now_ms=tx.now_ms,
        )
    )
    not_before_ms = quiet_ms and overtaken.open_from(tx.conn, line.id, quiet_ms)
    if not_before_ms is not None:
        _say(tx, line, case, who, not_before_ms)


def heard(tx: Tx, line_id: str, contact_id: str, message_id: str, text: str) -> bool:
    """They wrote: the question that waits is taken back, and what they say to one that left is
    kept. True when it is such an answer; then nobody has to read it, and it stays done.
    """
    conversation_id = conversations.with_contact(tx, line_id, contact_id)
    overtaken.take_back(tx, conversation_id)
    mark = mark_of(text)
    question = _open_question(tx, conversation_id) if mark else None
    if mark is None or question is None:
        return False
    tx.conn.execute(
        "INSERT INTO after_done (question_id, answer_id, answer, at_ms) VALUES (?, ?, ?, ?)",
        (question, message_id, mark.value, tx.now_ms),
    )
    if _only_they_opened_it(tx, conversation_id) and not _wrote_more(
        tx, conversation_id, question, message_id
    ):
        _stay_done(tx, conversation_id)
    return True


def reread(tx: Tx, message_id: str, text: str) -> None:
    """They changed their answer: another mark takes its place; words are for a person to read, so
    the conversation is open again.
    """
    row = tx.conn.execute(_ANSWER, (message_id,)).fetchone()
    if row is None:
        return
    mark = mark_of(text)
    if mark is not None:
        tx.conn.execute(
            "UPDATE after_done SET answer = ? WHERE answer_id = ?", (mark.value, message_id)
        )
        return
    tx.conn.execute("DELETE FROM after_done WHERE answer_id = ?", (message_id,))
    if _last_happening(tx, row["conversation_id"]) == _DONE_BY_IT:
        case = casework.of(tx.conn, row["conversation_id"])
        casework.take_back(tx, case, facts={"why": "message"}, staff_id=None)


def _is_writable(who: Identity) -> bool:
    """Nobody reads an answer at a service's number or a landline."""
    return not (is_service(who.value) or is_landline(who.value))


def _say(tx: Tx, line: lines.Line, case: Casework, who: Identity, not_before_ms: int) -> None:
    branch = branches.branch(tx.conn, case.branch_id)
    request = SendRequest(
        line_id=line.id,
        identity=who,
        text=(line.settings.after_done or "").replace("{branch}", branch.name),
        author=Author(rule=AFTER_DONE),
        kind=MessageClass.AUTOMATIC,
        contact_id=case.contact_id,
        not_before_ms=not_before_ms,
        ttl_ms=TTL_MS,
    )
    try:
        accept(tx, request)
    except (InvalidInput, Refused) as exc:
        log.info("no question after conversation %s: %s", case.conversation_id, exc)


def _asked_ms(tx: Tx, contact_id: str) -> int | None:
    found: int | None = tx.conn.execute(_ASKED, (contact_id,)).fetchone()[0]
    return found


def _open_question(tx: Tx, conversation_id: str) -> str | None:
    """The newest message that left, if it is a question without an answer: people answer what was
    said last.
    """
    values = {"conversation": conversation_id, "since_ms": tx.now_ms - ANSWER_MS}
    row = tx.conn.execute(_QUESTION, values).fetchone()
    return None if row is None else str(row["id"])


def _only_they_opened_it(tx: Tx, conversation_id: str) -> bool:
    """Not where a colleague goes on with it."""
    return _last_happening(tx, conversation_id) == _OPENED_BY_THEM


def _last_happening(tx: Tx, conversation_id: str) -> tuple[str, str | None] | None:
    """The kind of what last happened to the conversation, and why."""
    row = tx.conn.execute(_LAST_HAPPENING, (conversation_id,)).fetchone()
    return None if row is None else (row["name"], row["why"])


def _wrote_more(tx: Tx, conversation_id: str, question_id: str, message_id: str) -> bool:
    row = tx.conn.execute(
        "SELECT 1 FROM message WHERE conversation_id = ? AND direction = 'in' AND id > ?"
        " AND id <> ? LIMIT 1",
        (conversation_id, question_id, message_id),
    ).fetchone()
    return row is not None


def _stay_done(tx: Tx, conversation_id: str) -> None:
    case = casework.of(tx.conn, conversation_id)
    facts = {"why": AFTER_DONE}
    casework.close(tx, case, note=case.closing_note, facts=facts, staff_id=None)


_LAST_HEARD = """
SELECT scheme, value FROM message WHERE conversation_id = ? AND direction = 'in'
ORDER BY happened_ms DESC, id DESC LIMIT 1
"""

_ANSWER = """
SELECT m.conversation_id FROM after_done a JOIN message m ON m.id = a.answer_id
WHERE a.answer_id = ?
"""

_LAST_HAPPENING = """
SELECT k.name, e.facts ->> 'why' AS why
FROM conversation_event of CROSS JOIN event e ON e.seq = of.event_seq
JOIN event_kind k ON k.code = e.kind
WHERE of.conversation_id = ? ORDER BY of.event_seq DESC LIMIT 1
"""

_ASKED = """
SELECT max(created_ms) FROM message INDEXED BY message_after_done_to
WHERE contact_id = ? AND rule = 'after-done'
AND state NOT IN ('cancelled', 'expired', 'refused', 'failed')
"""

_QUESTION = """
SELECT id FROM (
  SELECT id, rule, sent_ms FROM message
  WHERE conversation_id = :conversation AND direction = 'out' AND state IN
    ('sending', 'unconfirmed', 'sent', 'delivered', 'read')
  ORDER BY happened_ms DESC, id DESC LIMIT 1)
WHERE rule = 'after-done' AND coalesce(sent_ms, :since_ms) >= :since_ms
AND id NOT IN (SELECT question_id FROM after_done)
"""
