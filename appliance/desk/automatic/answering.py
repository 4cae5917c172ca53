"""What the rules make of a message that came in: one answer at most."""

from appliance.desk.automatic.deciding import RuleDecision, Why, decide
from appliance.desk.automatic.speaking import say
from appliance.desk.automatic.standing import Heard, away_from, place_of, standing
from appliance.store.store import Tx

_WELCOMED_BY_A_COLLEAGUE = (Why.JUST_ANSWERED, Why.ANSWER_WAITS)


def answer(tx: Tx, heard: Heard) -> RuleDecision:
    """The caller knows that a person wrote this, and that they may be answered."""
    place = place_of(tx.conn, heard.line, tx.now_ms)
    away = away_from(tx.conn, heard, tx.now_ms)
    now = standing(tx.conn, heard, place, now_ms=tx.now_ms, is_absent=away is not None)
    decision = decide(heard.line.rules, now)
    message_id = say(tx, heard, place, decision, away)
    if decision.welcomes or not heard.line.rules.welcome.on:
        mark_welcomed(tx, heard, message_id if decision.welcomes else None)
    elif decision.why in _WELCOMED_BY_A_COLLEAGUE:
        mark_welcomed(tx, heard, None)
    return decision


def mark_welcomed(tx: Tx, heard: Heard, message_id: str | None) -> None:
    """Once for ever, also where the line welcomes nobody: it may do so again some day."""
    tx.conn.execute(
        "INSERT OR IGNORE INTO welcome (line_id, contact_id, message_id) VALUES (?, ?, ?)",
        (heard.line.id, heard.contact_id, message_id),
    )
