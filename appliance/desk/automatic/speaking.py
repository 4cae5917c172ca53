"""A rule speaks: what it says is accepted as any message, and kept no longer than it is true."""

import logging
from dataclasses import dataclass

from appliance.desk.automatic.absence import Absence
from appliance.desk.automatic.deciding import RuleDecision, RuleName
from appliance.desk.automatic.standing import Heard, Place
from appliance.desk.automatic.wording import RuleWords, take_turns
from appliance.desk.outgoing.sending import Author, SendRequest, accept
from appliance.errors import InvalidInput, Refused
from appliance.messages import MessageClass
from appliance.queue.pacing import DAY_MS, HOUR_MS, MINUTE_MS
from appliance.store import contacts
from appliance.store.store import Tx

log = logging.getLogger(__name__)

STALE_MS = 2 * HOUR_MS
"""After this it helps nobody to read that no colleague was there."""
_LEAST_MS = 10 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class SaidByRule:
    """`welcomes`: the welcome is in the message."""

    message_id: str
    welcomes: bool


def say(
    tx: Tx, heard: Heard, place: Place, decision: RuleDecision, away: Absence | None = None
) -> SaidByRule | None:
    """Queues it over the channel on which they wrote. None when it cannot be sent: what it answers
    must be kept all the same.
    """
    if decision.rule is None:
        return None
    person = contacts.find(tx.conn, heard.contact_id)
    name = (person.office_name or person.chosen_name) if person else None
    found = RuleWords(tx.conn, place, name=name, away=away, at_ms=tx.now_ms)
    for words in found.of(decision):
        request = SendRequest(
            line_id=heard.line.id,
            identity=heard.identity,
            text=words.text,
            author=Author(rule=words.rule),
            channel=heard.channel,
            kind=MessageClass.AUTOMATIC,
            ttl_ms=_ttl_ms(tx, place, words.rule),
        )
        try:
            done = accept(tx, request)
        except (InvalidInput, Refused) as exc:
            log.warning("line %s could not say %s: %s", heard.line.id, words.rule, exc)
        else:
            take_turns(tx, heard.line, words)
            return SaidByRule(done.id, welcomes=words.welcomes)
    return None


def _ttl_ms(tx: Tx, place: Place, rule: RuleName) -> int | None:
    """That nobody is there is no longer true once the office is open; None: a day."""
    if rule is RuleName.WELCOME:
        return None
    if rule is RuleName.OUTSIDE_HOURS:
        opens_ms = place.hours.open_from(tx.now_ms) or tx.now_ms + DAY_MS
        return min(DAY_MS, max(_LEAST_MS, opens_ms - tx.now_ms))
    return STALE_MS
