"""What the rules make of a message that came in: one answer at most."""

from appliance.desk.automatic.deciding import RuleDecision, Why
from appliance.desk.automatic.speaking import say
from appliance.desk.automatic.standing import Heard, away_from, decided, place_of, situation
from appliance.store.store import Tx

_WELCOMED_BY_A_COLLEAGUE = (Why.JUST_ANSWERED, Why.ANSWER_WAITS)


def answer(tx: Tx, heard: Heard) -> RuleDecision:
    """The caller knows that a person wrote this, and that they may be answered."""
    place = place_of(tx.conn, heard.line, tx.now_ms)
    away = away_from(tx.conn, heard, tx.now_ms)
    now = situation(tx.conn, heard, place, now_ms=tx.now_ms, is_absent=away is not None)
    decision = decided(tx.conn, heard, now)
    said = say(tx, heard, place, decision, away)
    welcomed_by = said.message_id if said and said.welcomes else None
    if not now.is_welcomed and (welcomed_by or _ends_the_welcome(heard, decision)):
        mark_welcomed(tx, heard, welcomed_by)
    return decision


def _ends_the_welcome(heard: Heard, decision: RuleDecision) -> bool:
    """A colleague was quicker, or the line has none: it may have one some day."""
    return decision.why in _WELCOMED_BY_A_COLLEAGUE or not heard.line.rules.welcome.on


def mark_welcomed(tx: Tx, heard: Heard, message_id: str | None) -> None:
    """Once for ever; None: none was due."""
    tx.conn.execute(
        "INSERT OR IGNORE INTO welcome (line_id, contact_id, message_id) VALUES (?, ?, ?)",
        (heard.line.id, heard.contact_id, message_id),
    )
