"""The row of an attempt: how it ended, what was seen of it, how often its device was asked."""

import json
from collections.abc import Mapping
from typing import Any

from appliance.devices.protocol import Outgoing
from appliance.store import late_proofs
from appliance.store.store import Tx


def device_of(tx: Tx, outgoing: Outgoing) -> str:
    row = tx.conn.execute(
        "SELECT device_id FROM attempt WHERE id = ?", (outgoing.attempt_id,)
    ).fetchone()
    return str(row["device_id"])


def tapped_ms(tx: Tx, outgoing: Outgoing) -> int | None:
    """When the gate opened; None when it never did."""
    row = tx.conn.execute(
        "SELECT tapped_ms FROM attempt WHERE id = ?", (outgoing.attempt_id,)
    ).fetchone()
    return None if row[0] is None else int(row[0])


def end(tx: Tx, outgoing: Outgoing, outcome: str, evidence: Mapping[str, Any]) -> None:
    """The row is the attempt, so its evidence does not name it."""
    if outcome != "not_sent":
        late_proofs.note(tx, outgoing.attempt_id)
    seen = {name: each for name, each in evidence.items() if name != "attempt"}
    tx.conn.execute(
        "UPDATE attempt SET ended_ms = coalesce(ended_ms, ?1), outcome = ?2,"
        " baseline = iif(?2 = 'sent', NULL, baseline),"
        " evidence = iif(signature IS NULL, ?3, json_set(?3, '$.signed', json('true')))"
        " WHERE id = ?4",
        (tx.now_ms, outcome, json.dumps(seen), outgoing.attempt_id),
    )


def prove_sent(tx: Tx, attempt_id: str, facts: Mapping[str, Any]) -> None:
    """It left, whatever was thought of it before."""
    late_proofs.note(tx, attempt_id)
    tx.conn.execute(
        "UPDATE attempt SET ended_ms = coalesce(ended_ms, ?), outcome = 'sent', baseline = NULL,"
        " evidence = json_patch(evidence, ?) WHERE id = ?",
        (tx.now_ms, json.dumps(dict(facts)), attempt_id),
    )


def count_look(tx: Tx, outgoing: Outgoing) -> None:
    tx.conn.execute(
        "UPDATE attempt SET looks = looks + 1, looked_ms = ? WHERE id = ?",
        (tx.now_ms, outgoing.attempt_id),
    )
