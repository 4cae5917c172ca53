"""The parts of a long SMS: what is proven of each, where a device can tell them apart.

`Proof.facts["parts"]` is then a list of `{"part": 1, "state": "sent" | "missing" | "unknown", …}`.
A phone keeps one row for all parts together, so what it says counts for each of them.
"""

import json
from collections.abc import Mapping
from typing import Any

from appliance.devices.protocol import Outgoing, Proof
from appliance.store.store import Tx

SENT, UNKNOWN = "sent", "unknown"


def keep(tx: Tx, outgoing: Outgoing, proof: Proof) -> bool:
    """Stores a row a part; whether all of them are proven to have left."""
    told: Mapping[int, Mapping[str, Any]] = {
        int(each["part"]): each for each in proof.facts.get("parts", ())
    }
    if not told:
        return True
    for part in range(1, _count(tx, outgoing) + 1):
        seen = dict(told.get(part, {}))
        state = str(seen.pop("state", UNKNOWN))
        seen.pop("part", None)
        tx.conn.execute(
            "INSERT INTO attempt_part (attempt_id, part, state, evidence) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (attempt_id, part) DO UPDATE SET state = excluded.state,"
            " evidence = excluded.evidence WHERE attempt_part.state <> 'sent'",
            (outgoing.attempt_id, part, state, json.dumps(seen)),
        )
    return _all_sent(tx, outgoing)


def in_one_row(tx: Tx, outgoing: Outgoing, proof: Proof) -> dict[str, int]:
    """How many parts the one row of the proof stands for; nothing to say of a single one."""
    count = _count(tx, outgoing)
    return {"parts_in_one_row": count} if count > 1 and "parts" not in proof.facts else {}


def _all_sent(tx: Tx, outgoing: Outgoing) -> bool:
    row = tx.conn.execute(
        "SELECT 1 FROM attempt_part WHERE attempt_id = ? AND state <> ? LIMIT 1",
        (outgoing.attempt_id, SENT),
    ).fetchone()
    return row is None


def _count(tx: Tx, outgoing: Outgoing) -> int:
    row = tx.conn.execute(
        "SELECT parts FROM attempt WHERE id = ?", (outgoing.attempt_id,)
    ).fetchone()
    return int(row["parts"])
