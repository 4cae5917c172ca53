"""The parts of a long SMS: what is proven of each, if the device can tell them apart.

The rows of a message's newest attempt are the whole picture: what left in an earlier one is copied
there when the rest is sent again. A phone keeps one row for all parts together, so what it says
counts for each of them.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from appliance.devices import evidence_facts
from appliance.devices.evidence_facts import PartFacts, PartState
from appliance.devices.protocol import Outgoing, Resumed
from appliance.store.store import Tx

_IN_ONE_ROW = "parts_in_one_row"


class Told(Enum):
    """The result over all parts that a device reported."""

    ALL_SENT = "all-sent"
    #: The others are proven missing.
    SOME_SENT = "some-sent"
    NONE_SENT = "none-sent"
    IN_DOUBT = "in-doubt"


def keep(tx: Tx, outgoing: Outgoing, facts: Mapping[str, Any]) -> Told | None:
    """Stores one row for each part; None when the device does not tell them apart.

    A part that the device does not name is unknown. A part that is proven to have left stays so.
    """
    told = {each.part: each for each in evidence_facts.parts_in(facts)}
    if not told:
        return None
    left_ms = _tapped_ms(tx, outgoing)
    for part in range(1, total(outgoing) + 1):
        seen = told.get(part) or PartFacts(part=part, state=PartState.UNKNOWN)
        tx.conn.execute(
            "INSERT INTO attempt_part (attempt_id, part, state, evidence, mr, left_ms)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (attempt_id, part) DO UPDATE"
            " SET state = excluded.state, evidence = excluded.evidence,"
            " mr = coalesce(excluded.mr, mr) WHERE attempt_part.state <> 'sent'",
            (outgoing.attempt_id, part, seen.state, json.dumps(seen.own), seen.mr, left_ms),
        )
    note_reference(tx, outgoing.attempt_id, facts)
    return _come_to(tx, outgoing)


def note_reference(tx: Tx, attempt_id: str, facts: Mapping[str, Any]) -> None:
    reference = evidence_facts.reference_in(facts)
    if reference is not None:
        tx.conn.execute("UPDATE attempt SET reference = ? WHERE id = ?", (reference, attempt_id))


def total(outgoing: Outgoing) -> int:
    return outgoing.channel.parts_of(outgoing.text)


def to_send(outgoing: Outgoing) -> int:
    """How many parts this attempt is to send; they count in the ceilings."""
    return total(outgoing) - (len(outgoing.resumed.sent) if outgoing.resumed else 0)


def in_one_row(outgoing: Outgoing, facts: Mapping[str, Any]) -> dict[str, int]:
    """How many parts the one row of the proof stands for; empty for a message of one part."""
    count = total(outgoing)
    return {_IN_ONE_ROW: count} if count > 1 and not evidence_facts.parts_in(facts) else {}


def kept_as_one(evidence: Mapping[str, Any]) -> int | None:
    """What `in_one_row` said."""
    count = evidence.get(_IN_ONE_ROW)
    return count if isinstance(count, int) else None


def none_left(tx: Tx, attempt_id: str) -> None:
    """No other part left than those that are proven to have: the rest becomes missing."""
    tx.conn.execute(
        "UPDATE attempt_part SET state = ? WHERE attempt_id = ? AND state = ?",
        (PartState.MISSING, attempt_id, PartState.UNKNOWN),
    )


def given_up(tx: Tx, message_id: str) -> None:
    """A person says that the parts without proof did not leave."""
    row = tx.conn.execute(
        "SELECT max(id) FROM attempt WHERE message_id = ?", (message_id,)
    ).fetchone()
    if row[0] is not None:
        none_left(tx, row[0])
    bind(tx, message_id)


def bind(tx: Tx, message_id: str) -> None:
    """Binds the message to the device over which a part of it left; unbinds it when no part did."""
    tx.conn.execute(
        "UPDATE message SET bound_to = (SELECT a.device_id FROM attempt a WHERE a.id ="
        " (SELECT max(id) FROM attempt WHERE message_id = ?1) AND EXISTS"
        "  (SELECT 1 FROM attempt_part p WHERE p.attempt_id = a.id AND p.state <> ?2))"
        " WHERE id = ?1",
        (message_id, PartState.MISSING),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An attempt in which some parts left."""

    attempt_id: str
    signature: str | None
    resumed: Resumed


def earlier(conn: sqlite3.Connection, message_id: str) -> Earlier | None:
    """The message's last attempt, if parts of it left and the other parts can join them."""
    row = conn.execute(
        "SELECT id, signature, reference FROM attempt WHERE message_id = ?"
        " ORDER BY id DESC LIMIT 1",
        (message_id,),
    ).fetchone()
    sent = frozenset(_in_state(conn, row["id"], PartState.SENT)) if row else frozenset()
    if not sent or row["reference"] is None:
        return None
    resumed = Resumed(reference=row["reference"], sent=sent)
    return Earlier(attempt_id=row["id"], signature=row["signature"], resumed=resumed)


def carry_over(tx: Tx, attempt_id: str, found: Earlier) -> None:
    """Copies the parts that left before into the new attempt."""
    tx.conn.execute(
        "UPDATE attempt SET reference = ?, carried = ? WHERE id = ?",
        (found.resumed.reference, json.dumps(sorted(found.resumed.sent)), attempt_id),
    )
    tx.conn.execute(
        "INSERT INTO attempt_part (attempt_id, part, state, evidence, mr, left_ms, report,"
        " report_ms) SELECT ?, part, state, evidence, mr, left_ms, report, report_ms"
        " FROM attempt_part WHERE attempt_id = ? AND state = ?",
        (attempt_id, found.attempt_id, PartState.SENT),
    )


def count_only_sent(tx: Tx, outgoing: Outgoing) -> None:
    """The ceilings count the parts that left, not those that are still to be sent."""
    sent = len(_in_state(tx.conn, outgoing.attempt_id, PartState.SENT))
    carried = len(outgoing.resumed.sent) if outgoing.resumed else 0
    tx.conn.execute(
        "UPDATE attempt SET parts = ? WHERE id = ?", (max(1, sent - carried), outgoing.attempt_id)
    )


def _come_to(tx: Tx, outgoing: Outgoing) -> Told:
    if _in_state(tx.conn, outgoing.attempt_id, PartState.UNKNOWN):
        return Told.IN_DOUBT
    if not _in_state(tx.conn, outgoing.attempt_id, PartState.MISSING):
        return Told.ALL_SENT
    sent = _in_state(tx.conn, outgoing.attempt_id, PartState.SENT)
    return Told.SOME_SENT if sent else Told.NONE_SENT


def _in_state(conn: sqlite3.Connection, attempt_id: str, state: str) -> Sequence[int]:
    rows = conn.execute(
        "SELECT part FROM attempt_part WHERE attempt_id = ? AND state = ?", (attempt_id, state)
    )
    return [int(row["part"]) for row in rows]


def _tapped_ms(tx: Tx, outgoing: Outgoing) -> int | None:
    row = tx.conn.execute(
        "SELECT tapped_ms FROM attempt WHERE id = ?", (outgoing.attempt_id,)
    ).fetchone()
    return None if row["tapped_ms"] is None else int(row["tapped_ms"])
