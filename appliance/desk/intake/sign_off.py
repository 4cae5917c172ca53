"""A member of staff signs somebody off whose message only resembled STOP."""

import sqlite3
from collections.abc import Callable

from appliance.channels import Channel
from appliance.desk.consent import near_stop
from appliance.desk.consent.near_stop import NearStopAnswer
from appliance.desk.intake import rules
from appliance.desk.intake.rules import Arrival
from appliance.errors import NotFound
from appliance.queue.gate import ConsentGate
from appliance.store import consent, lines
from appliance.store.contacts import identity_of
from appliance.store.store import Store, Tx


def _anybody(tx: Tx) -> None:
    """The caller has already checked the right to decide."""
    del tx


def decide(
    store: Store,
    gate: ConsentGate,
    message_id: str,
    answer: NearStopAnswer,
    *,
    staff_id: str,
    allowed: Callable[[Tx], object] = _anybody,
) -> None:
    """Blocks while something is being sent to them: not for the event loop. After that wait
    `allowed` is called; it raises when this person may not decide.

    Raises NotFound, or Refused when somebody was quicker.
    """
    arrival = store.read(lambda conn: _arrival(conn, message_id))

    def work(tx: Tx) -> None:
        allowed(tx)
        near_stop.settle(tx, message_id, answer, staff_id=staff_id)
        if answer is NearStopAnswer.SIGN_OFF:
            _sign_off(tx, message_id, staff_id)

    gate.write(store, (arrival.identity,), work)


def _sign_off(tx: Tx, message_id: str, staff_id: str) -> None:
    arrival = _arrival(tx.conn, message_id)
    verdict = consent.verdict(tx.conn, arrival.line.id, arrival.identity)
    if not verdict.opted_out:
        rules.opt_out(tx, arrival, recorded_by=f"staff:{staff_id}")


def _arrival(conn: sqlite3.Connection, message_id: str) -> Arrival:
    row = conn.execute(
        "SELECT m.line_id, m.scheme, m.value, m.text, m.channel, n.contact_id FROM near_stop s"
        " JOIN message m ON m.id = s.message_id"
        " JOIN contact_identity n ON n.value = m.value AND n.scheme = m.scheme"
        " WHERE s.message_id = ?",
        (message_id,),
    ).fetchone()
    if row is None:
        raise NotFound("message")
    return Arrival(
        message_id=message_id,
        line=lines.line(conn, row["line_id"]),
        contact_id=row["contact_id"],
        identity=identity_of(row),
        text=row["text"],
        channel=Channel.named(row["channel"]),
    )
