"""What became of USB ports that were to be switched off and on, as the event log has it."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from appliance.events import EventKind
from appliance.store import lines
from appliance.store.store import Tx

ASKED = "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PortTold:
    """`what` is `asked`, and then how it went."""

    at_ms: int
    what: str


def tell(tx: Tx, device_id: str, what: str) -> None:
    facts = {"what": what}
    carried = lines.lines_of_device(tx.conn, device_id)
    for line in carried:
        tx.emit(EventKind.DEVICE_PORT, device_id=device_id, line_id=line.id, facts=facts)
    if not carried:
        tx.emit(EventKind.DEVICE_PORT, device_id=device_id, facts=facts)


def told(conn: sqlite3.Connection, device_id: str, *, since_ms: int) -> Sequence[PortTold]:
    """The newest first."""
    asked = {"kind": EventKind.DEVICE_PORT.value, "device": device_id, "since": since_ms}
    return [PortTold(**dict(row)) for row in conn.execute(_TOLD, asked)]


_TOLD = """
SELECT e.at_ms, e.facts ->> 'what' AS what FROM event e INDEXED BY event_of_house
WHERE e.kind = (SELECT code FROM event_kind WHERE name = :kind)
AND e.message_seq IS NULL AND e.conversation_id IS NULL AND e.contact_id IS NULL
AND e.device_id = :device AND e.at_ms >= :since GROUP BY e.at_ms, what ORDER BY max(e.seq) DESC
"""
